"""Write the transcripts as one clean, indexed RNA FASTA and a table of their genes."""

import logging

from mirsignal.files import write_parquet
from mirsignal.jobs import run
from mirsignal.sequences import write_indexed_fasta
from mirsignal.transcripts import describe_transcripts, read_genes, read_transcripts

log = logging.getLogger("mirsignal")


def main(snakemake):
    source = snakemake.input.transcripts
    records = list(read_transcripts(source, snakemake.params.columns))
    genes = None
    if snakemake.input.genes:
        columns = snakemake.params.columns
        named = {key: columns[key] for key in ("transcript", "gene") if key in columns}
        genes = read_genes(snakemake.input.genes, named)
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
