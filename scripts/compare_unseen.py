"""Compare predictions of miRNAs and genes that no model was trained on."""

import logging

import pandas as pd

from mirsignal.comparison import compare, metrics_table
from mirsignal.figures.comparison import draw_per_mirna
from mirsignal.files import write_html, write_json, write_tsv
from mirsignal.jobs import run

log = logging.getLogger("mirsignal")

PREDICTORS = {
    "occupancy": "mirsignal: occupancy",
    "seed_counts": "seed counts",
    "site_features": "site features",
    "contextpp": "context++, computed",
    "targetscan": "TargetScan",
}
COLUMNS = {
    "predictor": "occupancy, seed_counts, site_features: fitted to other miRNAs and "
    "other genes; contextpp, targetscan: as published",
    "n": "(miRNA, gene) pairs, the same for every predictor",
    "coverage": "share of pairs that the predictor scores; the others count as 0",
    "pearson": "Pearson r with the target (see metrics.json), all pairs",
    "pearson_low": "lower end of its 95% interval (bootstrap of genes)",
    "pearson_high": "upper end",
    "pearson_log2fc": "Pearson r with the measured log2 fold change, nothing clipped",
    "mean_per_mirna": "mean of Pearson r over miRNAs",
    "spearman": "Spearman rank correlation with the target, all pairs",
}


def main(snakemake):
    settings, params = snakemake.params.settings, snakemake.params
    keys = ["mirna", "gene"]
    pairs = pd.concat(map(pd.read_parquet, snakemake.input.occupancy))
    pairs = pairs[pairs["part"] == "test"].drop(columns="occupancy")
    pairs = pairs.rename(columns={"unseen": "occupancy"})
    baseline = pd.read_parquet(snakemake.input.baseline)[
        [*keys, "seed_counts_unseen", "site_features_unseen"]
    ].rename(columns=lambda name: name.removesuffix("_unseen"))
    scores = pd.read_parquet(snakemake.input.targetscan)
    scores = scores.rename(columns={"score": "targetscan"})
    pairs = pairs.merge(baseline, on=keys, validate="1:1")
    pairs = pairs.merge(pd.read_parquet(snakemake.input.contextpp), on=keys)
    pairs = pairs.merge(scores, how="left", on=keys)
    metrics = compare(
        *(pairs, list(PREDICTORS), ["contextpp"], settings["thresholds"]),
        *(settings["n_resamples"], params.seed),
    )
    metrics["target"] = params.target
    table = metrics_table(metrics)
    for threshold in settings["thresholds"]:
        COLUMNS[f"ap_{threshold:g}"] = f"average precision of log2FC < {threshold:g}"
        COLUMNS[f"prevalence_{threshold:g}"] = "its value for a random ranking"
    write_json(snakemake.output.metrics, metrics)
    write_tsv(snakemake.output.table, table, COLUMNS)
    write_html(snakemake.output.page, table, COLUMNS, params.caption)
    names = PREDICTORS | {"targetscan": params.reference_name}
    draw_per_mirna(metrics, names, snakemake.output.per_mirna, params.caption)
    for row in table.itertuples():
        log.info(
            "%-13s r = %.3f (%.3f-%.3f), mean per miRNA %.3f, n = %s",
            *(row.predictor, row.pearson, row.pearson_low, row.pearson_high),
            *(row.mean_per_mirna, f"{row.n:,}"),
        )


if __name__ == "__main__":
    run(main, snakemake)
