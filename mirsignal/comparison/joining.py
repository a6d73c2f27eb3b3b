"""Join what predictors say of the same (miRNA, gene) pairs into one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mirsignal.networks.seeds import member_columns
from mirsignal.repression.equation import bound_scores
from mirsignal.repression.targetscan import add_scores

KEYS = ["mirna", "gene"]
_BASELINES = ["seed_counts", "site_features"]


def join_predictors(
    predictions: pd.DataFrame,
    baseline: pd.DataFrame,
    contextpp: pd.DataFrame,
    stacked: pd.DataFrame,
    sites: pd.DataFrame,
    targetscan: str | Path | Sequence[str],
) -> pd.DataFrame:
    """Return one row per (miRNA, gene) of an experiment, and a column per predictor.

    `predictions` are those of the signal network, whose isoforms are averaged; `no_site`
    tells which pairs have none of `sites`; `targetscan` is a path, or empty.
    """
    members = {name: (name, "mean") for name in member_columns(predictions)}
    pairs = predictions.groupby(KEYS, as_index=False).agg(
        target_log2fc=("target_log2fc", "first"),
        log2fc=("log2fc", "first"),
        predicted=("predicted", "mean"),
        no_signal=("no_signal", "all"),
        **members,
    )
    for table in (
        baseline[[*KEYS, *_BASELINES]],
        contextpp.assign(contextpp=bound_scores(contextpp["contextpp"])),
        stacked.drop(columns="unseen"),
    ):
        pairs = pairs.merge(table, on=KEYS, validate="1:1")
    with_site = pd.MultiIndex.from_frame(sites[KEYS])
    pairs["no_site"] = ~pd.MultiIndex.from_frame(pairs[KEYS]).isin(with_site)
    return add_scores(pairs, targetscan)


def join_unseen(
    occupancy: pd.DataFrame,
    baseline: pd.DataFrame,
    contextpp: pd.DataFrame,
    targetscan: str | Path | Sequence[str],
) -> pd.DataFrame:
    """Return one row per (miRNA, gene) with what models say that saw neither."""
    pairs = occupancy[occupancy["part"] == "test"].drop(columns="occupancy")
    pairs = pairs.rename(columns={"unseen": "occupancy"})
    unseen = baseline[[*KEYS, *(f"{name}_unseen" for name in _BASELINES)]]
    unseen = unseen.rename(columns=lambda name: name.removesuffix("_unseen"))
    pairs = pairs.merge(unseen, on=KEYS, validate="1:1").merge(contextpp, on=KEYS)
    pairs["contextpp"] = bound_scores(pairs["contextpp"])
    return add_scores(pairs, targetscan)
