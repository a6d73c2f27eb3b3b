"""Markov chains of nucleotides, beside which a language model is measured."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mirsignal.sequences.codes import UNKNOWN

ORDERS = tuple(range(6))
"""Nucleotides that the next one depends on: chains of 1-mers to 6-mers."""
FIRST = ORDERS[-1]
"""The first nucleotide that is predicted: all chains know theirs before it."""


def fit_markov(sequences: Iterable[NDArray[np.uint8]], order: int) -> NDArray[np.float64]:
    """Return log P (4 ** order, 4) of the next nucleotide, with one count added to each.

    `sequences` are codes (L,) of A, C, G, U and UNKNOWN, which no count spans.
    """
    counts = np.ones(4 ** (order + 1))
    for codes in sequences:
        words = words_of(codes, order + 1)
        counts += np.bincount(words[words >= 0], minlength=len(counts))
    table = counts.reshape(-1, 4)
    return np.log(table / table.sum(axis=1, keepdims=True))


def words_of(codes: NDArray[np.uint8], length: int) -> NDArray[np.int64]:
    """Return the number (L - length + 1,) of each word, -1 of one with an UNKNOWN."""
    if len(codes) < length:
        return np.empty(0, np.int64)
    windows = np.lib.stride_tricks.sliding_window_view(codes.astype(np.int64), length)
    words = windows @ (4 ** np.arange(length)[::-1])
    return np.where((windows >= UNKNOWN).any(axis=1), -1, words)


def score_markov(
    codes: NDArray[np.uint8], table: NDArray[np.float64]
) -> tuple[float, int]:
    """Return the sum of -log P of nucleotides from FIRST on, and how many they are."""
    order = round(np.log(len(table)) / np.log(4))
    words = words_of(codes, order + 1)[FIRST - order :]
    known = words[words >= 0]
    return float(-table.ravel()[known].sum()), len(known)
