"""Tabulate the sites of both strands in 3' UTRs and reading frames."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sequences.places import read_places
from mirsignal.sequences.wiggles import average_tracks, open_wiggles
from mirsignal.sites.context import SiteContext
from mirsignal.sites.contextpp import read_coefficients
from mirsignal.sites.contextpp_tables import read_orfs, read_ta_sps
from mirsignal.sites.regions import tabulate_regions
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    transcripts = pd.read_parquet(files.transcripts)
    fasta = Transcripts(files.fasta)
    sequences = {name: fasta[name] for name in transcripts["transcript"]}
    mirnas = pd.read_parquet(files.mirnas)
    sites = tabulate_regions(
        mirnas,
        transcripts,
        sequences,
        read_orfs(files.mrna, params.mrna_columns, transcripts),
        pd.read_parquet(files.sites),
        read_ta_sps(files.ta_sps, params.columns) if files.ta_sps else None,
        read_coefficients(files.coefficients),
    )
    if files.polya_usage or files.stability or files.conserved_sites:
        context = SiteContext.read(files, params.context_columns)
        sites = context.fitting(sequences).add_to(sites, mirnas)
    if params.tracks:
        lengths = {name: len(own) for name, own in sequences.items()}
        places = None
        if files.coordinates:
            places = read_places(files.coordinates, lengths, params.coordinate_columns)
        wiggles = open_wiggles(params.tracks, files.wiggles, places)
        sites = average_tracks(sites, wiggles, lengths)
    write_parquet(snakemake.output[0], sites)


if __name__ == "__main__":
    run(main, snakemake)
