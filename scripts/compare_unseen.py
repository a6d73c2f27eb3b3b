"""Compare predictions of miRNAs and genes that no model was trained on."""

import pandas as pd

from mirsignal.comparison.joining import join_unseen
from mirsignal.comparison.predictors import (
    PREDICTORS,
    compare,
    metrics_table,
    with_predictions,
)
from mirsignal.files.atomic import write_json, write_table
from mirsignal.repression.stacking import refuse_gaps
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    pairs = join_unseen(
        pd.concat(map(pd.read_parquet, files.occupancy)),
        pd.read_parquet(files.baseline),
        pd.read_parquet(files.contextpp),
        files.targetscan,
    )
    present = [name for name in PREDICTORS if name in pairs]
    if pairs["mirna"].nunique() == 1:  # no other to learn from
        present = with_predictions(pairs, present)
    refuse_gaps(pairs, present)
    metrics = compare(pairs, present, ["contextpp"], **params.settings, seed=params.seed)
    metrics["target"] = params.target
    write_json(snakemake.output.metrics, metrics)
    write_table(snakemake.output.table, metrics_table(metrics))


if __name__ == "__main__":
    run(main, snakemake)
