"""Prediction intervals of a mixture of seed sites and sites that the network finds."""

import pandas as pd

from mirsignal.files.atomic import write_json, write_table
from mirsignal.repression.datasets import read_sites
from mirsignal.repression.intervals import (
    calibrate_datasets,
    describe_datasets,
    mix_held_out,
)
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    of_seeds, scanned = (
        pd.concat(map(pd.read_parquet, parts), ignore_index=True)
        for parts in (files.of_seeds, files.scanned)
    )
    of_seeds = describe_datasets(of_seeds, read_sites(files.sites))
    held_out, reference, share = mix_held_out(of_seeds, scanned, params.share)
    intervals, coverage = calibrate_datasets(held_out)
    write_table(snakemake.output.intervals, intervals)
    write_table(snakemake.output.coverage, coverage)
    about = {"share": share, "reference": reference, "n_sites": params.n_sites}
    about["chosen"] = params.share is None
    write_json(snakemake.output.about, about)


if __name__ == "__main__":
    run(main, snakemake)
