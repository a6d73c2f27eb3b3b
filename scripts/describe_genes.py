"""Tabulate length and composition of each gene's mRNA."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sites.contextpp_tables import read_orfs
from mirsignal.sites.gene_features import describe_genes
from mirsignal.workflow.jobs import run


def main(snakemake):
    files = snakemake.input
    transcripts = pd.read_parquet(files.transcripts)
    fasta = Transcripts(files.fasta)
    sequences = {name: fasta[name] for name in transcripts["transcript"]}
    orfs = read_orfs(files.mrna, snakemake.params.mrna_columns, transcripts)
    genes = describe_genes(transcripts, sequences, orfs)
    write_parquet(snakemake.output[0], genes.reset_index())


if __name__ == "__main__":
    run(main, snakemake)
