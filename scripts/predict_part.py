"""Predict what a protocol leaves out, by an occupancy model of all the rest."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.repression.datasets import (
    read_peaks_of_sites,
    read_sites,
    read_stacked,
)
from mirsignal.repression.occupancy import OccupancyTraining
from mirsignal.repression.protocols import predict_part
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    sites = read_sites(files.sites)
    predictions = predict_part(
        pd.read_parquet(files.parts),
        sites,
        read_stacked(params.datasets, files.genes),
        snakemake.wildcards.protocol,
        snakemake.wildcards.part,
        OccupancyTraining(**params.settings),
        params.decays,
        params.seed,
        read_peaks_of_sites(files.proteins, sites) if files.proteins else None,
    )
    write_parquet(snakemake.output[0], predictions)


if __name__ == "__main__":
    run(main, snakemake)
