"""Measure how much of a simulated study's truth each stage recovered."""

import logging

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

log = logging.getLogger("mirsignal")


def main(snakemake):
    peaks = pd.concat(map(pd.read_parquet, snakemake.input.peaks), ignore_index=True)
    sites = pd.read_parquet(snakemake.input.true_sites)
    sequences = pd.read_parquet(snakemake.input.mirnas).set_index("mirna")["sequence"]
    fasta = Transcripts(snakemake.input.fasta)

    def seed_track(mirna_name, transcript):
        return seed_match_track(sequences[mirna_name], fasta[transcript])

    tracks = load_scans(snakemake.input.tracks, snakemake.params.batches)
    result = {
        "samples": chimera_recovery(pd.read_parquet(snakemake.input.positives)),
        "scan": scan_recovery(tracks, peaks, sites, seed_track),
        "repression": repression_recovery(
            pd.read_parquet(snakemake.input.pairs),
            pd.read_parquet(snakemake.input.true_pairs),
        ),
    }
    write_json(snakemake.output[0], result)
    log.info(
        "8mers with a peak: %.0f%%; r with the true fold change: %.3f (measured: %.3f)",
        100 * result["scan"]["recovered_share"].get("8mer", 0),
        result["repression"]["pearson_with_truth"],
        result["repression"]["ceiling_measured_with_truth"],
    )


if __name__ == "__main__":
    run(main, snakemake)
