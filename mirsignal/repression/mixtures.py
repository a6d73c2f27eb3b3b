"""Mixtures of two recipes, whose shares are chosen on other pairs than they predict."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_PARTS = {
    "genes": ("gene_part",),
    "families": ("family_part",),
    "datasets": ("dataset",),
    "datasets_families": ("dataset", "family_part"),
}
"""What is new in the parts of a protocol (`protocols`)."""
_SHARES = np.arange(21) / 20


def best_share(pairs: pd.DataFrame, one: str, other: str) -> float:
    """Return the share of `other`, in steps of 0.05, at which r with target_log2fc is
    highest: the mean over data sets, which weigh the same. 0.5 without any pair."""
    weights = np.stack([1 - _SHARES, _SHARES])
    by_dataset = []
    for _, own in pairs.groupby("dataset"):
        spread = np.cov(own[["target_log2fc", one, other]].to_numpy(float).T)
        variance = np.einsum("iw,ij,jw->w", weights, spread[1:, 1:], weights)
        together = spread[0, 1:] @ weights
        with np.errstate(divide="ignore", invalid="ignore"):
            r = together / np.sqrt(variance * spread[0, 0])
        by_dataset.append(np.nan_to_num(r, posinf=0.0, neginf=0.0))
    return float(_SHARES[np.argmax(np.mean(by_dataset, axis=0))]) if by_dataset else 0.5


def choose_shares(
    pairs: pd.DataFrame, one: str, other: str, protocol: str
) -> NDArray[np.float64]:
    """Return the `best_share` of `other` (N,) for each of `pairs` (N), chosen without it.

    It is chosen on pairs of data sets that train, of no part that is new with the pair:
    of other genes, other families, other data sets, or both. What predicts these pairs
    was trained without their own part, but with that of the pair in question, whose
    values so have a bearing on one number. `pairs` are labelled (`protocols.label_parts`,
    and trains).
    """
    shares = np.full(len(pairs), np.nan)
    for _, own in pairs.groupby(list(_PARTS[protocol])):
        kept = pairs["trains"].to_numpy(bool)
        for column in _PARTS[protocol]:
            kept = kept & (pairs[column] != own[column].iloc[0]).to_numpy()
        shares[pairs.index.get_indexer(own.index)] = best_share(pairs[kept], one, other)
    return shares
