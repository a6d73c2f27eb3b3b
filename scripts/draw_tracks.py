"""Draw the transcripts with the highest peaks: prediction, score, peaks, seed sites."""

import logging

import pandas as pd

from mirsignal.figures.tracks import draw_scans
from mirsignal.files import read_json
from mirsignal.jobs import run
from mirsignal.sequences import Transcripts
from mirsignal.sites import find_sites
from mirsignal.tracks import load_scans

log = logging.getLogger("mirsignal")

SHOWN = range(300, 3001)
"""Lengths (nt) at which single sites can be seen in the figure."""


def main(snakemake):
    peaks = pd.concat(map(pd.read_parquet, snakemake.input.peaks), ignore_index=True)
    lengths = pd.read_parquet(snakemake.input.transcripts).set_index("transcript")[
        "length"
    ]
    mirnas = pd.read_parquet(snakemake.input.mirnas).set_index("mirna")["sequence"]
    thresholds = read_json(snakemake.input.thresholds)
    fasta = Transcripts(snakemake.input.fasta)
    scans = []
    chosen = choose(peaks, lengths, snakemake.params.n_transcripts)
    if not chosen:
        log.warning("no peak on any transcript; the threshold may be too high")
        chosen = [(mirnas.index[0], lengths.index[0])]
    for mirna, name in chosen:
        prediction, score = find_track(
            snakemake.input.tracks, snakemake.params.batches, mirna, name
        )
        scans.append(
            {
                "title": f"{mirna} on {name} ({len(score):,} nt)",
                "prediction": prediction,
                "score": score,
                "threshold": thresholds[mirna]["threshold"],
                "peaks": peaks[(peaks["mirna"] == mirna) & (peaks["transcript"] == name)],
                "sites": find_sites(mirnas[mirna], fasta[name]),
            }
        )
    draw_scans(scans, snakemake.output[0], snakemake.params.caption)


def choose(peaks, lengths, n):
    """Return the (miRNA, transcript) with the highest peaks, each miRNA once at first."""
    at = peaks["transcript"].map(lengths)
    shown = peaks[at.isin(SHOWN)] if at.isin(SHOWN).any() else peaks
    best = shown.sort_values("height", ascending=False, kind="stable")
    best = best.drop_duplicates(["mirna", "transcript"])
    order = best.groupby("mirna").cumcount().sort_values(kind="stable").index[:n]
    return list(
        best.loc[order, ["mirna", "transcript"]].itertuples(index=False, name=None)
    )


def find_track(paths, batches, mirna, name):
    """Return prediction (L,) and score (L,) of a transcript from the miRNA's shards."""
    only = {batch: [mirna] for batch, mirnas in batches.items() if mirna in mirnas}
    for _, tracks in load_scans(paths, only):
        for index, known in enumerate(tracks.ids):
            if known == name:
                values = tracks[index]
                wanted = ("prediction", "score")
                return tuple(values[:, tracks.channels.index(c)] for c in wanted)
    raise KeyError(f"{mirna} {name}")


if __name__ == "__main__":
    run(main, snakemake)
