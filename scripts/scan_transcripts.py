"""Scan the transcripts of one shard with each miRNA of a batch."""

import logging
import time

import numpy as np
import pandas as pd

from mirsignal.binding.pairing import ENCODINGS
from mirsignal.errors import InputError
from mirsignal.files.atomic import read_json
from mirsignal.files.tracks import join_tracks, save_scans
from mirsignal.interpretation.explanation import sample_background
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.attribution import Attributor
from mirsignal.scan.convolution import NotConvolutionalError, list_stages
from mirsignal.scan.scanning import make_scanner
from mirsignal.scan.scores import AttributionScorer, PredictionScorer, ShapScorer
from mirsignal.sequences.codes import encode
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

GROUP_NT = 200_000
"""Nucleotides that are scored at a time."""


def main(snakemake):
    workers = snakemake.threads
    set_up(workers, 0, calls=workers, any_backend=True)
    scorer = make_scorer(snakemake, keras.models.load_model(snakemake.input.model))
    sequences = pd.read_parquet(snakemake.input.mirnas).set_index("mirna")["sequence"]
    thresholds = read_json(snakemake.input.thresholds)
    shards = pd.read_parquet(snakemake.input.shards)
    shard = shards[shards["shard"] == int(snakemake.wildcards.shard)]
    groups = list(read_groups(shard, Transcripts(snakemake.input.fasta)))
    progress = Progress(int(shard["length"].sum()) * len(snakemake.params.mirnas))

    def scan(mirna):
        threshold = thresholds[mirna]["threshold"]
        return scan_mirna(groups, sequences[mirna], threshold, scorer, progress)

    scans = ((mirna, scan(mirna)) for mirna in snakemake.params.mirnas)
    save_scans(snakemake.output[0], scans)
    progress.finish()


def make_scorer(snakemake, model):
    """Return what the recipe's `mode` names."""
    settings, encoding = snakemake.params.settings, snakemake.params.encoding
    if settings["mode"] == "deepshap":
        if keras.backend.backend() != "tensorflow":
            raise InputError("mode deepshap needs TensorFlow; unset KERAS_BACKEND")
        pairs = pd.read_parquet(snakemake.input.pairs)
        n, seed = settings["n_background"], snakemake.params.seed
        background = sample_background(pairs, n, encoding, seed)
        step, divisor = settings["window_step"], settings["published_divisor"]
        return ShapScorer(model, background, encoding, step, divisor)
    channels = ENCODINGS[encoding].shape[-1]
    scanner = make_scanner(model, channels, workers=snakemake.threads)
    if settings["mode"] == "prediction":
        return PredictionScorer(scanner, encoding)
    try:
        attributor = Attributor(list_stages(model), settings["steps"], snakemake.threads)
    except NotConvolutionalError as error:
        raise InputError(
            f"{model.name}: {error}; scan it with a recipe of mode `prediction`"
        ) from None
    return AttributionScorer(scanner, attributor, encoding)


class Progress:
    """Tell now and then how much of `total` nt (of all miRNAs together) is scanned."""

    def __init__(self, total):
        self.total, self.done = total, 0
        self.started = self.logged = time.monotonic()

    def add(self, nt):
        self.done += nt
        if time.monotonic() - self.logged > 20:
            self.logged = time.monotonic()
            share = 100 * self.done / self.total
            log.info("%.0f%%: %s of %s nt", share, f"{self.done:,}", f"{self.total:,}")

    def finish(self):
        log.info("%s nt in %.0f s", f"{self.done:,}", time.monotonic() - self.started)


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


def scan_mirna(groups, mirna, threshold, scorer, progress):
    """Return the tracks of one miRNA on all groups, with its sparse attributions."""
    names, tracks, details, done = [], [], [], 0
    for group, codes in groups:
        scored, found = scorer.score(codes, mirna, threshold)
        names += group
        tracks += scored
        if found:
            details.append(sparse_details(found, done))
        size = sum(map(len, codes))
        done += size
        progress.add(size)
    keys = details[0] if details else ()
    extra = {key: np.concatenate([part[key] for part in details]) for key in keys}
    return join_tracks(names, tracks, scorer.channels, **extra)


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
