"""Assign the genes to the cross-validation folds that every model shares."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.repression.folds import split_genes
from mirsignal.workflow.jobs import run


def main(snakemake):
    genes = pd.read_parquet(snakemake.input[0])["gene"]
    folds = split_genes(genes, snakemake.params.n_folds, snakemake.params.seed)
    write_parquet(snakemake.output[0], folds)


if __name__ == "__main__":
    run(main, snakemake)
