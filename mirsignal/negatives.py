"""Negative pairs: partners that were not seen together.

Every protocol takes the positives of one split and returns index pairs into them: the
miRNA of one positive with the target of another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError

_ROUNDS = 200


def draw_negatives(
    positives: pd.DataFrame,
    members: NDArray[np.int64],
    protocol: str,
    ratio: int,
    seed: Sequence[int],
) -> pd.DataFrame:
    """Return rows (mirna_of, target_of, round) for `ratio` negatives per positive.

    `positives` holds all positives (mirna, family, target, cluster); `members` are the
    rows of the split at hand. Each round has a random stream of its own, so that a 1:1
    set is contained in the 1:10 set of the same `seed`. Raises InputError for an
    unknown protocol.
    """
    if protocol not in PROTOCOLS:
        raise InputError(f"unknown negatives {protocol!r}; use {sorted(PROTOCOLS)}")
    rounds = []
    for number in range(ratio):
        rng = np.random.default_rng([*seed, number])
        mirna_of, target_of = PROTOCOLS[protocol](positives, members, rng)
        rounds.append(
            pd.DataFrame({"mirna_of": mirna_of, "target_of": target_of, "round": number})
        )
    pairs = pd.concat(rounds, ignore_index=True)
    keys = pd.DataFrame(
        {
            "mirna": positives["mirna"].to_numpy()[pairs["mirna_of"]],
            "target": positives["target"].to_numpy()[pairs["target_of"]],
        }
    )
    return pairs[~keys.duplicated()].reset_index(drop=True)


def _balanced(
    positives: pd.DataFrame, members: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Permute the targets of the split among its miRNAs.

    Every miRNA and every target is then as common among negatives as among positives,
    so that neither alone tells the label. A target is never given to a miRNA family
    that has a positive in the target's cluster, in whichever split. Pairs that cannot
    be mended by swaps are left out.
    """
    family = pd.factorize(positives["family"])[0].astype(np.int64)
    cluster = positives["cluster"].to_numpy(dtype=np.int64)
    n_clusters = cluster.max() + 1
    seen = np.unique(family * n_clusters + cluster)

    def conflicts(targets: NDArray[np.int64]) -> NDArray[np.int64]:
        keys = family[members] * n_clusters + cluster[targets]
        return np.flatnonzero(np.isin(keys, seen))

    targets = rng.permutation(members)
    bad = conflicts(targets)
    for _ in range(_ROUNDS):
        if not bad.size:
            break
        partners = rng.integers(0, len(members), size=bad.size)
        for place, partner in zip(bad, partners, strict=True):
            targets[[place, partner]] = targets[[partner, place]]
        bad = conflicts(targets)
    good = np.setdiff1d(np.arange(len(members)), bad)
    return members[good], targets[good]


def _legacy(
    positives: pd.DataFrame, members: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give each target a miRNA drawn uniformly over all miRNA sequences.

    This is how the published CLASH 2013 sets were made: rare miRNAs become tell-tale
    signs of a negative. Kept for comparison only.
    """
    first_of_mirna = np.flatnonzero(~positives["mirna"].duplicated())
    mirna_code, _ = pd.factorize(positives["mirna"])
    target_code, targets = pd.factorize(positives["target"])
    positive_keys = mirna_code.astype(np.int64) * len(targets) + target_code
    chosen = rng.choice(first_of_mirna, size=len(members))
    for _ in range(_ROUNDS):
        keys = mirna_code[chosen].astype(np.int64) * len(targets) + target_code[members]
        bad = np.flatnonzero(np.isin(keys, positive_keys))
        if not bad.size:
            break
        chosen[bad] = rng.choice(first_of_mirna, size=bad.size)
    good = np.setdiff1d(np.arange(len(members)), bad)
    return chosen[good], members[good]


PROTOCOLS = {"balanced": _balanced, "legacy": _legacy}
