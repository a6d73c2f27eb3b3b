"""Measures of ranking and agreement, each with its uncertainty."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


def roc_auc(labels: NDArray, scores: NDArray) -> float:
    """Return the area under the ROC curve (NaN when only one label is present)."""
    return within_group_auc(labels, scores, np.zeros(len(labels), np.int64))


def average_precision(labels: NDArray, scores: NDArray) -> float:
    """Return average precision (NaN when there is no positive)."""
    from sklearn.metrics import average_precision_score  # slow: two seconds

    return float(average_precision_score(labels, scores)) if labels.any() else np.nan


def brier(labels: NDArray, scores: NDArray) -> float:
    """Return the mean squared difference of probability and label (Brier 1950)."""
    return float(np.mean((scores - labels) ** 2))


def pearson(observed: NDArray, predicted: NDArray) -> float:
    """Return Pearson's r (NaN when either side is constant or n < 3)."""
    if len(observed) < 3 or np.ptp(observed) == 0 or np.ptp(predicted) == 0:
        return float("nan")
    return float(np.corrcoef(observed, predicted)[0, 1])


def spearman(observed: NDArray, predicted: NDArray) -> float:
    """Return Spearman's rank correlation, with mean ranks for ties."""
    ranks = [pd.Series(values).rank().to_numpy() for values in (observed, predicted)]
    return pearson(*ranks)


def within_group_auc(labels: NDArray, scores: NDArray, groups: ArrayLike) -> float:
    """Return the ROC-AUC inside groups (miRNAs), weighted by positive-negative pairs.

    Only pairs of the same group are compared, so that a preference for a miRNA as such
    adds nothing. Ties count half (Mann-Whitney). NaN when no group holds both labels.
    """
    order = np.lexsort((np.asarray(scores), np.asarray(groups)))
    group, score = np.asarray(groups)[order], np.asarray(scores)[order]
    positive = np.asarray(labels)[order].astype(float)
    new_group = np.r_[True, group[1:] != group[:-1]]
    new_tie = new_group | np.r_[True, score[1:] != score[:-1]]
    tie = np.cumsum(new_tie) - 1
    tie_starts, group_starts = np.flatnonzero(new_tie), np.flatnonzero(new_group)
    negatives_before = np.r_[0, np.cumsum(1 - positive)]
    at_group = np.repeat(group_starts, np.diff(np.r_[group_starts, len(group)]))
    below = negatives_before[tie_starts][tie] - negatives_before[at_group]
    tied = np.add.reduceat(1 - positive, tie_starts)[tie]
    won = float((positive * (below + tied / 2)).sum())
    n_positive = np.add.reduceat(positive, group_starts)
    n_negative = np.add.reduceat(1 - positive, group_starts)
    total = float((n_positive * n_negative).sum())
    return won / total if total else float("nan")


def bootstrap_interval(
    measure: Callable[..., float],
    *arrays: NDArray,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95% percentile bootstrap interval of a measure of arrays (N, ...).

    With `groups`, whole groups are resampled (all pairs of a gene together); where all
    are of one, which says nothing of others, each row is. Resamples on which the
    measure is undefined are left out; NaN where it always is.
    """
    values = [
        measure(*(array[rows] for array in arrays))
        for rows in _resampled_rows(len(arrays[0]), groups, n_resamples, seed)
    ]
    if not np.isfinite(values).any():
        return float("nan"), float("nan")
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)


def _resampled_rows(
    n: int, groups: ArrayLike | None, n_resamples: int, seed: int
) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each resample, those of a group as often as it is drawn."""
    rng = np.random.default_rng(seed)
    rows = np.arange(n)
    group_of = rows if groups is None else pd.factorize(np.asarray(groups))[0]
    if not group_of.any():
        group_of = rows
    n_groups = int(group_of.max(initial=-1)) + 1
    for _ in range(n_resamples):
        drawn = rng.integers(0, n_groups, n_groups)
        yield np.repeat(rows, np.bincount(drawn, minlength=n_groups)[group_of])


def percentile_interval(
    sample: NDArray,
    measure: Callable[..., NDArray],
    seed: int,
    groups: ArrayLike | None = None,
) -> tuple[NDArray, NDArray]:
    """Return the 95% bootstrap interval of a measure of a sample (N, ...) over axis 0.

    `measure` takes an axis, as np.median does. Whole `groups` (N,) are resampled, such
    as all pairs of a miRNA; where all are of one, which says nothing of others, each
    row is. NaN for fewer than two rows.
    """
    if len(sample) < 2:
        nothing = np.full(sample.shape[1:], np.nan)
        return nothing, nothing
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        values = [
            measure(sample[rows], axis=0)
            for rows in _resampled_rows(len(sample), groups, 1000, seed)
        ]
        low, high = np.nanquantile(values, [0.025, 0.975], axis=0)
    return low, high
