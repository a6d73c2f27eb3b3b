"""Fit the occupancy model to all data sets, and how genes respond."""

import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.logs import log
from mirsignal.repression.datasets import read_sites, read_stacked
from mirsignal.repression.occupancy import OccupancyTraining, save_occupancy
from mirsignal.repression.protocols import (
    fit_decays,
    learn_responses,
    without_baseline,
)
from mirsignal.repression.responses import GeneResponses
from mirsignal.sites.isoforms import reads_of_genes
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    pairs = pd.read_parquet(files.parts)
    sites = read_sites(files.sites)
    genes = read_stacked(params.datasets, files.genes)
    training = OccupancyTraining(**params.settings)
    models = fit_decays(pairs, sites, genes, training, params.decays, params.seed)
    save_occupancy(snakemake.output.model, without_baseline(models))
    if training.gene_response:
        responses = learn_responses(models, pairs, sites, genes)
    else:
        responses = GeneResponses.none()
    usage, columns = files.polya_usage, params.polya_columns
    others = reads_of_genes(usage, columns) if usage else None
    write_table(snakemake.output.responses, responses.table(genes, others))
    log.info("%s pairs of %d data sets", f"{len(pairs):,}", len(params.datasets))


if __name__ == "__main__":
    run(main, snakemake)
