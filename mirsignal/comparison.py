"""Compare predictors of repression on exactly the same (miRNA, gene) pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve

from mirsignal.metrics import (
    average_precision,
    bootstrap_interval,
    pearson,
    spearman,
    williams_test,
)

TOP = tuple(2**power for power in range(2, 11))
"""Sizes of the lists of top predicted targets: 4 ... 1,024."""

MEASURES = {
    "n": "(miRNA, gene) pairs, the same for every predictor",
    "coverage": "share of pairs that the predictor scores; the others count as 0",
    "pearson": "Pearson r with the target (see metrics.json), all pairs",
    "pearson_low": "lower end of its 95% interval (bootstrap of genes)",
    "pearson_high": "upper end",
    "seeds_low": "lowest Pearson r of its networks alone, which differ in their seed",
    "seeds_high": "highest of these; empty for what is fitted once",
    "pearson_log2fc": "Pearson r with the measured log2 fold change, nothing clipped",
    "mean_per_mirna": "mean of Pearson r over miRNAs",
    "spearman": "Spearman rank correlation with the target, all pairs",
}
"""What the columns of `metrics_table` mean, but for those of thresholds."""


def describe_measures(thresholds: Sequence[float]) -> dict[str, str]:
    """Return what the columns of `metrics_table` mean, those of thresholds included."""
    described = dict(MEASURES)
    for threshold in thresholds:
        described[f"ap_{threshold:g}"] = f"average precision of log2FC < {threshold:g}"
        described[f"prevalence_{threshold:g}"] = "its value for a random ranking"
    return described


def with_predictions(pairs: pd.DataFrame, predictors: Sequence[str]) -> list[str]:
    """Return the predictors that score a pair of `pairs` at least, in their order.

    Those fitted to the other miRNAs score none where the study has one miRNA alone.
    """
    return [name for name in predictors if pairs[name].notna().any()]


def compare(
    pairs: pd.DataFrame,
    predictors: Sequence[str],
    references: Sequence[str],
    thresholds: Sequence[float],
    n_resamples: int,
    seed: int,
) -> dict[str, Any]:
    """Measure predictors of log2 fold change on the same pairs, pooled and per miRNA.

    `pairs` has mirna, gene, target (what models are trained on), log2fc (as measured)
    and one column per predictor (lower is stronger repression; NaN counts as no
    prediction, 0, and is reported again left out). Every pooled Pearson r has a 95%
    interval from resampling genes; the difference to each of the `references` has one
    too, and Williams' test, and the number of miRNAs on which r is higher.
    """
    target = pairs["target"].to_numpy()
    result: dict[str, Any] = {
        "n_pairs": len(pairs),
        "n_genes": int(pairs["gene"].nunique()),
        "n_mirnas": int(pairs["mirna"].nunique()),
        "predictors": {},
    }
    for name in predictors:
        present = pairs[name].notna().to_numpy()
        values = pairs[name].fillna(0).to_numpy()
        entry = _measure(target, values, pairs, thresholds, n_resamples, seed)
        entry["coverage"] = float(present.mean())
        if not present.all():
            entry["without_absent"] = {
                "n": int(present.sum()),
                "pearson": _or_none(pearson(target[present], values[present])),
            }
        for reference in references:
            if name != reference:
                entry[f"difference_to_{reference}"] = _difference(
                    target, values, pairs, reference, n_resamples, seed
                )
        result["predictors"][name] = entry
    return result


def _measure(target, values, pairs, thresholds, n_resamples, seed) -> dict[str, Any]:
    low, high = bootstrap_interval(
        pearson,
        target,
        values,
        groups=pairs["gene"],
        n_resamples=n_resamples,
        seed=seed,
    )
    per_mirna = {
        str(mirna): _with_interval(target[rows], values[rows])
        for mirna, rows in pairs.reset_index(drop=True).groupby("mirna").groups.items()
    }
    known = [row["pearson"] for row in per_mirna.values() if row["pearson"] is not None]
    return {
        "pearson": {
            "value": _or_none(pearson(target, values)),
            "low": _or_none(low),
            "high": _or_none(high),
        },
        "spearman": _or_none(spearman(target, values)),
        "average_precision": {
            f"{threshold:g}": {
                "value": _or_none(average_precision(target < threshold, -values)),
                "prevalence": float((target < threshold).mean()),
            }
            for threshold in thresholds
        },
        "pearson_log2fc": _or_none(pearson(pairs["log2fc"].to_numpy(), values)),
        "per_mirna": per_mirna,
        "mean_per_mirna": float(np.mean(known)) if known else None,
    }


def _with_interval(target: NDArray, values: NDArray) -> dict[str, float | int | None]:
    """Return n and Pearson r with the 95% interval of Fisher's transformation."""
    r, n = pearson(target, values), len(target)
    half = 1.96 / np.sqrt(n - 3) if n > 3 else np.inf
    z = np.arctanh(np.clip(r, -0.999999, 0.999999))
    return {
        "n": n,
        "pearson": _or_none(r),
        "low": _or_none(np.tanh(z - half)),
        "high": _or_none(np.tanh(z + half)),
    }


