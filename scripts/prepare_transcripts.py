"""Write the transcripts as one clean, indexed RNA FASTA and a table of their genes."""

import logging

import pyfaidx

from mirsignal.files import atomic_path, write_parquet
from mirsignal.jobs import run
from mirsignal.sequences import write_fasta
from mirsignal.transcripts import (
    describe_transcripts,
    find_genes,
    read_genes,
    read_transcripts,
)

log = logging.getLogger("mirsignal")


def main(snakemake):
    source = snakemake.input.transcripts
    records = list(read_transcripts(source, snakemake.params.columns))
    if snakemake.input.genes:
        genes = read_genes(snakemake.input.genes, snakemake.params.columns)
    else:
        genes = find_genes(source, snakemake.params.columns)
    table = describe_transcripts(records, genes, source)
    with atomic_path(snakemake.output.fasta) as temporary:
        write_fasta(temporary, records)
    pyfaidx.Faidx(snakemake.output.fasta, rebuild=True)
    write_parquet(snakemake.output.table, table)
    log.info(
        "%d transcripts of %d genes, %s nt (%d N), longest %s nt",
        len(table),
        table["gene"].nunique(),
        f"{table['length'].sum():,}",
        table["n_unknown"].sum(),
        f"{table['length'].max():,}",
    )


if __name__ == "__main__":
    run(main, snakemake)
