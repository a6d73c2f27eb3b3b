"""From values along a transcript to what a signal network reads.

Either runs of n zeros become n // 100 + 1 zeros (the quotient: a remainder would make 100
zeros and 1 zero alike), or only the highest summits of P are kept. Values are scaled to
<0.00001, 1>, so that 0 is left for padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError

SMALLEST = 1e-5
"""The scaled value of the lowest signal; 0 means padding only."""


def compress(signal: NDArray[np.float32], divisor: int = 100) -> tuple[NDArray, NDArray]:
    """Shorten runs of zeros in a signal (L, C); return bins (B, C) and spans (B,).

    A nucleotide is zero when all channels are. A run of n zeros becomes
    n // divisor + 1 bins; `spans` holds how many nucleotides each bin stands for (they
    add up to L), so that every bin can be traced to the transcript. `divisor` 0 keeps
    every nucleotide.
    """
    if divisor == 0 or not len(signal):
        return signal, np.ones(len(signal), dtype=np.int32)
    zero = np.asarray(~signal.any(axis=1))
    edges = np.flatnonzero(np.diff(zero)) + 1
    starts = np.r_[0, edges].astype(np.int64)
    lengths = np.diff(np.r_[starts, len(signal)])
    is_zero = zero[starts] if len(signal) else np.zeros(0, bool)
    n_bins = np.where(is_zero, np.minimum(lengths // divisor + 1, lengths), lengths)
    run = np.repeat(np.arange(len(starts)), n_bins)
    place = np.arange(len(run)) - np.repeat(np.cumsum(n_bins) - n_bins, n_bins)
    spread = lengths[run] // n_bins[run] + (place < lengths[run] % n_bins[run])
    first = np.cumsum(np.r_[0, spread])[:-1].astype(np.int64)
    return signal[first], spread.astype(np.int32)


def compress_by(
    score: NDArray[np.float32], values: NDArray[np.float32], divisor: int
) -> tuple[NDArray, NDArray]:
    """Shorten values (L, C) where a score (L,) has runs of zeros, as `compress` does.

    A bin that stands for several nucleotides has their mean. Returns bins (B, C) and
    spans (B,).
    """
    _, spans = compress(score[:, None], divisor)
    if len(spans) == len(values):
        return values, spans
    sums = np.add.reduceat(values, bin_starts(spans), axis=0)
    return (sums / spans[:, None]).astype(np.float32), spans


def bin_starts(spans: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the first transcript nucleotide (B,) that each bin stands for."""
    return np.cumsum(np.r_[0, spans])[:-1].astype(np.int64)


def fit_limits(bins: NDArray[np.float32], quantile: float = 1.0) -> NDArray[np.float64]:
    """Return the limits (2, C) for `scale`, from bins (B, C) of training genes.

    The upper limit is the `quantile` (0.5 or more) of the values above the lowest one,
    the lower limit that of 1 - `quantile` below the highest one: values beyond are cut.
    So many equal values, as the zeros of a score, do not count. Raises InputError where
    there is no bin.
    """
    if not len(bins):
        raise InputError("no signal of the training genes has a bin; scan more genes")
    limits = np.zeros((2, bins.shape[1]))
    for column, values in enumerate(bins.T.astype(np.float64)):
        least, most = values.min(), values.max()
        limits[:, column] = least
        if most > least:
            below, above = values[values < most], values[values > least]
            limits[:, column] = (
                np.quantile(below, 1 - quantile),
                np.quantile(above, quantile),
            )
    return limits


def scale(bins: NDArray[np.float32], limits: NDArray[np.float64]) -> NDArray[np.float32]:
    """Scale bins (B, C) to <0.00001, 1> by limits (2, C); values outside are cut."""
    low, high = limits
    share = (bins - low) / np.where(high > low, high - low, 1.0)
    return (SMALLEST + (1 - SMALLEST) * np.clip(share, 0, 1)).astype(np.float32)


def read_limits(path: str | Path, fold: int) -> NDArray[np.float64]:
    """Return the limits (2, C) that rule fit_limits wrote for a fold."""
    table = pd.read_csv(path, sep="\t", comment="#")
    return table[table["fold"] == fold][["low", "high"]].to_numpy().T


def pad(
    signals: Sequence[NDArray[np.float32]], multiple: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Stack signals (B, C) to (N, longest, C) with zeros, and their mask (N, longest).

    The longest length is rounded up to a `multiple`.
    """
    longest = max(len(signal) for signal in signals)
    longest = -(-max(longest, 1) // multiple) * multiple
    values = np.zeros((len(signals), longest, signals[0].shape[1]), dtype=np.float32)
    mask = np.zeros((len(signals), longest), dtype=np.float32)
    for row, signal in enumerate(signals):
        values[row, : len(signal)] = signal
        mask[row, : len(signal)] = 1
    return values, mask
