"""Sample sets: positives split by target cluster, then negatives inside each split."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.negatives import draw_negatives
from mirsignal.splits import SPLITS, assign_splits, cluster_targets

log = logging.getLogger(__name__)

PAIR_COLUMNS = [
    *("mirna", "mirna_name", "family", "target", "gene", "cluster"),
    *("label", "split", "round"),
]


def make_samples(
    positives: pd.DataFrame, settings: Mapping[str, Any], seed: int
) -> pd.DataFrame:
    """Return labelled pairs (PAIR_COLUMNS) as a recipe of `samples` asks.

    `round` is -1 for positives and numbers the nested sets of negatives: the rows with
    round < r are a 1:r set. Raises InputError when a split would be empty, and when a
    pair would carry both labels.
    """
    positives = positives.assign(
        cluster=cluster_targets(
            positives["target"], positives["gene"], settings["cluster_kmer"]
        )
    )
    by_cluster = settings["split"] == "target_cluster"
    groups = positives["cluster"].to_numpy() if by_cluster else np.arange(len(positives))
    positives["split"] = assign_splits(groups, settings["fractions"], seed)
    _refuse_small_splits(positives["split"])
    parts = [positives.assign(label=1, round=-1)]
    for number, split in enumerate(SPLITS):
        members = np.flatnonzero(positives["split"] == split)
        drawn = draw_negatives(
            positives,
            members,
            settings["negatives"],
            settings["ratio"],
            seed=[seed, number],
        )
        if drawn.empty:
            raise InputError(
                f"no negative can be drawn in the {split} split: every family "
                "binds every target cluster in it; give chimeras of more miRNA families"
            )
        if len(drawn) < 0.98 * members.size * settings["ratio"]:
            log.warning(
                "%s: only %.2f negatives per positive; common miRNAs lack some",
                *(split, len(drawn) / members.size),
            )
        parts.append(_as_pairs(positives, drawn, split))
    pairs = pd.concat(parts, ignore_index=True)[PAIR_COLUMNS]
    refuse_two_labels(pairs)
    return pairs


def _refuse_small_splits(split_of: pd.Series) -> None:
    for split in SPLITS:
        if (n := int((split_of == split).sum())) < 2:
            raise InputError(
                f"the {split} split holds {n} of {len(split_of)} positives; give more "
                "chimeras or other `fractions`"
            )


def _as_pairs(positives: pd.DataFrame, drawn: pd.DataFrame, split: str) -> pd.DataFrame:
    mirna_side = positives[["mirna", "mirna_name", "family"]].iloc[drawn["mirna_of"]]
    target_side = positives[["target", "gene", "cluster"]].iloc[drawn["target_of"]]
    return pd.concat(
        [mirna_side.reset_index(drop=True), target_side.reset_index(drop=True)], axis=1
    ).assign(label=0, split=split, round=drawn["round"].to_numpy())


def refuse_two_labels(pairs: pd.DataFrame) -> None:
    """Raise InputError when a miRNA and target stand together with both labels."""
    labels = pairs.groupby(["mirna", "target"], sort=False)["label"].nunique()
    if (labels > 1).any():
        mirna, target = labels.index[labels > 1][0]
        raise InputError(
            f"pair {mirna} x {target} is positive and negative ({(labels > 1).sum()} "
            "such pairs); remove one label"
        )
