"""Compare predictions of miRNAs and genes that no model was trained on."""

import logging

import pandas as pd

from mirsignal.comparison import (
    compare,
    describe_measures,
    metrics_table,
    with_predictions,
)
from mirsignal.figures.comparison import draw_per_mirna
from mirsignal.files import write_html, write_json, write_tsv
from mirsignal.jobs import run
from mirsignal.repression import add_scores

log = logging.getLogger("mirsignal")

PREDICTORS = {
    "occupancy": "mirsignal: occupancy",
    "seed_counts": "seed counts",
    "site_features": "site features",
    "contextpp": "context++, computed",
    "targetscan": "TargetScan",
}
REASON = "models of unseen miRNAs are fitted to other miRNAs of the study"
PREDICTOR = (
    "occupancy, seed_counts, site_features: fitted to other miRNAs and "
    "other genes; contextpp, targetscan: as published"
)


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
    pairs = add_scores(pairs, snakemake.input.targetscan)
    predictors = {name: text for name, text in PREDICTORS.items() if name in pairs}
    present = with_predictions(pairs, list(predictors))
    if absent := [name for name in predictors if name not in present]:
        log.info("%s: no row, since no pair is predicted (%s)", ", ".join(absent), REASON)
    metrics = compare(
        *(pairs, present, ["contextpp"], settings["thresholds"]),
        *(settings["n_resamples"], params.seed),
    )
    metrics["target"] = params.target
    table = metrics_table(metrics)
    columns = {"predictor": PREDICTOR} | describe_measures(settings["thresholds"])
    write_json(snakemake.output.metrics, metrics)
    write_tsv(snakemake.output.table, table, columns)
    write_html(snakemake.output.page, table, columns, params.caption)
    names = {name: predictors[name] for name in present}
    if "targetscan" in names:
        names["targetscan"] = params.reference_name
    draw_per_mirna(metrics, names, snakemake.output.per_mirna, params.caption)
    for row in table.itertuples():
        log.info(
            "%-13s r = %.3f (%.3f-%.3f), mean per miRNA %.3f, n = %s",
            *(row.predictor, row.pearson, row.pearson_low, row.pearson_high),
            *(row.mean_per_mirna, f"{row.n:,}"),
        )


if __name__ == "__main__":
    run(main, snakemake)
