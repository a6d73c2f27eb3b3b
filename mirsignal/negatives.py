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
    mirna, target, n_targets = _codes(positives)
    taken = mirna * n_targets + target
    rounds = []
    for number in range(ratio):
        rng = np.random.default_rng([*seed, number])
        mirna_of, target_of = PROTOCOLS[protocol](positives, members, taken, rng)
        keys = mirna[mirna_of] * n_targets + target[target_of]
        _, first = np.unique(keys, return_index=True)
        first = np.sort(first)
        taken = np.union1d(taken, keys)
        rounds.append(
            pd.DataFrame(
                {
                    "mirna_of": mirna_of[first],
                    "target_of": target_of[first],
                    "round": number,
                }
            )
        )
    return pd.concat(rounds, ignore_index=True)


def _codes(positives: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return the numbers of miRNA and target of each positive, and how many targets."""
    mirna = pd.factorize(positives["mirna"])[0].astype(np.int64)
    target, targets = pd.factorize(positives["target"])
    return mirna, target, len(targets)


def _balanced(
    positives: pd.DataFrame,
    members: NDArray[np.int64],
    taken: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Permute the targets of the split among its miRNAs.

    Every miRNA and every target is then as common among negatives as among positives,
    so that neither alone tells the label. A target is never given to a miRNA family
    that has a positive in the target's cluster, in whichever split, nor to a miRNA that
    already has it (`taken`). Forbidden pairs are mended by swaps with allowed outcome;
    what cannot be mended is left out.
    """
    family = pd.factorize(positives["family"])[0].astype(np.int64)
    cluster = positives["cluster"].to_numpy(dtype=np.int64)
    seen = np.unique(family * (cluster.max() + 1) + cluster)
    mirna, target, n_targets = _codes(positives)

    def pair_keys(mirnas: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray:
        return mirna[mirnas] * n_targets + target[others]

    def forbidden(mirnas: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray:
        keys = family[mirnas] * (cluster.max() + 1) + cluster[others]
        return np.isin(keys, seen) | np.isin(pair_keys(mirnas, others), taken)

    def to_mend() -> NDArray[np.int64]:
        repeated = np.ones(len(members), bool)
        repeated[np.unique(pair_keys(members, targets), return_index=True)[1]] = False
        return np.flatnonzero(forbidden(members, targets) | repeated)

    targets = rng.permutation(members)
    bad = to_mend()
    for _ in range(_ROUNDS):
        if not bad.size:
            break
        partners = rng.choice(len(members), bad.size, replace=False)
        apart = ~np.isin(partners, bad)
        places, partners = bad[apart], partners[apart]
        allowed = ~forbidden(members[places], targets[partners])
        allowed &= ~forbidden(members[partners], targets[places])
        places, partners = places[allowed], partners[allowed]
        targets[places], targets[partners] = targets[partners], targets[places]
        bad = to_mend()
    good = np.setdiff1d(np.arange(len(members)), bad)
    return members[good], targets[good]


def _legacy(
    positives: pd.DataFrame,
    members: NDArray[np.int64],
    taken: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give each target a miRNA drawn uniformly over all miRNA sequences.

    This is how the published CLASH 2013 sets were made: rare miRNAs become tell-tale
    signs of a negative. Kept for comparison only.
    """
    first_of_mirna = np.flatnonzero(~positives["mirna"].duplicated())
    mirna, target, n_targets = _codes(positives)
    chosen = rng.choice(first_of_mirna, size=len(members))
    for _ in range(_ROUNDS):
        keys = mirna[chosen] * n_targets + target[members]
        bad = np.flatnonzero(np.isin(keys, taken))
        if not bad.size:
            break
        chosen[bad] = rng.choice(first_of_mirna, size=bad.size)
    good = np.setdiff1d(np.arange(len(members)), bad)
    return chosen[good], members[good]


PROTOCOLS = {"balanced": _balanced, "legacy": _legacy}
