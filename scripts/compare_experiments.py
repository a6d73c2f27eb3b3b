"""Set all experiments of a study side by side."""

import pandas as pd

from mirsignal.files.atomic import read_json, write_tsv
from mirsignal.workflow.jobs import run

COLUMNS = {
    "experiment": "experiment: its signal network; stacked: with the occupancy model and "
    "context++; occupancy: its own model of that kind; or a predictor that all share",
    "n": "(miRNA, gene) pairs",
    "n_genes": "their genes",
    "n_mirnas": "their miRNAs",
    "pearson": "Pearson r with what the models are trained on",
    "low": "lower end of its 95% interval (bootstrap of genes)",
    "high": "upper end",
    "mean_per_mirna": "mean of Pearson r over miRNAs",
    "mean_low": "lower end of its 95% interval (bootstrap of miRNAs and genes)",
    "mean_high": "upper end",
}


def main(snakemake):
    every = [read_json(path) for path in snakemake.input]
    rows = [row(m["experiment"], m, "predicted") for m in every]
    rows += [row(f"{m['experiment']}, stacked", m, "stacked") for m in every]
    shared = ("occupancy", "seed_counts", "site_features", "contextpp", "targetscan")
    known = every[0]["predictors"]
    rows += [
        row(f"{m['experiment']}, occupancy", m, "occupancy")
        for m in every
        if m["recipes"]["occupancy"] != every[0]["recipes"]["occupancy"]
    ]
    rows += [row(name, every[0], name) for name in shared if name in known]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    write_tsv(snakemake.output[0], table, COLUMNS)


def row(label, metrics, predictor):
    entry = metrics["predictors"][predictor]
    counts = (metrics[key] for key in ("n_pairs", "n_genes", "n_mirnas"))
    measures = (entry["pearson"], entry["mean_per_mirna"])
    bounds = (m[key] for m in measures for key in ("value", "low", "high"))
    return (label, *counts, *bounds)


if __name__ == "__main__":
    run(main, snakemake)
