"""Compare an experiment's predictions with seed counts, context++ and TargetScan."""

import logging

import pandas as pd

from mirsignal.comparison.joining import join_predictors
from mirsignal.comparison.predictors import (
    compare,
    describe_rows,
    metrics_table,
)
from mirsignal.files.atomic import write_json, write_parquet, write_table
from mirsignal.networks.seeds import spread_over_seeds
from mirsignal.repression.coverage import refuse_gaps
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

PREDICTORS = [
    "predicted",
    "occupancy",
    "stacked",
    "stacked_targetscan",
    "seed_counts",
    "site_features",
    "contextpp",
    "targetscan",
]


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    pairs = join_predictors(
        pd.read_parquet(files.predictions),
        pd.read_parquet(files.baseline),
        pd.read_parquet(files.contextpp),
        pd.read_parquet(files.stacked),
        pd.read_parquet(files.sites, columns=["mirna", "gene"]),
        files.targetscan,
    )
    refuse_gaps(pairs, PREDICTORS)
    # In random order, so that ties between predictions are not broken by name.
    pairs = pairs.sample(frac=1, random_state=params.seed, ignore_index=True)
    predictors = [name for name in PREDICTORS if name in pairs]
    references = [name for name in ("contextpp", "targetscan") if name in predictors]
    metrics = compare(pairs, predictors, references, **params.settings, seed=params.seed)
    metrics["predictors"]["predicted"]["seeds"] = spread = spread_over_seeds(pairs)
    metrics["experiment"] = snakemake.wildcards.experiment
    metrics["recipes"] = params.recipes
    metrics["target"] = params.target
    metrics["share_without_signal"] = float(pairs["no_signal"].mean())
    table = metrics_table(metrics)
    write_json(snakemake.output.metrics, metrics)
    write_parquet(snakemake.output.pairs, pairs)
    write_table(snakemake.output.table, table)
    for line in describe_rows(table):
        log.info(line)
    r = ", ".join("-" if r is None else f"{r:.3f}" for r in spread["pearson"])
    log.info("%d networks alone, by seed: r = %s", spread["n"], r)


if __name__ == "__main__":
    run(main, snakemake)
