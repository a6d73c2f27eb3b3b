"""Evaluate a binding network on test pairs and on random windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.composition import fit_transitions, random_transcripts
from mirsignal.metrics import (
    Measure,
    average_precision,
    bootstrap_interval,
    brier,
    roc_auc,
    within_group_auc,
)
from mirsignal.sequences import decode


def evaluate_predictions(
    pairs: pd.DataFrame, scores: NDArray[np.float64], n_resamples: int, seed: int
) -> dict[str, Any]:
    """Return AP, ROC-AUC, within-miRNA AUC and Brier score of P(binding) (N,).

    `pairs` (N) have label and mirna. Each measure comes as value, low, high (95%
    bootstrap over pairs) beside n and prevalence.
    """
    labels = pairs["label"].to_numpy()
    mirnas = pd.factorize(pairs["mirna"])[0]
    rows = np.arange(len(pairs))
    measures: dict[str, Callable[[NDArray], float]] = {
        "average_precision": lambda at: average_precision(labels[at], scores[at]),
        "roc_auc": lambda at: roc_auc(labels[at], scores[at]),
        "within_mirna_auc": lambda at: within_group_auc(
            labels[at], scores[at], mirnas[at]
        ),
        "brier": lambda at: brier(labels[at], scores[at]),
    }
    result: dict[str, Any] = {
        "n": len(pairs),
        "n_mirnas": int(mirnas.max() + 1),
        "prevalence": float(labels.mean()),
    }
    for name, measure in measures.items():
        low, high = bootstrap_interval(
            _on_rows(measure), rows, rows, n_resamples=n_resamples, seed=seed
        )
        result[name] = {"value": measure(rows), "low": low, "high": high}
    return result


def _on_rows(measure: Callable[[NDArray], float]) -> Measure:
    return lambda rows, _: measure(rows)


def reliability(
    labels: NDArray, scores: NDArray[np.float64], n_bins: int = 10
) -> pd.DataFrame:
    """Return, per tenth of P, the mean prediction, the observed share and n."""
    bins = np.minimum((scores * n_bins).astype(int), n_bins - 1)
    table = pd.DataFrame({"bin": bins, "predicted": scores, "observed": labels})
    grouped = table.groupby("bin")
    return grouped.mean().assign(n=grouped.size()).reset_index()


def random_pairs(
    pairs: pd.DataFrame, n_mirnas: int, n_windows: int, seed: int
) -> pd.DataFrame:
    """Return pairs of the commonest miRNAs with the same random windows.

    Windows follow the dinucleotide composition of the targets; labels are 0.
    """
    common = pairs.loc[pairs["label"] == 1, "mirna"].value_counts().index[:n_mirnas]
    windows = random_transcripts(
        fit_transitions(pairs["target"].unique()),
        np.full(n_windows, WINDOW),
        np.random.default_rng(seed),
    )
    targets = [decode(window) for window in windows]
    return pd.DataFrame(
        {
            "mirna": np.repeat(common, n_windows),
            "target": targets * len(common),
            "label": 0,
        }
    )
