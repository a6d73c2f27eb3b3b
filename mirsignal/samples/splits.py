"""Split positives into train, validation and three test sets, before any negative."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mirsignal.logs import log

TEST_SETS = ("random", "unseen_target", "unseen_family")
"""From the easiest: random rows; clusters of targets, and families of miRNAs, that
training never saw."""

SPLITS = ("train", "validation", *TEST_SETS)
WHOLE_CLUSTERS = ("validation", "unseen_target")
"""Splits that get whole clusters of targets."""
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
    `random`, whose targets, genes and families may be in training.
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
    rows = [wanted[name] for name in WHOLE_CLUSTERS]
    assigned = _assign_clusters(
        clusters[free], np.array([free.size - sum(rows), *rows]), rng
    )
    split[free] = np.array([0, *map(SPLITS.index, WHOLE_CLUSTERS)])[assigned]
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
    if wanted:
        _log_too_large("miRNA families", sizes, sizes > largest)
    held = np.zeros(len(sizes), bool)
    for group in rng.permutation(len(sizes)) if wanted else ():
        room = wanted if held.sum() >= _FEWEST_FAMILIES else 2 * wanted
        fits = sizes[held].sum() + sizes[group] <= room
        held[group] = fits and sizes[group] <= largest
    return held[groups]


def _assign_clusters(
    labels: NDArray[np.integer], wanted: NDArray[np.integer], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Assign whole clusters to parts of `wanted` rows, the first of which trains: (N,).

    Clusters of neighbouring size make strata, as many in each as give every part one.
    Strata are assigned from the largest, each at random in proportion to the rows that
    the parts still lack. So clusters of any size have the same chance to come into a part
    (what it lacks, over all that is left, keeps its expectation), and the smallest fill
    the parts up. Those of more rows than the smallest part can hold train.
    """
    asked = wanted[1:][wanted[1:] > 0]
    if not asked.size:
        return np.zeros(len(labels), dtype=np.int64)
    groups = np.unique(labels, return_inverse=True)[1]
    sizes = np.bincount(groups)
    too_large = sizes > asked.min()
    _log_too_large("target clusters", sizes, too_large)
    part_of = np.zeros(len(sizes), dtype=np.int64)
    lacking = wanted.astype(float)
    lacking[0] -= sizes[too_large].sum()
    order = rng.permutation(np.flatnonzero(~too_large))
    order = order[np.argsort(-sizes[order], kind="stable")]
    per_stratum = -(-len(labels) // asked.min())
    for start in range(0, order.size, per_stratum):
        stratum = rng.permutation(order[start : start + per_stratum])
        room = np.where(lacking >= sizes[stratum].max(), lacking, 0)
        part_of[stratum] = _assign_evenly(stratum.size, room, rng)
        lacking -= np.bincount(part_of[stratum], sizes[stratum], len(wanted))
    return part_of[groups]


def _assign_evenly(
    n: int, room: NDArray[np.floating], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the part (n,) of equal things, in proportion to `room` up to one each.

    Every one has the same chance to come into a part (systematic sampling: Madow 1949,
    Annals of Mathematical Statistics 20:333). Without any room all go to the first.
    """
    places = (np.arange(n) + rng.random()) / n * room.sum()
    part = np.searchsorted(np.cumsum(room), places, side="right")
    return np.where(part < len(room), part, 0)


def _log_too_large(
    what: str, sizes: NDArray[np.integer], too_large: NDArray[np.bool_]
) -> None:
    if too_large.any():
        log.info(
            "%s of %s %s are too large to be held out (%s to %s positives, %.1f%% of "
            "them) and train",
            f"{too_large.sum():,}",
            f"{len(sizes):,}",
            what,
            f"{sizes[too_large].min():,}",
            f"{sizes[too_large].max():,}",
            100 * sizes[too_large].sum() / sizes.sum(),
        )
