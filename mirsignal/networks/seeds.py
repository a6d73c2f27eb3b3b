"""Networks that differ in their seed alone: their mean as prediction, their spread."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.statistics.metrics import pearson

_MEMBER = "member_"


def member_seeds(seed: int, n: int) -> list[int]:
    """Return the seeds of `n` networks."""
    return [int(word) for word in np.random.SeedSequence(seed).generate_state(n)]


def add_predictions(pairs: pd.DataFrame, members: NDArray[np.float64]) -> pd.DataFrame:
    """Return `pairs` with `predicted`, the mean of `members` (N, n), and one column each.

    These are named `member_1` and so on.
    """
    columns = {f"{_MEMBER}{k}": column for k, column in enumerate(members.T, start=1)}
    return pairs.assign(predicted=members.mean(axis=1), **columns)


def member_columns(table: pd.DataFrame) -> list[str]:
    """Return the names of the columns that hold the predictions of single networks."""
    return [name for name in table.columns if name.startswith(_MEMBER)]


def spread_over_seeds(pairs: pd.DataFrame) -> dict[str, Any]:
    """Return how many networks there are and Pearson r with `target_log2fc` of each.

    Their mean is steadier than this: its own spread is smaller by about the root of n.
    """
    target = pairs["target_log2fc"].to_numpy()
    each = [pearson(target, pairs[name].to_numpy()) for name in member_columns(pairs)]
    known = [r for r in each if np.isfinite(r)]
    return {
        "n": len(each),
        "pearson": [r if np.isfinite(r) else None for r in each],
        "low": min(known, default=None),
        "high": max(known, default=None),
    }
