"""Stack the signal network, the occupancy model and context++, fold by fold."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_parquet, write_table
from mirsignal.repression.equation import bound_scores
from mirsignal.repression.stacking import stack_folds
from mirsignal.repression.targetscan import add_scores
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    files = snakemake.input
    scores = add_scores(pd.read_parquet(files.contextpp), files.targetscan)
    scores["contextpp"] = bound_scores(scores["contextpp"])
    held_out = zip(
        map(pd.read_parquet, files.predictions),
        map(pd.read_parquet, files.occupancy),
        strict=True,
    )
    table, weights = stack_folds(held_out, scores)
    write_parquet(snakemake.output.table, table)
    write_table(snakemake.output.weights, weights)
    means = weights.groupby(["stack", "input"], sort=False)["weight"].mean()
    for name in means.index.unique("stack"):
        shares = ", ".join(f"{key} {value:.2f}" for key, value in means[name].items())
        log.info("%s: mean weights %s", name, shares)


if __name__ == "__main__":
    run(main, snakemake)
