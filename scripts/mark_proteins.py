"""Mark the sites of a data set that lie in peaks of RNA-binding proteins."""

import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.sequences.places import read_places
from mirsignal.sites.proteins import mark_sites, read_peaks, shuffle_peaks
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    transcripts = pd.read_parquet(files.transcripts)
    lengths = dict(zip(transcripts["transcript"], transcripts["length"], strict=True))
    places = None
    if files.coordinates:
        places = read_places(files.coordinates, lengths, params.coordinate_columns)
    peaks = read_peaks(files.peaks, lengths, params.columns, places)
    sites = pd.read_parquet(files.sites)
    tables = [
        mark_sites(sites, there, params.flank).assign(shuffled=shuffled)
        for there, shuffled in (
            (peaks, False),
            (shuffle_peaks(peaks, lengths, params.seed), True),
        )
    ]
    write_table(snakemake.output[0], pd.concat(tables, ignore_index=True))


if __name__ == "__main__":
    run(main, snakemake)
