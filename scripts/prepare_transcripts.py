"""Write the transcripts as one clean, indexed RNA FASTA and a table of their genes."""

import logging

from mirsignal.files.atomic import write_parquet
from mirsignal.sequences.fasta import write_indexed_fasta
from mirsignal.sequences.transcripts import read_described
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    files, columns = snakemake.input, snakemake.params.columns
    sequences, table = read_described(files.transcripts, files.genes, columns)
    records = list(sequences.items())
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
