"""Extract positive pairs from a chimera table, or from ready pairs."""

import logging
import tempfile
from pathlib import Path

from mirsignal.chimeras import read_clash_table, read_pairs
from mirsignal.errors import InputError
from mirsignal.files import write_json, write_parquet
from mirsignal.jobs import run
from mirsignal.sequences import Transcripts, read_fasta, write_fasta

log = logging.getLogger("mirsignal")


def main(snakemake):
    if snakemake.params.format == "clash_table":
        positives, counts = from_chimeras(snakemake.input)
    else:
        positives, counts = read_pairs(snakemake.input.table, snakemake.params.columns)
    write_parquet(snakemake.output.positives, positives)
    write_json(snakemake.output.counts, counts)
    for reason, n in counts.items():
        log.info("%s: %s", reason, f"{n:,}")


def from_chimeras(files):
    """Index a clean copy of the chimeras' transcripts and read the table against it."""
    if not files.transcripts:
        raise InputError("config: hybrids: a clash_table needs its `transcripts` FASTA")
    with tempfile.TemporaryDirectory() as folder:
        clean = Path(folder) / "transcripts.fa"
        write_fasta(clean, read_fasta(files.transcripts))
        return read_clash_table(files.table, Transcripts(clean))


if __name__ == "__main__":
    run(main, snakemake)
