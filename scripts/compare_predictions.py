"""Compare an experiment's predictions with seed counts, context++ and TargetScan."""

import logging

import pandas as pd

from mirsignal.comparison import compare, describe_measures, metrics_table
from mirsignal.figures import comparison as figures
from mirsignal.files import write_html, write_json, write_parquet, write_tsv
from mirsignal.jobs import run
from mirsignal.repression import add_scores

log = logging.getLogger("mirsignal")

PREDICTORS = {
    "predicted": "mirsignal: signal",
    "occupancy": "mirsignal: occupancy",
    "stacked": "mirsignal: stacked",
    "stacked_targetscan": "stacked + TargetScan table",
    "seed_counts": "seed counts",
    "site_features": "site features",
    "contextpp": "context++, computed",
    "targetscan": "TargetScan",
}
PREDICTOR = (
    "predicted: this experiment's signal network; occupancy: sites of both "
    "strands; stacked: the two and context++; stacked_targetscan: and the TargetScan "
    "table; seed_counts: boosting on site counts; site_features: boosting on their AU "
    "content and distance to the ends as well; contextpp: context++ computed from the "
    "study's 3' UTRs; targetscan: the table given, if any"
)


def main(snakemake):
    settings = snakemake.params.settings
    pairs = join(snakemake.input)
    # In random order, so that ties between predictions are not broken by name.
    pairs = pairs.sample(frac=1, random_state=snakemake.params.seed, ignore_index=True)
    predictors = {name: text for name, text in PREDICTORS.items() if name in pairs}
    metrics = compare(
        pairs,
        list(predictors),
        [name for name in ("contextpp", "targetscan") if name in predictors],
        settings["thresholds"],
        settings["n_resamples"],
        snakemake.params.seed,
    )
    metrics["experiment"] = snakemake.wildcards.experiment
    metrics["recipes"] = snakemake.params.recipes
    metrics["target"] = snakemake.params.target
    metrics["share_without_signal"] = float(pairs["no_signal"].mean())
    table = metrics_table(metrics)
    columns = {"predictor": PREDICTOR} | describe_measures(settings["thresholds"])
    write_json(snakemake.output.metrics, metrics)
    write_parquet(snakemake.output.pairs, pairs)
    write_tsv(snakemake.output.table, table, columns)
    if "targetscan" in predictors:
        predictors["targetscan"] = snakemake.params.reference_name
    output, captions = snakemake.output, snakemake.params.captions
    write_html(output.page, table, columns, captions["metrics"])
    figures.draw_scatter(pairs, predictors, metrics, output.scatter, captions["scatter"])
    figures.draw_cumulative(pairs, predictors, output.cumulative, captions["cumulative"])
    figures.draw_precision_recall(
        pairs, predictors, metrics, output.precision_recall, captions["precision_recall"]
    )
    figures.draw_top_targets(
        pairs, predictors, output.top_targets, captions["top_targets"]
    )
    figures.draw_per_mirna(metrics, predictors, output.per_mirna, captions["per_mirna"])
    for row in table.itertuples():
        log.info(
            "%-18s r = %.3f (%.3f-%.3f), n = %s",
            *(row.predictor, row.pearson, row.pearson_low, row.pearson_high),
            f"{row.n:,}",
        )


def join(files):
    """Return one row per (miRNA, gene): isoforms' predictions are averaged."""
    predictions = pd.read_parquet(files.predictions)
    pairs = predictions.groupby(["mirna", "gene"], as_index=False).agg(
        target=("target", "first"),
        log2fc=("log2fc", "first"),
        predicted=("predicted", "mean"),
        no_signal=("no_signal", "all"),
    )
    baseline = pd.read_parquet(files.baseline)[
        ["mirna", "gene", "seed_counts", "site_features"]
    ]
    keys = ["mirna", "gene"]
    computed = pd.read_parquet(files.contextpp)
    stacked = pd.read_parquet(files.stacked).drop(columns="unseen")
    for table in (baseline, computed, stacked):
        pairs = pairs.merge(table, on=keys, validate="1:1")
    sites = pd.MultiIndex.from_frame(pd.read_parquet(files.sites, columns=keys))
    pairs["no_site"] = ~pd.MultiIndex.from_frame(pairs[keys]).isin(sites)
    return add_scores(pairs, files.targetscan)


if __name__ == "__main__":
    run(main, snakemake)
