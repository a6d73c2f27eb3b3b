"""Which predictors must score every pair, and which may leave some out."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from mirsignal.errors import InputError

MAY_BE_ABSENT = ("targetscan",)
"""Predictors that need not score every pair, as TargetScan's table does not."""


def refuse_gaps(pairs: pd.DataFrame, predictors: Iterable[str]) -> None:
    """Raise InputError for a predictor without a value, unless it MAY_BE_ABSENT.

    `pairs` has mirna, gene and a column per predictor; those it lacks are not looked at.
    """
    for name in predictors:
        if name in MAY_BE_ABSENT or name not in pairs:
            continue
        absent = pairs[pairs[name].isna()]
        if len(absent):
            first = absent.iloc[0]
            raise InputError(
                f"{name}: {len(absent)} of {len(pairs)} pairs have no prediction (first: "
                f"{first['mirna']}, {first['gene']}); run again what made them"
            )
