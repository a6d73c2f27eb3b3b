"""Scan the transcripts of one shard with each miRNA of a batch."""

import logging
import time

import numpy as np
import pandas as pd

from mirsignal.attribution import Attributor, region_scores
from mirsignal.axes import REGIONS
from mirsignal.backend import keras, set_up
from mirsignal.convolution import NotConvolutionalError, fold_network
from mirsignal.errors import InputError
from mirsignal.files import read_json
from mirsignal.jobs import run
from mirsignal.pairing import ENCODINGS
from mirsignal.scanning import make_scanner, mirna_rows, scan_transcripts, sigmoid
from mirsignal.sequences import Transcripts, encode
from mirsignal.tracks import join_tracks, save_scans

log = logging.getLogger("mirsignal")

GROUP_NT = 200_000
"""Nucleotides that are scored at a time."""


def main(snakemake):
    settings, encoding = snakemake.params.settings, snakemake.params.encoding
    set_up(snakemake.threads, 0)
    model = keras.models.load_model(snakemake.input.model)
    scanner = make_scanner(model, ENCODINGS[encoding].shape[-1])
    attributor = None
    if settings["mode"] == "attribution":
        attributor = make_attributor(model, settings["steps"])
    sequences = pd.read_parquet(snakemake.input.mirnas).set_index("mirna")["sequence"]
    thresholds = read_json(snakemake.input.thresholds)
    shards = pd.read_parquet(snakemake.input.shards)
    shard = shards[shards["shard"] == int(snakemake.wildcards.shard)]
    groups = list(read_groups(shard, Transcripts(snakemake.input.fasta)))
    progress = Progress(int(shard["length"].sum()) * len(snakemake.params.mirnas))

    def scan(mirna):
        rows = mirna_rows(sequences[mirna], encoding)
        threshold = thresholds[mirna]["threshold"]
        return scan_mirna(groups, rows, threshold, scanner, attributor, progress)

    scans = ((mirna, scan(mirna)) for mirna in snakemake.params.mirnas)
    save_scans(snakemake.output[0], scans)
    progress.finish()


class Progress:
    """Tell now and then how much of `total` nt (of all miRNAs together) is scanned."""

    def __init__(self, total):
        self.total, self.done = total, 0
        self.started = self.said = time.monotonic()

    def add(self, nt):
        self.done += nt
        if time.monotonic() - self.said > 20:
            self.said = time.monotonic()
            share = 100 * self.done / self.total
            log.info("%.0f%%: %s of %s nt", share, f"{self.done:,}", f"{self.total:,}")

    def finish(self):
        log.info("%s nt in %.0f s", f"{self.done:,}", time.monotonic() - self.started)


def make_attributor(model, steps):
    try:
        return Attributor(fold_network(model), steps)
    except NotConvolutionalError as error:
        raise InputError(
            f"{model.name}: {error}; scan it with a recipe of mode `prediction`"
        ) from None


def read_groups(shard, fasta):
    """Yield the names and codes (L,) of transcripts, about GROUP_NT nucleotides at once.

    They take a byte per nucleotide, so that a job can keep its shard for all miRNAs.
    """
    names, codes, size = [], [], 0
    for name, length in zip(shard["transcript"], shard["length"], strict=True):
        names.append(name)
        codes.append(encode(fasta[name]))
        size += length
        if size >= GROUP_NT:
            yield names, codes
            names, codes, size = [], [], 0
    if names:
        yield names, codes


def scan_mirna(groups, rows, threshold, scanner, attributor, progress):
    """Return the tracks of one miRNA on all groups, with its sparse attributions."""
    names, tracks, details, done = [], [], [], 0
    for group, codes in groups:
        logits = scan_transcripts(scanner, codes, rows)
        scanned, found = score_group(codes, logits, rows, threshold, attributor)
        names += group
        tracks += scanned
        if attributor:
            details.append(sparse_details(found, done))
        size = sum(map(len, codes))
        done += size
        progress.add(size)
    labels = ["prediction", *(REGIONS if attributor else ()), "score"]
    keys = details[0] if details else ()
    extra = {key: np.concatenate([part[key] for part in details]) for key in keys}
    return join_tracks(names, tracks, labels, **extra)


def score_group(codes, logits, rows, threshold, attributor):
    """Return tracks (L, channels) and attributions (L, M) of some transcripts."""
    predictions = [sigmoid(track) for track in logits]
    weights = [np.where(p > threshold, p, 0).astype(np.float32) for p in predictions]
    if attributor is None:
        pairs = zip(predictions, weights, strict=True)
        return [np.stack(pair, axis=1) for pair in pairs], []
    attributions = attributor.attribute(codes, weights, rows)
    tracks = []
    for prediction, attribution in zip(predictions, attributions, strict=True):
        regions = region_scores(attribution)
        score = np.maximum(regions.max(axis=1), 0)
        tracks.append(np.column_stack([prediction, regions, score]).astype(np.float32))
    return tracks, attributions


def sparse_details(attributions, before):
    """Keep the attribution by miRNA position where it is not zero.

    `before` is the number of the shard's nucleotides in front of these transcripts.
    """
    every = np.concatenate(attributions)
    kept = np.flatnonzero(every.any(axis=1))
    return {
        "attribution_at": kept.astype(np.int64) + before,
        "attribution": every[kept].astype(np.float16),
    }


if __name__ == "__main__":
    run(main, snakemake)
