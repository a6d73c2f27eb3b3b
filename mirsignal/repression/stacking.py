"""One prediction of several, with weights from genes that none of them was trained on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression

from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.repression.equation import limit_repression

STACKS = {
    "stacked": ("predicted", "occupancy", "contextpp"),
    "stacked_targetscan": ("predicted", "occupancy", "contextpp", "targetscan"),
}
"""The inputs of each stack: what the sequences alone tell, and TargetScan's table."""
MAY_BE_ABSENT = ("targetscan",)
"""Predictors that need not score every pair, as TargetScan's table does not."""
_KEYS = ["mirna", "gene"]


def stack_folds(
    held_out: Iterable[tuple[pd.DataFrame, pd.DataFrame]], scores: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return all STACKS of every fold's test genes, and the weights of their inputs.

    `held_out` are, by fold, the predictions of the signal network, whose isoforms are
    averaged, and of the occupancy model; both have rows of part validation, which give
    the weights, and test. `scores` has contextpp and, where the study has TargetScan's
    table, targetscan: a stack that reads it is left out otherwise. Weights are rows of
    fold, stack, input and weight.
    """
    stacks: Mapping[str, Sequence[str]] = {
        name: inputs
        for name, inputs in STACKS.items()
        if "targetscan" in scores or "targetscan" not in inputs
    }
    tables, rows = [], []
    for fold, (signal, occupancy) in enumerate(held_out):
        averaged = signal.groupby([*_KEYS, "part"], as_index=False)["predicted"].mean()
        pairs = averaged.merge(occupancy, on=[*_KEYS, "part"], validate="1:1")
        pairs = pairs.merge(scores, on=_KEYS)
        validation, test = (
            pairs[pairs["part"] == part] for part in ("validation", "test")
        )
        found = test[[*_KEYS, "occupancy", "unseen"]].copy()
        for name, inputs in stacks.items():
            found[name], own = stack(validation, test, inputs)
            rows += [(fold, name, key, weight) for key, weight in own.items()]
        tables.append(found)
    weights = pd.DataFrame(rows, columns=["fold", "stack", "input", "weight"])
    for name, own in weights.groupby("stack", sort=False):
        means = own.groupby("input", sort=False)["weight"].mean().round(2)
        log.info("%s: mean weights %s", name, means.to_dict())
    return pd.concat(tables, ignore_index=True), weights


def stack(
    validation: pd.DataFrame, test: pd.DataFrame, inputs: Sequence[str]
) -> tuple[NDArray[np.float64], pd.Series]:
    """Return predictions (N,) of `test`, and the weight of each of its columns `inputs`.

    Weights, none below 0, and an intercept are fitted to the target_log2fc of
    `validation` by least squares. Nested as they must be only if no model behind `inputs`
    saw the genes of either table. NaN counts as 0 where a predictor may be absent, as for
    a pair that TargetScan does not list; else it raises InputError (`refuse_gaps`).
    """
    for rows in (validation, test):
        refuse_gaps(rows, inputs)
    model = LinearRegression(positive=True)
    model.fit(validation[list(inputs)].fillna(0), validation["target_log2fc"])
    predicted = limit_repression(model.predict(test[list(inputs)].fillna(0)))
    return predicted, pd.Series(model.coef_, index=list(inputs))


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
