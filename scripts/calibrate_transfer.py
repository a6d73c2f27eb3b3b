"""Prediction intervals for new miRNAs in new experiments, and what share they hold."""

import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.repression.datasets import read_sites
from mirsignal.repression.intervals import calibrate_datasets, describe_datasets
from mirsignal.workflow.jobs import run


def main(snakemake):
    files = snakemake.input
    held_out = pd.concat(map(pd.read_parquet, files.held_out), ignore_index=True)
    held_out = describe_datasets(held_out, read_sites(files.sites))
    intervals, coverage = calibrate_datasets(held_out)
    write_table(snakemake.output.intervals, intervals)
    write_table(snakemake.output.coverage, coverage)


if __name__ == "__main__":
    run(main, snakemake)
