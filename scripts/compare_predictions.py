"""Compare an experiment's predictions with seed counts, context++ and TargetScan."""

import logging

import pandas as pd

from mirsignal.comparison.predictors import compare, metrics_table
from mirsignal.files.atomic import write_json, write_parquet, write_table
from mirsignal.networks.seeds import member_columns, spread_over_seeds
from mirsignal.repression.coverage import refuse_gaps
from mirsignal.repression.targetscan import add_scores
from mirsignal.sites.contextpp import bound_scores
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
    settings = snakemake.params.settings
    pairs = join(snakemake.input)
    refuse_gaps(pairs, PREDICTORS)
    # In random order, so that ties between predictions are not broken by name.
    pairs = pairs.sample(frac=1, random_state=snakemake.params.seed, ignore_index=True)
    predictors = [name for name in PREDICTORS if name in pairs]
    metrics = compare(
        pairs,
        predictors,
        [name for name in ("contextpp", "targetscan") if name in predictors],
        settings["thresholds"],
        settings["n_resamples"],
        snakemake.params.seed,
    )
    metrics["predictors"]["predicted"]["seeds"] = spread = spread_over_seeds(pairs)
    metrics["experiment"] = snakemake.wildcards.experiment
    metrics["recipes"] = snakemake.params.recipes
    metrics["target"] = snakemake.params.target
    metrics["share_without_signal"] = float(pairs["no_signal"].mean())
    table = metrics_table(metrics)
    write_json(snakemake.output.metrics, metrics)
    write_parquet(snakemake.output.pairs, pairs)
    write_table(snakemake.output.table, table)
    for row in table.itertuples():
        log.info(
            "%-18s r = %.3f (%.3f-%.3f), n = %s",
            row.predictor,
            row.pearson,
            row.pearson_low,
            row.pearson_high,
            f"{row.n:,}",
        )
    log.info("%d networks alone, by seed: r = %s", spread["n"], each(spread["pearson"]))


def each(values):
    """Return the numbers of a list as text, with a dash for what is not known."""
    return ", ".join("-" if value is None else f"{value:.3f}" for value in values)


def join(files):
    """Return one row per (miRNA, gene): isoforms' predictions are averaged."""
    predictions = pd.read_parquet(files.predictions)
    pairs = predictions.groupby(["mirna", "gene"], as_index=False).agg(
        target=("target", "first"),
        log2fc=("log2fc", "first"),
        predicted=("predicted", "mean"),
        no_signal=("no_signal", "all"),
        **{name: (name, "mean") for name in member_columns(predictions)},
    )
    baseline = pd.read_parquet(files.baseline)[
        ["mirna", "gene", "seed_counts", "site_features"]
    ]
    keys = ["mirna", "gene"]
    computed = pd.read_parquet(files.contextpp)
    computed["contextpp"] = bound_scores(computed["contextpp"])
    stacked = pd.read_parquet(files.stacked).drop(columns="unseen")
    for table in (baseline, computed, stacked):
        pairs = pairs.merge(table, on=keys, validate="1:1")
    sites = pd.MultiIndex.from_frame(pd.read_parquet(files.sites, columns=keys))
    pairs["no_site"] = ~pd.MultiIndex.from_frame(pairs[keys]).isin(sites)
    return add_scores(pairs, files.targetscan)


if __name__ == "__main__":
    run(main, snakemake)
