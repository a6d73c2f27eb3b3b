"""Make the prediction intervals of a study from its held-out pairs; measure coverage."""

import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.repression.intervals import calibrate_study, describe_held_out
from mirsignal.workflow.jobs import run


def main(snakemake):
    pairs = pd.concat(map(pd.read_parquet, snakemake.input.occupancy), ignore_index=True)
    sites = pd.read_parquet(snakemake.input.sites, columns=["mirna", "gene"])
    held_out = describe_held_out(pairs[pairs["part"] == "test"], sites)
    intervals, coverage = calibrate_study(held_out)
    write_table(snakemake.output.intervals, intervals)
    write_table(snakemake.output.coverage, coverage)


if __name__ == "__main__":
    run(main, snakemake)
