"""Write the transcripts of the chimeras as one clean, indexed RNA FASTA."""

import pyfaidx

from mirsignal.files import atomic_path
from mirsignal.jobs import run
from mirsignal.sequences import write_fasta
from mirsignal.transcripts import read_transcripts


def main(snakemake):
    records = read_transcripts(snakemake.input[0], snakemake.params.columns)
    with atomic_path(snakemake.output.fasta) as temporary:
        write_fasta(temporary, records)
    pyfaidx.Faidx(snakemake.output.fasta, rebuild=True)


if __name__ == "__main__":
    run(main, snakemake)
