"""Scores of labelled pairs that need no training: folding energy and seed class."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.sites.seed_sites import SITE_RANKS, match_sites

BASELINES = ("rnacofold", "seed_class")


def score_baselines(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return BASELINES of each pair (mirna_sequence, target); higher means binding.

    Each distinct pair is computed once.
    """
    distinct = pairs[["mirna_sequence", "target"]].drop_duplicates()
    scored = distinct.assign(
        rnacofold=cofold_scores(distinct["mirna_sequence"], distinct["target"]),
        seed_class=seed_classes(distinct["mirna_sequence"], distinct["target"]),
    )
    return pairs[["mirna_sequence", "target"]].merge(scored, how="left")[list(BASELINES)]


def cofold_scores(mirnas: Iterable[str], targets: Iterable[str]) -> NDArray[np.float64]:
    """Return minus the minimum free energy (kcal/mol) of each pair folded together.

    As RNAcofold of ViennaRNA (Lorenz 2011) gives it at 37 degrees, with default
    parameters; the structure of each strand alone is not subtracted.
    """
    import RNA

    return np.array(
        [
            -RNA.fold_compound(f"{mirna}&{target}").mfe_dimer()[1]
            for mirna, target in zip(mirnas, targets, strict=True)
        ]
    )


def seed_classes(mirnas: Iterable[str], targets: Iterable[str]) -> NDArray[np.float64]:
    """Return the rank of the best canonical site: 8mer 4, ... 6mer 1, none 0."""
    return np.array(
        [
            max((SITE_RANKS[kind] for *_, kind in match_sites(mirna, target)), default=0)
            for mirna, target in zip(mirnas, targets, strict=True)
        ],
        dtype=float,
    )
