"""Make signals of all scans: channels with runs of zeros shortened, or at peaks alone."""

import logging

import numpy as np
import pandas as pd

from mirsignal.axes import MIRNA_LENGTH
from mirsignal.files.atomic import read_json
from mirsignal.files.tracks import join_tracks, load_scans, save_tracks
from mirsignal.scan.summits import pick_summits
from mirsignal.sequences.codes import encode, encode_many
from mirsignal.sequences.fasta import Transcripts
from mirsignal.signals.channels import (
    Wiggle,
    compute_channels,
    list_columns,
    list_scans,
    sample_channels,
)
from mirsignal.signals.compression import compress_by
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    files, settings = snakemake.input, snakemake.params.settings
    fasta = Transcripts(files.fasta)
    names = pd.read_parquet(files.transcripts)["transcript"]
    codes = {name: encode(fasta[name]) for name in names}
    wiggles = dict(zip(snakemake.params.tracks, map(Wiggle, files.wiggles), strict=True))
    thresholds = read_json(files.thresholds)
    make = make_peaks if settings["mode"] == "peaks" else make_bins
    sequences = pd.read_parquet(files.mirnas).set_index("mirna")["sequence"]
    mirna_names, ids, signals, traces, silent = [], [], [], [], []
    n_nucleotides = 0
    for name, tracks in load_scans(files.tracks, snakemake.params.batches):
        threshold = thresholds[name]["threshold"]
        mirna = encode_many([sequences[name]], MIRNA_LENGTH)[0]
        for scan in list_scans(tracks, codes, mirna, threshold, wiggles):
            bins, trace, is_silent = make(scan, settings)
            mirna_names.append(name)
            ids.append(scan.transcript)
            signals.append(bins)
            traces.append(trace)
            silent.append(is_silent)
            n_nucleotides += len(scan)
    trace = "positions" if settings["mode"] == "peaks" else "spans"
    extra = {
        "mirnas": np.asarray(mirna_names, "str"),
        "no_signal": np.asarray(silent),
        trace: np.concatenate(traces),
    }
    ragged = join_tracks(ids, signals, list_columns(settings["channels"]), **extra)
    save_tracks(snakemake.output.signals, ragged)
    log.info(
        "%s signals of %d columns: %s nucleotides in %s bins; %s without signal",
        f"{len(ids):,}",
        len(ragged.channels),
        f"{n_nucleotides:,}",
        f"{len(ragged.values):,}",
        f"{sum(silent):,}",
    )


def make_bins(scan, settings):
    """Return bins (B, C), how many nucleotides each stands for, whether all score 0."""
    score = scan.tracks["score"]
    values = compute_channels(settings["channels"], scan)
    bins, spans = compress_by(score, values, settings["divisor"])
    return bins, spans, not score.any()


def make_peaks(scan, settings):
    """Return bins (B, C), the position (0-based) of each, whether there is none."""
    prediction = scan.tracks["prediction"]
    found = pick_summits(prediction, settings["spacing"], settings["min_prominence"])
    at = np.sort(found[: settings["n_peaks"]])
    return sample_channels(settings["channels"], scan, at), at, not len(at)


if __name__ == "__main__":
    run(main, snakemake)
