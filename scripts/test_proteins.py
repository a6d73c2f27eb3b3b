"""Test what each RNA-binding protein at a site adds to what it does, with a control."""

import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.repression.datasets import (
    read_peaks_of_sites,
    read_sites,
    read_stacked,
)
from mirsignal.repression.occupancy import OccupancyTraining
from mirsignal.repression.protocols import (
    fit_decays,
    learn_proteins,
    learn_responses,
)
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    sites = read_sites(files.sites)
    peaks = read_peaks_of_sites(files.proteins, sites)
    pairs = pd.read_parquet(files.parts)
    genes = read_stacked(params.datasets, files.genes)
    training = OccupancyTraining(**params.settings)
    models = fit_decays(pairs, sites, genes, training, params.decays, params.seed)
    if training.gene_response:
        sites = learn_responses(models, pairs, sites, genes).weigh(sites, genes)
    tables = [
        learn_proteins(models, pairs, sites, genes, there).table.assign(shuffled=shuffled)
        for shuffled, there in peaks.groupby("shuffled")
    ]
    write_table(snakemake.output[0], pd.concat(tables, ignore_index=True))


if __name__ == "__main__":
    run(main, snakemake)
