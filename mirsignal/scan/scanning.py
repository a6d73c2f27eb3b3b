"""P(binding) of one miRNA at every position of whole transcripts.

The window of position t is centred there, [t - 25, t + 25); what lies beyond the ends of
a transcript counts as N, which pairs with nothing. So every nucleotide has a value, a
transcript of any length is scanned; the windows of the first 25 and the last 24 positions
hang over an end.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import CENTRE, MIRNA_LENGTH, WINDOW
from mirsignal.binding.pairing import ENCODINGS, mirna_columns
from mirsignal.logs import log
from mirsignal.networks.backend import compiled, keras
from mirsignal.scan.convolution import NotConvolutionalError, Stage, list_bodies
from mirsignal.scan.sliding import number_words, slide_words, tabulate_words, word_length
from mirsignal.sequences.codes import UNKNOWN, encode_many

CHUNKS_PER_CALL = 4
"""Chunks that one call of the compiled function takes: calls cost time, and chunks that
are larger instead leave the processor's cache."""


class Scanner(Protocol):
    """The interface of a scanning engine."""

    def scan(self, codes: NDArray[np.uint8], rows: NDArray[np.float32]) -> NDArray:
        """Return the logits (n,) of all windows of codes (n + W - 1,).

        `rows` (5, M, C) are the pairing rows of the miRNA (`pairing.mirna_columns`).
        """
        ...


class ConvolutionalScanner:
    """Slide a network, over chunks of one shape: linear time, constant memory.

    `workers` calls run at a time, in threads of this process; they do not change the
    result.
    """

    def __init__(
        self,
        bodies: list[list[Stage]],
        n_channels: int,
        chunk: int = 2048,
        workers: int = 1,
    ):
        self._bodies = [_Body(each, n_channels, chunk, workers) for each in bodies]

    def scan(self, codes: NDArray[np.uint8], rows: NDArray[np.float32]) -> NDArray:
        total, *others = (body.scan(codes, rows) for body in self._bodies)
        for logits in others:
            total += logits
        return total


class _Body:
    """One body of a network, which gives a part of its logit."""

    def __init__(self, stages: list[Stage], n_channels: int, chunk: int, workers: int):
        self._workers = workers
        self._word = word = word_length(stages, MIRNA_LENGTH)
        shape = (5, MIRNA_LENGTH, n_channels)
        self._tabulate = compiled(
            lambda rows: tabulate_words(rows, stages, word), (shape, "float32")
        )
        table = self._tabulate(np.zeros(shape, np.float32))
        self._span = span = chunk * CHUNKS_PER_CALL

        def logits(table, words):
            starts = range(0, span, chunk)
            pieces = [words[:, at : at + chunk + WINDOW - word] for at in starts]
            parts = [slide_words(table, piece, stages, word)[0] for piece in pieces]
            return keras.ops.concatenate(parts)

        self._logits = compiled(
            logits,
            (tuple(table.shape), "float32"),
            ((1, span + WINDOW - word), "int32"),
        )
        self._known: tuple[bytes, Any] = (b"", None)

    def scan(self, codes: NDArray[np.uint8], rows: NDArray[np.float32]) -> NDArray:
        n = len(codes) - WINDOW + 1
        table = self._table(rows)
        words = number_words(codes, self._word)
        nothing = number_words(np.full(self._word, UNKNOWN, np.uint8), self._word)[0]
        words = np.pad(words, (0, -n % self._span), constant_values=nothing)
        logits = np.empty(n, dtype=np.float32)

        def fill(start: int) -> None:
            piece = words[None, start : start + self._span + WINDOW - self._word]
            stop = min(start + self._span, n)
            logits[start:stop] = np.asarray(self._logits(table, piece))[: stop - start]

        run_each(fill, range(0, n, self._span), self._workers)
        return logits

    def _table(self, rows: NDArray[np.float32]) -> Any:
        """Return the miRNA's table, made anew where it is not that of the last call."""
        key = rows.tobytes()
        if key != self._known[0]:
            self._known = (key, self._tabulate(rows))
        return self._known[1]


class WindowedScanner:
    """Run the network window by window: for networks that cannot be slid."""

    def __init__(self, model: keras.Model, batch_size: int = 1024, workers: int = 1):
        self._logit = logit_model(model)
        self._batch_size, self._workers = batch_size, workers

    def scan(self, codes: NDArray[np.uint8], rows: NDArray[np.float32]) -> NDArray:
        windows = np.lib.stride_tricks.sliding_window_view(codes, WINDOW)

        def batch_logits(start: int) -> NDArray:
            batch = rows[windows[start : start + self._batch_size]]
            return np.asarray(self._logit(batch))[:, 0]

        starts = range(0, len(windows), self._batch_size)
        return np.concatenate(run_each(batch_logits, starts, self._workers))


def make_scanner(model: keras.Model, n_channels: int, workers: int = 1) -> Scanner:
    """Return the fastest engine that gives this network's own logits."""
    try:
        return ConvolutionalScanner(list_bodies(model), n_channels, workers=workers)
    except NotConvolutionalError as error:
        log.warning("network %s: %s; it is run window by window", model.name, error)
        return WindowedScanner(model, workers=workers)


def logit_model(model: keras.Model) -> keras.Model:
    """Return the network up to its logit (N, 1)."""
    return keras.Model(model.input, model.get_layer("logit").output)


def run_each(function, arguments, workers: int) -> list:
    """Return [function(argument), ...], `workers` calls at a time."""
    if workers == 1:
        return [function(argument) for argument in arguments]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, arguments))


def mirna_rows(mirna: str, encoding: str) -> NDArray[np.float32]:
    """Return the pairing rows (5, M, C) of a miRNA, cut or padded to M."""
    return mirna_columns(_mirna_codes(mirna, encoding), encoding)


def strand_rows(mirnas: pd.DataFrame, encoding: str) -> NDArray[np.float32]:
    """Return the pairing rows (2 n, 5, M, C) of n miRNAs, then of their passengers.

    `mirnas` has sequence and passenger. Rows of a miRNA without a passenger are its own
    again; no window reads them.
    """
    guides = mirnas["sequence"]
    strands = [*guides, *mirnas["passenger"].fillna(guides)]
    return np.stack([mirna_rows(strand, encoding) for strand in strands])


def mirna_reference(mirna: str, encoding: str) -> NDArray[np.float32]:
    """Return the mean pairing (M, C) of random nucleotides, and 0 beyond the miRNA."""
    codes = _mirna_codes(mirna, encoding)
    mean = ENCODINGS[encoding][:UNKNOWN, :UNKNOWN].mean((0, 1))
    return (codes != UNKNOWN)[:, None] * mean


def _mirna_codes(mirna: str, encoding: str) -> NDArray[np.uint8]:
    if encoding not in ENCODINGS:
        raise ValueError(f"unknown encoding {encoding!r}; use {sorted(ENCODINGS)}")
    return encode_many([mirna], MIRNA_LENGTH)[0]


def scan_transcripts(
    scanner: Scanner, transcripts: Sequence[NDArray[np.uint8]], rows: NDArray[np.float32]
) -> list[NDArray[np.float32]]:
    """Return the logits (L,) of each transcript's codes (L,).

    Transcripts are laid end to end with 25 N between, so that short ones share a chunk;
    no window reaches from one into the next.
    """
    if not transcripts:
        return []
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
