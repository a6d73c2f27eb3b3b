"""Scan the transcripts of one shard with one miRNA."""

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
from mirsignal.tracks import join_tracks, save_tracks

log = logging.getLogger("mirsignal")

GROUP_NT = 200_000
"""Nucleotides that are in memory at a time."""


def main(snakemake):
    settings, mirna = snakemake.params.settings, snakemake.wildcards.mirna
    set_up(snakemake.threads, 0)
    model = keras.models.load_model(snakemake.input.model)
    channels = ENCODINGS[snakemake.params.encoding].shape[-1]
    scanner = make_scanner(model, channels)
    attributor = None
    if settings["mode"] == "attribution":
        attributor = make_attributor(model, settings["steps"])
    mirnas = pd.read_parquet(snakemake.input.mirnas).set_index("mirna")["sequence"]
    rows = mirna_rows(mirnas[mirna], snakemake.params.encoding)
    threshold = read_json(snakemake.input.thresholds)[mirna]["threshold"]
    fasta = Transcripts(snakemake.input.fasta)
    shards = pd.read_parquet(snakemake.input.shards)
    shard = shards[shards["shard"] == int(snakemake.wildcards.shard)]
    names, tracks, details = [], [], []
    started = said = time.monotonic()
    done = 0
    for group in groups(shard):
        codes = [encode(fasta[name]) for name in group]
        logits = scan_transcripts(scanner, codes, rows)
        scanned, found = score_group(codes, logits, rows, threshold, attributor)
        names += group
        tracks += scanned
        details += found
        done += sum(map(len, codes))
        if time.monotonic() - said > 20:
            said = time.monotonic()
            log.info("%.0f%% of %s nt", 100 * done / shard["length"].sum(), f"{done:,}")
    labels = ["prediction", *(REGIONS if attributor else ()), "score"]
    extra = sparse_details(details) if attributor else {}
    save_tracks(snakemake.output[0], join_tracks(names, tracks, labels, **extra))
    seconds = time.monotonic() - started
    log.info("%s nt in %.0f s", f"{done:,}", seconds)


def make_attributor(model, steps):
    try:
        return Attributor(fold_network(model), steps)
    except NotConvolutionalError as error:
        raise InputError(
            f"{model.name}: {error}; scan it with a recipe of mode `prediction`"
        ) from None


def groups(shard):
    """Yield lists of transcript names of about GROUP_NT nucleotides."""
    group, size = [], 0
    for name, length in zip(shard["transcript"], shard["length"], strict=True):
        group.append(name)
        size += length
        if size >= GROUP_NT:
            yield group
            group, size = [], 0
    if group:
        yield group


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


def sparse_details(attributions):
    """Keep the attribution by miRNA position where it is not zero."""
    every = np.concatenate(attributions)
    kept = np.flatnonzero(every.any(axis=1))
    return {
        "attribution_at": kept.astype(np.int64),
        "attribution": every[kept].astype(np.float16),
    }


if __name__ == "__main__":
    run(main, snakemake)
