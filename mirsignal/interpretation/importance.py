"""How miRNA positions contribute to the logit, over many explained pairs.

The importance of a position in a pair is the sum of its SHAP values over the target: what
it adds to the logit, compared with the background. The 20 positions of a pair add up to
its logit less the base value, where its miRNA has 20 nt or more: a shorter one lacks what
the background has beyond its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from mirsignal.axes import MIRNA_LENGTH, REGIONS
from mirsignal.binding.baselines import seed_classes
from mirsignal.logs import log
from mirsignal.sequences.codes import seed_region
from mirsignal.sequences.mirnas import short_name
from mirsignal.sites.seed_sites import SITE_TYPES
from mirsignal.statistics.metrics import percentile_interval

NO_SITE = "no site"
OTHER_FAMILIES = "other families"


def measure_importance(
    pairs: pd.DataFrame, values: NDArray[np.floating], seed: int
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the importance of positions by site type and family, and a JSON summary.

    `pairs` (N) have mirna, mirna_sequence and target, `values` (N, W, M) are their
    SHAP values. The table is that of `summarise_importance`.
    """
    importance = position_importance(values, pairs["mirna_sequence"])
    groupings = {
        "site_type": best_site_types(pairs["mirna_sequence"], pairs["target"]),
        "family": common_families(pairs),
    }
    mirnas = pairs["mirna_sequence"].to_numpy()
    contrasts = contrast_groups(importance, groupings, seed, mirnas)
    for group, found in (contrasts["all"] | contrasts["site_type"]).items():
        log.info("%s: %s, n = %s", group, describe_contrast(found), f"{found['n']:,}")
    summary = {"seed_less_other_positions": contrasts, "families": name_families(pairs)}
    return summarise_importance(importance, groupings, seed, mirnas), summary


def position_importance(
    values: NDArray[np.floating], mirnas: Iterable[str]
) -> NDArray[np.float64]:
    """Return importance (N, M) of SHAP values (N, W, M); NaN where a miRNA has ended."""
    lengths = np.array([len(mirna) for mirna in mirnas], int)
    ended = np.arange(values.shape[2]) >= lengths[:, None]
    return np.where(ended, np.nan, values.sum(axis=1))


def best_site_types(mirnas: Iterable[str], targets: Iterable[str]) -> list[str]:
    """Return the strongest canonical site of each pair, of SITE_TYPES, or NO_SITE."""
    names = (NO_SITE, *reversed(SITE_TYPES))
    return [names[int(rank)] for rank in seed_classes(mirnas, targets)]


def common_families(pairs: pd.DataFrame, most: int = 8, least_n: int = 5) -> pd.Series:
    """Return the family (seed, nt 2-8) of each pair; all but the commonest are "other".

    Of families, at most `most` with at least `least_n` pairs keep their name.
    """
    family = pairs["mirna_sequence"].map(seed_region)
    counts = family.value_counts()
    kept = counts.index[counts >= least_n][:most]
    return family.where(family.isin(kept), OTHER_FAMILIES)


def summarise_importance(
    importance: NDArray[np.float64],
    groupings: dict[str, Iterable[str]],
    seed: int,
    mirnas: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Return importance by position of all pairs and of each group.

    `importance` is (N, M); `groupings` name the group of each pair, by grouping. Columns:
    grouping, group, position (1 to M), n (pairs whose miRNA reaches it), mean, low, high
    (95% bootstrap of `mirnas` (N,), all pairs of one together, or of pairs where none or
    one is given; NaN for one pair), sd, quarter and three_quarters (of the pairs' own
    values). Larger groups come first.
    """
    units = None if mirnas is None else np.array(list(mirnas))
    parts = [_summarise("all", "all", importance, seed, units)]
    for grouping, groups in groupings.items():
        labels = pd.Series(list(groups))
        for group in labels.value_counts().index:
            rows = (labels == group).to_numpy()
            own = None if units is None else units[rows]
            parts.append(_summarise(grouping, group, importance[rows], seed, own))
    return pd.concat(parts, ignore_index=True)


def _summarise(
    grouping: str,
    group: str,
    importance: NDArray[np.float64],
    seed: int,
    mirnas: NDArray[np.str_] | None,
) -> pd.DataFrame:
    own = pd.DataFrame(importance)
    low, high = percentile_interval(importance, np.nanmean, seed, mirnas)
    return pd.DataFrame(
        {
            "grouping": grouping,
            "group": group,
            "position": np.arange(1, MIRNA_LENGTH + 1),
            "n": own.count(),
            "mean": own.mean(),
            "low": low,
            "high": high,
            "sd": own.std(),
            "quarter": own.quantile(0.25),
            "three_quarters": own.quantile(0.75),
        }
    )


def seed_contrast(
    importance: NDArray[np.float64], seed: int, mirnas: ArrayLike | None = None
) -> dict[str, float]:
    """Return how much more a seed position (nt 2-8) adds than another one, in logits.

    `value` is the mean over pairs (N, M) of the mean over seed positions less that over
    the others, `low` and `high` its 95% interval (see `summarise_importance`), `n` the
    number of pairs.
    """
    seed_values = importance[:, REGIONS["seed"]]
    others = np.delete(importance, REGIONS["seed"], axis=1)
    excess = np.nanmean(seed_values, axis=1) - np.nanmean(others, axis=1)
    low, high = percentile_interval(excess, np.nanmean, seed, mirnas)
    return {
        "n": len(excess),
        "value": float(excess.mean()),
        "low": float(low),
        "high": float(high),
    }


def describe_contrast(contrast: Mapping[str, float]) -> str:
    """Return a `seed_contrast` in words, its interval where there is one."""
    interval = ""
    if contrast["n"] > 1:
        interval = f"({contrast['low']:+.3f} to {contrast['high']:+.3f}) "
    return f"a seed position adds {contrast['value']:+.3f} {interval}more than another"


def contrast_groups(
    importance: NDArray[np.float64],
    groupings: Mapping[str, Iterable[str]],
    seed: int,
    mirnas: NDArray[np.str_],
) -> dict[str, dict[str, dict[str, float]]]:
    """Return the `seed_contrast` of all pairs and of each group, by grouping and group.

    Arguments as of `summarise_importance`.
    """
    contrasts = {"all": {"all": seed_contrast(importance, seed, mirnas)}}
    for grouping, groups in groupings.items():
        labels = pd.Series(list(groups))
        contrasts[grouping] = {
            group: seed_contrast(importance[rows], seed, mirnas[rows])
            for group, rows in labels.groupby(labels).indices.items()
        }
    return contrasts


def name_families(pairs: pd.DataFrame) -> dict[str, str]:
    """Return seed and commonest member (mirna) of each family of pairs, by seed."""
    seeds = pairs["mirna_sequence"].str[REGIONS["seed"]]
    commonest = pairs["mirna"].groupby(seeds).agg(lambda names: names.mode().iloc[0])
    return {seed: f"{seed} {short_name(name)}" for seed, name in commonest.items()}
