"""Compare predictions of miRNAs and genes that no model was trained on."""

import logging

import pandas as pd

from mirsignal.comparison.joining import join_unseen
from mirsignal.comparison.predictors import (
    compare,
    describe_rows,
    metrics_table,
    with_predictions,
)
from mirsignal.files.atomic import write_json, write_table
from mirsignal.repression.coverage import refuse_gaps
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

PREDICTORS = [
    "occupancy",
    "seed_counts",
    "site_features",
    "contextpp",
    "targetscan",
]
REASON = "models of unseen miRNAs are fitted to other miRNAs of the study"


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    pairs = join_unseen(
        pd.concat(map(pd.read_parquet, files.occupancy)),
        pd.read_parquet(files.baseline),
        pd.read_parquet(files.contextpp),
        files.targetscan,
    )
    present = with_predictions(pairs, [name for name in PREDICTORS if name in pairs])
    if absent := [name for name in PREDICTORS if name in pairs and name not in present]:
        log.info("%s: no row, since no pair is predicted (%s)", ", ".join(absent), REASON)
    refuse_gaps(pairs, present)
    metrics = compare(pairs, present, ["contextpp"], **params.settings, seed=params.seed)
    metrics["target"] = params.target
    table = metrics_table(metrics)
    write_json(snakemake.output.metrics, metrics)
    write_table(snakemake.output.table, table)
    for line in describe_rows(table):
        log.info(line)


if __name__ == "__main__":
    run(main, snakemake)
