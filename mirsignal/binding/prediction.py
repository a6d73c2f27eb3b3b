"""What the networks of a recipe predict: of test pairs, and of random windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.binding.batches import predict_pairs
from mirsignal.binding.test_sets import random_pairs
from mirsignal.logs import log
from mirsignal.networks.backend import keras

N_MIRNAS, N_WINDOWS, THRESHOLD = 10, 2000, 0.5
"""Random windows: of how many miRNAs, how many of each, and the P above which one is
called positive."""
_SMALLEST_P = 1e-7


def score_test_pairs(
    models: Sequence[keras.Model], test: pd.DataFrame, chosen: int, encoding: str
) -> pd.DataFrame:
    """Return test pairs with P(binding) as `prediction`, by seed as `seed_1` and so on.

    `prediction` is of the `chosen` one of `models` (an index). Of several networks,
    column `ensemble` is the mean of their logits.
    """
    predicted = [predict_pairs(model, test, encoding) for model in models]
    scored = test.assign(prediction=predicted[chosen])
    if len(models) > 1:
        p = np.clip(np.stack(predicted).astype(float), _SMALLEST_P, 1 - _SMALLEST_P)
        scored["ensemble"] = np.log(p / (1 - p)).mean(axis=0)
    for number, scores in enumerate(predicted, start=1):
        scored[f"seed_{number}"] = scores
    return scored


def random_window_rates(
    model: keras.Model, train: pd.DataFrame, encoding: str, seed: int
) -> dict[str, Any]:
    """Return how often random windows are called positive, per common miRNA."""
    windows = random_pairs(train, N_MIRNAS, N_WINDOWS, seed)
    names = dict(zip(train["mirna_sequence"], train["mirna"], strict=True))
    windows["positive"] = predict_pairs(model, windows, encoding) > THRESHOLD
    rates = windows.groupby("mirna_sequence", sort=False)["positive"].mean()
    ends = (100 * rates.min(), 100 * rates.max(), THRESHOLD)
    log.info("%.1f-%.1f%% of random windows, by miRNA, have P > %g", *ends)
    return {
        "n_windows": N_WINDOWS,
        "threshold": THRESHOLD,
        "positive_rate": {names[mirna]: float(rate) for mirna, rate in rates.items()},
        "highest_to_lowest": float(rates.max() / rates.min()) if rates.min() else None,
    }
