"""How the training of networks went: one row per epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError

HISTORY_COLUMNS = {
    "member": "which of the networks that differ in their seed alone",
    "epoch": "pass over the training positives",
    "train_loss": "mean binary cross-entropy while training (with dropout)",
    "validation_loss": "binary cross-entropy on the validation split, 1:1",
    "validation_ap": "average precision on the validation split; its maximum is kept",
    "seconds": "wall time of the epoch",
    "cpu_seconds": "processor time of the epoch, all threads",
}
"""What each column of a binding network's history.tsv means."""

REGRESSION_COLUMNS = {
    "member": "which of the networks that differ in their seed alone",
    "epoch": "pass over the training pairs",
    "train_error": "mean squared error while training (with dropout, if any); in task "
    "classification cross entropy",
    "validation_error": "the same on the validation genes; its minimum is kept",
    "validation_pearson": "Pearson r of prediction and target on the validation genes",
}
"""The same of a network that predicts fold changes."""


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
