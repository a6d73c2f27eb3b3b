"""Split positives into train, validation and three test sets, before any negative."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

TEST_SETS = ("random", "unseen_target", "unseen_family")
"""From the easiest: random rows; clusters of targets, and families of miRNAs, that
training never saw."""

SPLITS = ("train", "validation", *TEST_SETS)
_FEWEST_FAMILIES = 3


def assign_splits(
    families: ArrayLike,
    clusters: NDArray[np.integer],
    fractions: Mapping[str, float],
    seed: int,
) -> NDArray[np.str_]:
    """Return the split (N,) of each positive, one of SPLITS.

    `fractions` gives the shares of all but train, which gets the rest. First whole miRNA
    families are held out for `unseen_family`, whatever their targets; then whole
    clusters of targets for `unseen_target` and `validation`; then single rows for
    `random`, whose targets, genes and families training may know.
    """
    rng = np.random.default_rng(seed)
    n = len(clusters)
    wanted = {split: round(fractions.get(split, 0) * n) for split in SPLITS[1:]}
    names = np.array(SPLITS)
    split = np.zeros(n, dtype=np.int64)
    family_of = np.unique(np.asarray(families), return_inverse=True)[1]
    held = _hold_out(family_of, wanted["unseen_family"], rng)
    split[held] = SPLITS.index("unseen_family")
    free = np.flatnonzero(~held)
    by_cluster = ("validation", "unseen_target")
    rest = free.size - sum(wanted[name] for name in by_cluster)
    dealt = _deal_groups(
        clusters[free], np.array([rest, *(wanted[name] for name in by_cluster)]), rng
    )
    split[free] = np.array([0, *map(SPLITS.index, by_cluster)])[dealt]
    pool = np.flatnonzero(split == 0)
    chosen = rng.choice(pool, min(wanted["random"], pool.size), replace=False)
    split[chosen] = SPLITS.index("random")
    return names[split]


def _hold_out(
    groups: NDArray[np.integer], wanted: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Mark whole groups, in random order, that fit into `wanted` rows: (N,).

    None is larger than a quarter of them, so that the set has partners for negatives;
    where groups are so few that this leaves less than three, small ones are taken
    until there are three, up to twice the wanted rows.
    """
    sizes = np.bincount(groups)
    third_smallest = np.sort(sizes)[min(_FEWEST_FAMILIES, len(sizes)) - 1]
    largest = max(wanted // 4, third_smallest)
    held = np.zeros(len(sizes), bool)
    for group in rng.permutation(len(sizes)) if wanted else ():
        room = wanted if held.sum() >= _FEWEST_FAMILIES else 2 * wanted
        fits = sizes[held].sum() + sizes[group] <= room
        held[group] = fits and sizes[group] <= largest
    return held[groups]


def _deal_groups(
    labels: NDArray[np.integer], wanted: NDArray[np.integer], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Deal whole groups, the largest first, to the part that lacks most: (N,)."""
    groups = np.unique(labels, return_inverse=True)[1]
    sizes = np.bincount(groups)
    lacking = wanted.astype(float)
    part_of = np.zeros(len(sizes), dtype=np.int64)
    order = rng.permutation(len(sizes))
    for group in order[np.argsort(-sizes[order], kind="stable")]:
        part_of[group] = np.argmax(lacking)
        lacking[part_of[group]] -= sizes[group]
    return part_of[groups]
