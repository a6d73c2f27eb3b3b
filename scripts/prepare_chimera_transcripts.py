"""Write the transcripts of the chimeras as one clean, indexed RNA FASTA."""

from mirsignal.sequences.fasta import write_indexed_fasta
from mirsignal.sequences.transcripts import read_transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    records = read_transcripts(
        snakemake.input[0],
        snakemake.params.columns,
        "inputs: hybrids: transcript_columns",
    )
    write_indexed_fasta(snakemake.output.fasta, snakemake.output.index, records)


if __name__ == "__main__":
    run(main, snakemake)
