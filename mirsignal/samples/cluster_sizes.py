"""Whether the splits hold target clusters of the same sizes.

A measure on a test set of small clusters does not hold for large ones, and two test sets
that differ in them are two populations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.samples.splits import SPLITS, WHOLE_CLUSTERS

SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_LARGE = 20
_MOST = 0.25
_LEVEL = 0.001
_N_PERMUTATIONS = 1999


def compare_sizes(pairs: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Return how many positives of each split lie in clusters of which size.

    `pairs` have cluster, split and label. splits: per split its positives, clusters, the
    largest (positives of the whole set) and the share of positives in clusters of at
    least so many (SIZES). too_large: how many clusters train because validation or
    unseen_target cannot hold them, and their positives. p: permutation of the other
    clusters among training (with `random`, whose rows are drawn from it), validation and
    unseen_target; None where there is nothing to permute (less than two splits of two
    clusters or more).
    """
    positives = pairs.loc[pairs["label"] == 1, ["cluster", "split"]]
    size = positives["cluster"].map(positives["cluster"].value_counts())
    assigned, too_large = _assigned_clusters(positives)
    found = {
        "splits": {
            split: _describe(positives[rows], size[rows])
            for split in SPLITS
            if (rows := positives["split"] == split).any()
        },
        "too_large": {"clusters": len(too_large), "positives": int(too_large.sum())},
        "p": _permute(assigned, seed),
    }
    log.info("%s", _in_words(found))
    for split in WHOLE_CLUSTERS:
        clusters = positives.loc[positives["split"] == split, "cluster"]
        share = clusters.value_counts(normalize=True).max()
        if share > _MOST:
            log.warning(
                "%s: one target cluster has %.0f%% of its positives, and so decides much "
                "of what is measured there; another `seed` may hold out others",
                split,
                100 * share,
            )
    return found


def _in_words(sizes: Mapping[str, Any]) -> str:
    shares = ", ".join(
        f"{split} {found['share_at_least'][str(_LARGE)]:.1%}"
        for split, found in sizes["splits"].items()
    )
    p = "not tested" if sizes["p"] is None else f"permutation p = {sizes['p']:.2g}"
    return f"positives in target clusters of {_LARGE} or more: {shares} ({p})"


def refuse_unequal_sizes(sizes: Mapping[str, Any]) -> None:
    """Raise InputError when cluster sizes differ between splits beyond chance.

    That is below p = 0.001, so that no study fails for the draw of its seed.
    """
    if sizes["p"] is not None and sizes["p"] <= _LEVEL:
        raise InputError(
            "the splits hold target clusters of different size, beyond chance; "
            f"{_in_words(sizes)}; set other `fractions` under `samples`, or "
            "another `seed`"
        )


def spread(*parts: NDArray[np.integer], axis: int = -1) -> NDArray[np.float64]:
    """Return how far parts differ in log2 of the size of the cluster of a row.

    Each of `parts` are sizes of clusters along `axis`; a cluster counts as often as it
    has rows. The result is the largest mean of a part less the smallest.
    """
    means = [
        (part * np.log2(part)).sum(axis=axis) / part.sum(axis=axis) for part in parts
    ]
    return np.ptp(means, axis=0)


def _describe(rows: pd.DataFrame, size: pd.Series) -> dict[str, Any]:
    return {
        "positives": len(rows),
        "clusters": int(rows["cluster"].nunique()),
        "largest": int(size.max()),
        "share_at_least": {str(least): float((size >= least).mean()) for least in SIZES},
    }


def _assigned_clusters(positives: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Return clusters that were assigned (split, size), and sizes of those too large."""
    rows = positives[positives["split"] != "unseen_family"]
    rows = rows.assign(split=rows["split"].replace("random", "train"))
    clusters = rows.groupby("cluster")["split"].agg(split="first", size="size")
    held = rows["split"].value_counts().reindex(WHOLE_CLUSTERS).dropna()
    too_large = (clusters["size"] > held.min()) & (clusters["split"] == "train")
    return clusters[~too_large], clusters.loc[too_large, "size"]


def _permute(clusters: pd.DataFrame, seed: int) -> float | None:
    parts = [rows.to_numpy() for _, rows in clusters.groupby("split")["size"]]
    parts = [part for part in parts if len(part) > 1]
    if len(parts) < 2 or clusters["size"].nunique() < 2:
        return None
    found = stats.permutation_test(
        parts,
        spread,
        vectorized=True,
        n_resamples=_N_PERMUTATIONS,
        batch=100,
        alternative="greater",
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)
