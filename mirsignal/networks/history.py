"""How the training of networks goes: a row per epoch, the best of them, when to stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.logs import log


class BestEpoch:
    """The history of a training, and the weights of its best epoch.

    The best is the first epoch of the lowest `measure`, a column of the rows, or of the
    highest, if not `lowest`. A training that goes on starts with the rows and weights
    that it had. Every so many epochs (`told`) one is logged.
    """

    def __init__(
        self,
        measure: str,
        epochs: int,
        patience: int,
        lowest: bool = True,
        rows: Iterable[dict[str, float]] = (),
        weights: Iterable[NDArray] = (),
        told: int = 1,
    ):
        self._measure, self._sign = measure, 1 if lowest else -1
        self._epochs, self._patience, self._told = epochs, patience, told
        self.rows, self.weights = list(rows), list(weights)

    @property
    def number(self) -> int:
        """The best epoch, from 1 on."""
        best = min(self.rows, key=lambda row: self._sign * row[self._measure])
        return int(best["epoch"])

    @property
    def is_over(self) -> bool:
        """Whether no epoch, or `patience` epochs without a better one, are left."""
        n = len(self.rows)
        return n >= self._epochs or (n > 0 and n - self.number >= self._patience)

    def add(self, row: Mapping[str, float], weights: Callable[[], list[NDArray]]) -> None:
        """Add an epoch's measures; keep its weights if it is the best so far.

        Raises InputError when a loss or error is not finite.
        """
        epoch = len(self.rows) + 1
        self.rows.append({"epoch": epoch, **row})
        refuse_nonfinite(self.rows[-1])
        if self.number == epoch:
            self.weights = weights()
        if (epoch - 1) % self._told == 0:
            told = (
                f"{name.replace('_', ' ')} {value:.4f}"
                for name, value in row.items()
                if not math.isnan(value)
            )
            log.info("epoch %d of at most %d: %s", epoch, self._epochs, ", ".join(told))
        if self.is_over:
            log.info("kept the weights of epoch %d of %d", self.number, epoch)


def best_member(history: pd.DataFrame) -> tuple[int, int, float]:
    """Return member, epoch and value of the highest validation AP of a `history`."""
    row = history.loc[history["validation_ap"].idxmax()]
    best = int(row["member"]), int(row["epoch"]), float(row["validation_ap"])
    log.info("best: member %d, epoch %d, validation AP %.4f", *best)
    return best


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
    """Return predictions (N,) as they are; warn where all are the same.

    A network of ReLUs can end at a constant, and so it does on signals without a peak.
    Raises InputError if a prediction is not finite.
    """
    if n := int((~np.isfinite(predicted)).sum()):
        raise InputError(
            f"{n} of {len(predicted)} predictions are not finite; look for extreme or "
            "missing values in the input of the network"
        )
    if is_constant(predicted):
        log.warning(
            "all %d predictions are %.4f: the network has learned nothing",
            len(predicted),
            predicted[0],
        )
    return predicted


def refuse_constant(scores: NDArray[np.floating]) -> None:
    """Raise InputError when all P(binding) of pairs (N,) are one; NaN is unknown."""
    if is_constant(scores := scores[~np.isnan(scores)]):
        raise InputError(
            f"the network gives P(binding) = {scores[0]:.3f} to each of {len(scores)} "
            "validation pairs: it has learned nothing; lower `learning_rate` of the "
            "recipe, or take another `seed`"
        )


def is_constant(values: NDArray[np.floating]) -> bool:
    """Return whether two or more values (N,) differ by rounding of 32 bits alone."""
    return len(values) > 1 and bool(np.ptp(values) <= 1e-6 * np.abs(values).max())
