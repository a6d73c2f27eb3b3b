"""Set all experiments of a study side by side."""

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.figures.comparison import draw_experiments
from mirsignal.files import read_json, write_html, write_tsv
from mirsignal.jobs import run

COLUMNS = {
    "experiment": "experiment: its signal network; stacked: with the occupancy model and "
    "context++; or a predictor that all share",
    "n": "(miRNA, gene) pairs",
    "pearson": "Pearson r with what the models are trained on",
    "low": "lower end of its 95% interval (bootstrap of genes)",
    "high": "upper end",
    "mean_per_mirna": "mean of Pearson r over miRNAs",
}


def main(snakemake):
    every = [read_json(path) for path in snakemake.input]
    targets = {m["target"] for m in every}
    if len(targets) > 1:
        raise InputError(
            f"experiments with different targets ({'; '.join(sorted(targets))}) cannot "
            "be compared; give their regression recipes the same `clip_positive`"
        )
    rows = [row(m["experiment"], m, "predicted") for m in every]
    rows += [row(f"{m['experiment']}, stacked", m, "stacked") for m in every]
    shared = ("occupancy", "seed_counts", "site_features", "contextpp", "targetscan")
    known = every[0]["predictors"]
    rows += [row(name, every[0], name) for name in shared if name in known]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    write_tsv(snakemake.output.table, table, COLUMNS)
    write_html(snakemake.output.page, table, COLUMNS, snakemake.params.caption)
    draw_experiments(
        table, targets.pop(), snakemake.output.figure, snakemake.params.caption
    )


def row(label, metrics, predictor):
    entry = metrics["predictors"][predictor]
    r = entry["pearson"]
    bounds = (r["value"], r["low"], r["high"])
    return (label, metrics["n_pairs"], *bounds, entry["mean_per_mirna"])


if __name__ == "__main__":
    run(main, snakemake)
