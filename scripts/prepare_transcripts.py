"""Write the transcripts as one clean, indexed RNA FASTA and a table of their genes."""

import logging

from mirsignal.files.atomic import write_parquet
from mirsignal.sequences.fasta import write_indexed_fasta
from mirsignal.sequences.transcripts import (
    describe_transcripts,
    find_genes,
    read_genes,
    read_transcripts,
)
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    source = snakemake.input.transcripts
    records = list(read_transcripts(source, snakemake.params.columns))
    if snakemake.input.genes:
        genes = read_genes(snakemake.input.genes, snakemake.params.columns)
    else:
        genes = find_genes(source, snakemake.params.columns)
    table = describe_transcripts(records, genes, source)
    write_indexed_fasta(snakemake.output.fasta, snakemake.output.index, records)
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
