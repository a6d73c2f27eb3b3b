"""Stack the signal network, the occupancy model and context++, fold by fold."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_parquet, write_tsv
from mirsignal.repression.stacking import stack_folds
from mirsignal.repression.targetscan import add_scores
from mirsignal.sites.contextpp import bound_scores
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

COLUMNS = {
    "fold": "fold of the genes that are predicted; the next fold gave the weights",
    "stack": "stacked: from sequence alone; stacked_targetscan: and TargetScan's table",
    "input": "predicted: signal network; occupancy; contextpp; targetscan",
    "weight": "its weight; 1 takes over its log2 fold changes as they are",
}


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
    write_tsv(snakemake.output.weights, weights, COLUMNS)
    means = weights.groupby(["stack", "input"], sort=False)["weight"].mean()
    for name in means.index.unique("stack"):
        shares = ", ".join(f"{key} {value:.2f}" for key, value in means[name].items())
        log.info("%s: mean weights %s", name, shares)


if __name__ == "__main__":
    run(main, snakemake)
