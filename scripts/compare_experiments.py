"""Set all experiments of a study side by side."""

import pandas as pd

from mirsignal.files.atomic import read_json, write_table
from mirsignal.workflow.jobs import run


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
    write_table(snakemake.output[0], pd.DataFrame(rows))


def row(label, metrics, predictor):
    entry = metrics["predictors"][predictor]
    pooled, mean = entry["pearson"], entry["mean_per_mirna"]
    return {
        "experiment": label,
        "n": metrics["n_pairs"],
        "n_genes": metrics["n_genes"],
        "n_mirnas": metrics["n_mirnas"],
        "pearson": pooled["value"],
        "low": pooled["low"],
        "high": pooled["high"],
        "mean_per_mirna": mean["value"],
        "mean_low": mean["low"],
        "mean_high": mean["high"],
    }


if __name__ == "__main__":
    run(main, snakemake)
