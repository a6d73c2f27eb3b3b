"""Stack the signal network, the occupancy model and context++, fold by fold."""

import pandas as pd

from mirsignal.files.atomic import write_parquet, write_table
from mirsignal.repression.equation import bound_scores
from mirsignal.repression.stacking import stack_folds
from mirsignal.repression.targetscan import add_scores
from mirsignal.workflow.jobs import run


def main(snakemake):
    files = snakemake.input
    scores = add_scores(pd.read_parquet(files.contextpp), files.targetscan)
    scores["contextpp"] = bound_scores(scores["contextpp"])
    signal, occupancy = (
        map(pd.read_parquet, paths) for paths in (files.predictions, files.occupancy)
    )
    table, weights = stack_folds(zip(signal, occupancy, strict=True), scores)
    write_parquet(snakemake.output.table, table)
    write_table(snakemake.output.weights, weights)


if __name__ == "__main__":
    run(main, snakemake)
