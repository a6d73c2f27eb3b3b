"""Write the transcripts as one clean, indexed RNA FASTA and a table of their genes."""

from mirsignal.files.atomic import write_parquet
from mirsignal.sequences.fasta import write_indexed_fasta
from mirsignal.sequences.transcripts import load_transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, output = snakemake.input, snakemake.output
    sequences, table = load_transcripts(
        files.transcripts, files.genes, snakemake.params.columns
    )
    write_indexed_fasta(output.fasta, output.index, sequences.items())
    write_parquet(output.table, table)


if __name__ == "__main__":
    run(main, snakemake)
