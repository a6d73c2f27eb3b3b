"""Random transcripts that share the dinucleotide composition of given ones."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mirsignal.sequences.codes import UNKNOWN, encode

_CHAINS = 512


def fit_transitions(sequences: Iterable[str]) -> NDArray[np.float64]:
    """Return next-nucleotide probabilities (4 now, 4 next) over all sequences.

    Steps from or to N are left out; one count is added to each, so that all are possible.
    """
    counts = np.ones(16)
    for sequence in sequences:
        codes = encode(sequence)
        known = (codes[:-1] != UNKNOWN) & (codes[1:] != UNKNOWN)
        steps = codes[:-1][known].astype(np.int64) * 4 + codes[1:][known]
        counts += np.bincount(steps, minlength=16)
    matrix = counts.reshape(4, 4)
    return matrix / matrix.sum(axis=1, keepdims=True)


def random_transcripts(
    transitions: NDArray[np.float64],
    lengths: NDArray[np.integer],
    rng: np.random.Generator,
) -> list[NDArray[np.uint8]]:
    """Return code arrays of the given lengths from a first-order Markov chain.

    512 chains run side by side; their steps are then joined and cut to the lengths.
    """
    total = int(np.sum(lengths))
    cumulative = transitions.cumsum(axis=1)
    draws = rng.random((-(-total // _CHAINS), _CHAINS))
    codes = np.empty(draws.shape, dtype=np.uint8)
    codes[0] = rng.integers(0, 4, _CHAINS)
    for step in range(1, len(codes)):
        rows = cumulative[codes[step - 1]]
        codes[step] = np.minimum((draws[step][:, None] > rows).sum(axis=1), 3)
    return np.split(codes.T.ravel()[:total], np.cumsum(lengths)[:-1])
