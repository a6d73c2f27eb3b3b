"""Tabulate the sites of both strands in 3' UTRs and reading frames."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sites.contextpp import read_coefficients
from mirsignal.sites.contextpp_tables import read_orfs, read_ta_sps
from mirsignal.sites.regions import tabulate_regions
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    transcripts = pd.read_parquet(files.transcripts)
    fasta = Transcripts(files.fasta)
    sequences = {name: fasta[name] for name in transcripts["transcript"]}
    sites = tabulate_regions(
        pd.read_parquet(files.mirnas),
        transcripts,
        sequences,
        read_orfs(files.mrna, params.mrna_columns, transcripts),
        pd.read_parquet(files.sites),
        read_ta_sps(files.ta_sps, params.columns) if files.ta_sps else None,
        read_coefficients(files.coefficients),
    )
    write_parquet(snakemake.output[0], sites)


if __name__ == "__main__":
    run(main, snakemake)
