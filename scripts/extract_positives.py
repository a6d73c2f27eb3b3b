"""Extract positive pairs from a chimera table, or from ready pairs."""

from mirsignal.errors import InputError
from mirsignal.files.atomic import write_json, write_parquet
from mirsignal.samples.chimeras import read_clash_table, read_pairs
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    table, fasta = snakemake.input.table, snakemake.input.transcripts
    transcripts = Transcripts(fasta) if fasta else None
    if snakemake.params.format == "pairs":
        positives, counts = read_pairs(
            table, snakemake.params.columns, transcripts, snakemake.params.two_labels
        )
    elif transcripts is None:
        raise InputError("config: hybrids: a clash_table needs its `transcripts` FASTA")
    else:
        positives, counts = read_clash_table(table, transcripts, snakemake.params.columns)
    write_parquet(snakemake.output.positives, positives)
    write_json(snakemake.output.counts, counts)


if __name__ == "__main__":
    run(main, snakemake)
