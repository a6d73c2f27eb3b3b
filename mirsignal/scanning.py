"""P(binding) of one miRNA at every position of whole transcripts.

The window of position t is centred there, [t - 25, t + 25); what lies beyond the ends of
a transcript counts as N, which pairs with nothing. So every nucleotide has a value, a
transcript of any length is scanned, and the first and last 25 positions are those of
windows that hang over an end.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import CENTRE, MIRNA_LENGTH, WINDOW
from mirsignal.backend import keras, tf
from mirsignal.convolution import (
    NotConvolutionalError,
    Stage,
    fold_network,
    phases,
    track_logits,
)
from mirsignal.pairing import ENCODINGS, mirna_columns
from mirsignal.sequences import UNKNOWN, encode_many

log = logging.getLogger(__name__)


class Scanner(Protocol):
    """What a scanning engine has to offer."""

    def scan(self, codes: NDArray[np.uint8], rows: NDArray[np.float32]) -> NDArray:
        """Return the logits (n,) of all windows of codes (n + W - 1,).

        `rows` (5, M, C) are the pairing rows of the miRNA (`pairing.mirna_columns`).
        """
        ...


class ConvolutionalScanner:
    """Slide the network over chunks of fixed shape: linear time, constant memory."""

    def __init__(self, stages: list[Stage], n_channels: int, chunk: int = 4096):
        if chunk % phases(stages):
            raise ValueError(f"chunk {chunk} is not a multiple of {phases(stages)}")
        self._chunk = chunk

        @tf.function(
            input_signature=[
                tf.TensorSpec((chunk + WINDOW - 1,), tf.int32),
                tf.TensorSpec((5, MIRNA_LENGTH, n_channels), tf.float32),
            ]
        )
        def chunk_logits(codes, rows):
            return track_logits(tf.gather(rows, codes)[None], stages)[0]

        self._chunk_logits = chunk_logits

    def scan(self, codes: NDArray[np.uint8], rows: NDArray[np.float32]) -> NDArray:
        n = len(codes) - WINDOW + 1
        logits = np.empty(n, dtype=np.float32)
        rows = tf.constant(rows)
        for start in range(0, n, self._chunk):
            piece = codes[start : start + self._chunk + WINDOW - 1].astype(np.int32)
            missing = self._chunk + WINDOW - 1 - len(piece)
            piece = np.pad(piece, (0, missing), constant_values=UNKNOWN)
            stop = min(start + self._chunk, n)
            logits[start:stop] = self._chunk_logits(piece, rows)[: stop - start]
        return logits


class WindowedScanner:
    """Run the network window by window: for networks that cannot be slid."""

    def __init__(self, model: keras.Model, batch_size: int = 1024):
        self._logit = keras.Model(model.input, model.get_layer("logit").output)
        self._batch_size = batch_size

    def scan(self, codes: NDArray[np.uint8], rows: NDArray[np.float32]) -> NDArray:
        windows = np.lib.stride_tricks.sliding_window_view(codes, WINDOW)
        parts = [
            np.asarray(self._logit(rows[windows[at : at + self._batch_size]]))[:, 0]
            for at in range(0, len(windows), self._batch_size)
        ]
        return np.concatenate(parts)


def make_scanner(model: keras.Model, n_channels: int) -> Scanner:
    """Return the fastest engine that gives this network's own scores."""
    try:
        return ConvolutionalScanner(fold_network(model), n_channels)
    except NotConvolutionalError as error:
        log.warning("network %s: %s; it is run window by window", model.name, error)
        return WindowedScanner(model)


def mirna_rows(mirna: str, encoding: str) -> NDArray[np.float32]:
    """Return the pairing rows (5, M, C) of a miRNA, cut or padded to M."""
    if encoding not in ENCODINGS:
        raise ValueError(f"unknown encoding {encoding!r}; use {sorted(ENCODINGS)}")
    return mirna_columns(encode_many([mirna], MIRNA_LENGTH)[0], encoding)


def scan_transcripts(
    scanner: Scanner, transcripts: Sequence[NDArray[np.uint8]], rows: NDArray[np.float32]
) -> list[NDArray[np.float32]]:
    """Return the logits (L,) of each transcript's codes (L,).

    Transcripts are laid end to end with 25 N between, so that short ones share a chunk;
    no window reaches from one into the next.
    """
    gap = np.full(CENTRE, UNKNOWN, dtype=np.uint8)
    pieces = [gap]
    for codes in transcripts:
        pieces += [codes, gap]
    logits = scanner.scan(np.concatenate(pieces)[:-1], rows)
    tracks, at = [], 0
    for codes in transcripts:
        tracks.append(logits[at : at + len(codes)])
        at += len(codes) + CENTRE
    return tracks


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return probabilities of logits, without overflow."""
    return (0.5 * (1 + np.tanh(0.5 * logits))).astype(np.float32)
