"""Write the transcripts of the chimeras as one clean, indexed RNA FASTA."""

from mirsignal.jobs import run
from mirsignal.sequences import write_indexed_fasta
from mirsignal.transcripts import read_transcripts


def main(snakemake):
    records = read_transcripts(snakemake.input[0], snakemake.params.columns)
    write_indexed_fasta(snakemake.output.fasta, snakemake.output.index, records)


if __name__ == "__main__":
    run(main, snakemake)
