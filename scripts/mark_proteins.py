"""Mark the sites of a data set with peaks or motifs of RNA-binding proteins."""

import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.sequences.places import read_places
from mirsignal.sequences.transcripts import read_transcripts
from mirsignal.sites.motifs import find_motifs, read_motifs
from mirsignal.sites.proteins import mark_sites, read_peaks, shuffle_peaks
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    transcripts = pd.read_parquet(files.chosen)
    lengths = dict(zip(transcripts["transcript"], transcripts["length"], strict=True))
    found = {}
    if files.peaks:
        places = None
        if files.coordinates:
            places = read_places(files.coordinates, lengths, params.coordinate_columns)
        found["peaks"] = read_peaks(files.peaks, lengths, params.columns, places)
    if files.motifs:
        sequences = read_sequences(files.transcripts, lengths, params.transcripts)
        motifs = read_motifs(files.motifs, params.motif_columns)
        found["motifs"] = find_motifs(motifs, sequences, params.rate)
    sites = pd.read_parquet(files.sites)
    tables = [
        mark_sites(sites, there, params.flanks[kind]).assign(shuffled=shuffled)
        for kind, own in found.items()
        for there, shuffled in (
            (own, False),
            (shuffle_peaks(own, lengths, params.seed), True),
        )
    ]
    write_table(snakemake.output[0], pd.concat(tables, ignore_index=True))


def read_sequences(path, lengths, given):
    """Return the sequences of the 3' UTRs that sites lie in."""
    records = read_transcripts(path, given["columns"], repeated_ids=given["repeated_ids"])
    return {name: sequence for name, sequence in records if name in lengths}


if __name__ == "__main__":
    run(main, snakemake)
