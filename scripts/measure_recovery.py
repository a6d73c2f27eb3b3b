"""Measure how much of a simulated study's truth each stage recovered."""

import pandas as pd

from mirsignal.comparison.truth import (
    chimera_recovery,
    repression_recovery,
    scan_recovery,
)
from mirsignal.files.atomic import write_json
from mirsignal.files.tracks import load_scans
from mirsignal.scan.localisation import seed_match_track
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    files = snakemake.input
    peaks = pd.concat(map(pd.read_parquet, files.peaks), ignore_index=True)
    sequences = pd.read_parquet(files.mirnas).set_index("mirna")["sequence"]
    sites, fasta = pd.read_parquet(files.true_sites), Transcripts(files.fasta)

    def seed_track(mirna, transcript):
        return seed_match_track(sequences[mirna], fasta[transcript])

    tracks = load_scans(files.tracks, snakemake.params.batches)
    found = {
        "samples": chimera_recovery(pd.read_parquet(files.positives)),
        "scan": scan_recovery(tracks, peaks, sites, seed_track),
        "repression": repression_recovery(
            pd.read_parquet(files.pairs), pd.read_parquet(files.true_pairs)
        ),
    }
    write_json(snakemake.output[0], found)


if __name__ == "__main__":
    run(main, snakemake)
