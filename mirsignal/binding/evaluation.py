"""Measure how well binding networks and baselines rank the pairs of test sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest

from mirsignal.binding.baselines import BASELINES
from mirsignal.binding.test_sets import describe_test_set, each_test_set
from mirsignal.logs import log
from mirsignal.statistics.metrics import (
    average_precision,
    brier,
    roc_auc,
    within_group_auc,
)
from mirsignal.statistics.resampling import (
    GeneResamples,
    interval_of,
    two_way_interval,
)

_COLUMNS = {"network": "prediction", "ensemble": "ensemble"} | {b: b for b in BASELINES}
"""The column that holds the scores of each predictor."""


def evaluate_test_sets(
    test: pd.DataFrame, train: pd.DataFrame, n_seeds: int, n_resamples: int, seed: int
) -> dict[str, Any]:
    """Return, by test set (`test_sets.each_test_set`), what is known of its pairs.

    `test` are scored pairs (`prediction.score_test_pairs`) with the columns BASELINES,
    `train` the training pairs. Each set has a description, the measures of each predictor
    that scores all of its pairs (`evaluate_predictions`), and their mean and spread over
    the `n_seeds` networks of the recipe.
    """
    found = {}
    for name, rows in each_test_set(test):
        predictors = {
            predictor: evaluate_predictions(
                rows,
                rows[column].to_numpy(float),
                n_resamples,
                seed,
                probability=predictor == "network",
            )
            for predictor, column in _COLUMNS.items()
            if column in rows and rows[column].notna().all()
        }
        by_seed = [
            evaluate_predictions(rows, rows[f"seed_{number}"].to_numpy(float), 1, seed)
            for number in range(1, n_seeds + 1)
        ]
        seeds = {
            measure: summarise_seeds([member[measure]["value"] for member in by_seed])
            for measure in by_seed[0]
        }
        described = describe_test_set(rows, train)
        found[name] = described | {"predictors": predictors, "seeds": seeds}
        ap = predictors["network"]["average_precision"]
        interval = f"{ap['value']:.3f} ({ap['low']:.3f}-{ap['high']:.3f})"
        log.info("%s: AP %s, n = %s", name, interval, f"{len(rows):,}")
    return found


def evaluate_predictions(
    pairs: pd.DataFrame,
    scores: NDArray[np.float64],
    n_resamples: int,
    seed: int,
    probability: bool = True,
) -> dict[str, Any]:
    """Return AP, ROC-AUC, within-miRNA AUC and, of a P(binding) (N,), Brier score.

    `pairs` (N) have label, mirna_sequence and cluster. Each measure comes as value, low,
    high (95% bootstrap of target clusters and of miRNA families, those of one seed, all
    pairs of one together: what it would be for other targets and other miRNAs).
    """
    labels = pairs["label"].to_numpy()
    mirnas = pd.factorize(pairs["mirna_sequence"])[0]
    families = pairs["mirna_sequence"].str[1:8]
    rows = np.arange(len(pairs))
    measures: dict[str, Callable[[NDArray], float]] = {
        "average_precision": lambda at: average_precision(labels[at], scores[at]),
        "roc_auc": lambda at: roc_auc(labels[at], scores[at]),
        "within_mirna_auc": lambda at: within_group_auc(
            labels[at], scores[at], mirnas[at]
        ),
    }
    if probability:
        measures["brier"] = lambda at: brier(labels[at], scores[at])
    result = {}
    for name, measure in measures.items():
        interval = two_way_interval(
            measure, pairs["cluster"], families, n_resamples, seed
        )
        result[name] = {"value": measure(rows), **interval}
    return result


def summarise_seeds(values: list[float]) -> dict[str, Any]:
    """Return mean and standard deviation (None for one seed) over training seeds."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return {"mean": float(np.mean(values)), "sd": spread, "values": values}


def reliability(
    labels: NDArray,
    scores: NDArray[np.float64],
    clusters: ArrayLike,
    n_bins: int = 10,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return, per tenth of P, mean prediction, observed share, its 95% interval and n.

    The interval is from resampling target clusters (N,), all pairs of one together. Where
    the pairs of a bin are all of one label it has no width; it is then that of as many
    independent pairs as there are clusters (Wilson 1927).
    """
    bins = np.minimum((scores * n_bins).astype(int), n_bins - 1)
    table = pd.DataFrame({"bin": bins, "predicted": scores, "observed": labels})
    grouped = table.assign(cluster=np.asarray(clusters)).groupby("bin")
    curve = grouped[["predicted", "observed"]].mean()
    curve = curve.assign(n=grouped.size(), n_clusters=grouped["cluster"].nunique())
    shares = GeneResamples(clusters, n_resamples, seed).means(labels, bins)
    for row in curve.itertuples():
        ends = interval_of(shares[:, row.Index]).values()
        if row.observed in (0, 1):
            test = binomtest(int(row.observed) * row.n_clusters, row.n_clusters)
            ends = test.proportion_ci(method="wilson")
        curve.loc[row.Index, ["low", "high"]] = list(ends)
    return curve.reset_index()


def tabulate_test_sets(test_sets: dict[str, Any]) -> pd.DataFrame:
    """Return `evaluate_test_sets` as one row per test set and predictor."""
    rows = []
    for name, found in test_sets.items():
        for predictor, measures in found["predictors"].items():
            ap, within = measures["average_precision"], measures["within_mirna_auc"]
            seeds = found["seeds"]["average_precision"] if predictor == "network" else {}
            rows.append(
                {
                    "test_set": name,
                    "predictor": predictor,
                    "n": found["n"],
                    "prevalence": found["prevalence"],
                    "average_precision": ap["value"],
                    "ap_low": ap["low"],
                    "ap_high": ap["high"],
                    "ap_mean": seeds.get("mean"),
                    "ap_sd": seeds.get("sd"),
                    "roc_auc": measures["roc_auc"]["value"],
                    "within_mirna_auc": within["value"],
                    "within_low": within["low"],
                    "within_high": within["high"],
                    "brier": measures.get("brier", {}).get("value"),
                }
            )
    return pd.DataFrame(rows)
