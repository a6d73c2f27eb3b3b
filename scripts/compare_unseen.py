"""Compare predictions of miRNAs and genes that no model was trained on."""

import logging

import pandas as pd

from mirsignal.comparison.predictors import (
    compare,
    metrics_table,
    with_predictions,
)
from mirsignal.files.atomic import write_json, write_table
from mirsignal.repression.coverage import refuse_gaps
from mirsignal.repression.targetscan import add_scores
from mirsignal.sites.contextpp import bound_scores
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
    settings, params = snakemake.params.settings, snakemake.params
    keys = ["mirna", "gene"]
    pairs = pd.concat(map(pd.read_parquet, snakemake.input.occupancy))
    pairs = pairs[pairs["part"] == "test"].drop(columns="occupancy")
    pairs = pairs.rename(columns={"unseen": "occupancy"})
    baseline = pd.read_parquet(snakemake.input.baseline)[
        [*keys, "seed_counts_unseen", "site_features_unseen"]
    ].rename(columns=lambda name: name.removesuffix("_unseen"))
    pairs = pairs.merge(baseline, on=keys, validate="1:1")
    pairs = pairs.merge(pd.read_parquet(snakemake.input.contextpp), on=keys)
    pairs["contextpp"] = bound_scores(pairs["contextpp"])
    pairs = add_scores(pairs, snakemake.input.targetscan)
    present = with_predictions(pairs, [name for name in PREDICTORS if name in pairs])
    if absent := [name for name in PREDICTORS if name in pairs and name not in present]:
        log.info("%s: no row, since no pair is predicted (%s)", ", ".join(absent), REASON)
    refuse_gaps(pairs, present)
    metrics = compare(
        pairs,
        present,
        ["contextpp"],
        settings["thresholds"],
        settings["n_resamples"],
        params.seed,
    )
    metrics["target"] = params.target
    table = metrics_table(metrics)
    write_json(snakemake.output.metrics, metrics)
    write_table(snakemake.output.table, table)
    for row in table.itertuples():
        log.info(
            "%-13s r = %.3f (%.3f-%.3f), mean of %d miRNAs %.3f, n = %s",
            row.predictor,
            row.pearson,
            row.pearson_low,
            row.pearson_high,
            row.n_mirnas,
            row.mean_per_mirna,
            f"{row.n:,}",
        )


if __name__ == "__main__":
    run(main, snakemake)
