"""Set all experiments of a study side by side."""

import pandas as pd

from mirsignal.comparison.predictors import metrics_table
from mirsignal.files.atomic import read_json, write_table
from mirsignal.workflow.jobs import run

SHARED = ("occupancy", "seed_counts", "site_features", "contextpp", "targetscan")


def main(snakemake):
    first, *others = every = [read_json(path) for path in snakemake.input]
    known = first["recipes"]["occupancy"]
    rows = [(m, "predicted", m["experiment"]) for m in every]
    rows += [(m, "stacked", f"{m['experiment']}, stacked") for m in every]
    rows += [
        (m, "occupancy", f"{m['experiment']}, occupancy")
        for m in others
        if m["recipes"]["occupancy"] != known
    ]
    rows += [(first, name, name) for name in SHARED if name in first["predictors"]]
    tables = [
        metrics_table(metrics).query(f"predictor == {name!r}").assign(experiment=label)
        for metrics, name, label in rows
    ]
    ends = {"pearson_low": "low", "pearson_high": "high"}
    write_table(snakemake.output[0], pd.concat(tables).rename(columns=ends))


if __name__ == "__main__":
    run(main, snakemake)