def _difference(target, values, pairs, reference, n_resamples, seed) -> dict[str, Any]:
    other = pairs[reference].fillna(0).to_numpy()
    both = np.stack([values, other], axis=1)

    def gain(y: NDArray, x: NDArray) -> float:
        return pearson(y, x[:, 0]) - pearson(y, x[:, 1])

    low, high = bootstrap_interval(
        gain, target, both, groups=pairs["gene"], n_resamples=n_resamples, seed=seed
    )
    gains = [
        gain(target[rows], both[rows])
        for rows in pairs.reset_index(drop=True).groupby("mirna").groups.values()
    ]
    t, p = williams_test(
        pearson(target, values),
        pearson(target, other),
        pearson(values, other),
        len(target),
    )
    return {
        "value": _or_none(gain(target, both)),
        "low": _or_none(low),
        "high": _or_none(high),
        "williams_t": _or_none(t),
        "williams_p": _or_none(p),
        "mirnas_above": int(np.sum(np.array(gains) > 0)),
    }


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def precision_recall(
    pairs: pd.DataFrame, predictor: str, threshold: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return recall and precision of log2 fold changes below `threshold`, by rank.

    Pairs without a prediction rank as those predicted to be 0, as in `compare`.
    """
    precision, recall, _ = precision_recall_curve(
        pairs["target"] < threshold, -pairs[predictor].fillna(0)
    )
    return recall, precision


def metrics_table(metrics: dict[str, Any]) -> pd.DataFrame:
    """Return the pooled measures as one row per predictor, for people."""
    rows = []
    for name, entry in metrics["predictors"].items():
        row = {
            "predictor": name,
            "n": metrics["n_pairs"],
            "coverage": entry["coverage"],
            "pearson": entry["pearson"]["value"],
            "pearson_low": entry["pearson"]["low"],
            "pearson_high": entry["pearson"]["high"],
            "seeds_low": entry.get("seeds", {}).get("low"),
            "seeds_high": entry.get("seeds", {}).get("high"),
            "pearson_log2fc": entry["pearson_log2fc"],
            "mean_per_mirna": entry["mean_per_mirna"],
            "spearman": entry["spearman"],
        }
        for threshold, ap in entry["average_precision"].items():
            row[f"ap_{threshold}"] = ap["value"]
            row[f"prevalence_{threshold}"] = ap["prevalence"]
        rows.append(row)
    return pd.DataFrame(rows)


def top_target_means(pairs: pd.DataFrame, predictor: str) -> pd.DataFrame:
    """Return mean measured log2FC and SEM of the top 4 ... 1,024 scored pairs."""
    scored = pairs[pairs[predictor].notna()]
    ranked = scored.sort_values(predictor, kind="stable")["log2fc"]
    rows = []
    for size in TOP:
        if size > len(ranked):
            break
        best = ranked.iloc[:size]
        rows.append((size, best.mean(), best.std(ddof=1) / np.sqrt(size)))
    return pd.DataFrame(rows, columns=["n", "mean", "sem"])
