"""How the training of networks went: one row per epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError


def best_member(history: pd.DataFrame) -> tuple[int, int, float]:
    """Return member, epoch and value of the highest validation AP of a `history`."""
    row = history.loc[history["validation_ap"].idxmax()]
    return int(row["member"]), int(row["epoch"]), float(row["validation_ap"])


def refuse_nonfinite(row: Mapping[str, float]) -> None:
    """Raise InputError when a loss or error in a row of a history is not finite.

    What comes after it would be NaN, too, and no epoch better than another.
    """
    for name, value in row.items():
        if name.endswith(("_loss", "_error")) and not math.isfinite(value):
            raise InputError(
                f"epoch {row['epoch']:g}: {name.replace('_', ' ')} is {value}; lower "
                "`learning_rate` of the recipe, or look for extreme values in its input"
            )


def check_predictions(predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return predictions (N,) as they are; raise InputError if any is not finite."""
    if n := int((~np.isfinite(predicted)).sum()):
        raise InputError(
            f"{n} of {len(predicted)} predictions are not finite; look for extreme or "
            "missing values in the input of the network"
        )
    return predicted
