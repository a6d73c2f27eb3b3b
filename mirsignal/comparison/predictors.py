"""Compare predictors of repression on exactly the same (miRNA, gene) pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import precision_recall_curve

from mirsignal.logs import log
from mirsignal.networks.seeds import spread_over_seeds
from mirsignal.statistics.metrics import average_precision, pearson, spearman
from mirsignal.statistics.resampling import (
    GeneResamples,
    interval_of,
    mean_over_mirnas,
    p_of_difference,
)

PREDICTORS = ["predicted", "occupancy", "stacked", "stacked_targetscan", "seed_counts"]
PREDICTORS += ["site_features", "contextpp", "targetscan"]
"""Columns of predictions, in the order of tables and figures."""
TOP = tuple(2**power for power in range(2, 11))
"""Sizes of the lists of top predicted targets: 4 ... 1,024."""


def with_predictions(pairs: pd.DataFrame, predictors: Sequence[str]) -> list[str]:
    """Return the predictors that score a pair of `pairs` at least, in their order.

    Those fitted to the other miRNAs score none where the study has one miRNA alone.
    """
    present = [name for name in predictors if pairs[name].notna().any()]
    if absent := [name for name in predictors if name not in present]:
        log.info("%s: no row, since no pair is predicted", ", ".join(absent))
    return present


def compare(
    pairs: pd.DataFrame,
    predictors: Sequence[str],
    references: Sequence[str],
    thresholds: Sequence[float],
    n_resamples: int,
    seed: int,
) -> dict[str, Any]:
    """Measure predictors of log2 fold change on the same pairs, pooled and per miRNA.

    `pairs` has mirna, gene, target_log2fc (what models are trained on), log2fc (as
    measured) and one column per predictor (lower is stronger repression; NaN counts as no
    prediction, 0, and is reported again left out). Every Pearson r, pooled and per
    miRNA, and every average precision has a 95% interval from resampling genes, the
    same for every predictor; so has the difference of r to each of the `references`,
    with its two-sided p. The mean over miRNAs has an interval from resampling miRNAs as
    well, and the number of miRNAs on which r is higher the p of a sign test; both are
    None with a single miRNA. Of `predicted` the spread over its networks is given.
    """
    names = list(dict.fromkeys([*predictors, *references]))
    measured = _Measured.of(pairs, names, n_resamples, seed)
    result: dict[str, Any] = {
        "n_pairs": len(pairs),
        "n_genes": int(pairs["gene"].nunique()),
        "n_mirnas": int(pairs["mirna"].nunique()),
        "predictors": {},
    }
    for name in predictors:
        entry = _measure(measured, pairs, name, thresholds)
        for reference in references:
            if name != reference:
                entry[f"difference_to_{reference}"] = _difference(
                    measured, name, reference
                )
        if name == "predicted":
            entry["seeds"] = spread_over_seeds(pairs)
        result["predictors"][name] = entry
    for row in metrics_table(result).itertuples():
        r = f"{row.pearson:.3f} ({row.pearson_low:.3f}-{row.pearson_high:.3f})"
        mean = f"mean of {row.n_mirnas} miRNAs {row.mean_per_mirna:.3f}"
        log.info("%-18s r = %s, %s, n = %s", row.predictor, r, mean, f"{row.n:,}")
    return result


@dataclass
class _Measured:
    """Pearson's r of each predictor: as it is and resampled (R,), pooled and by miRNA."""

    r: pd.Series
    resampled: dict[str, NDArray[np.float64]]
    r_of_mirna: pd.DataFrame
    resampled_of_mirna: dict[str, dict[str, NDArray[np.float64]]]
    n_of_mirna: dict[str, int]
    draws: GeneResamples
    seed: int

    @classmethod
    def of(
        cls, pairs: pd.DataFrame, names: Sequence[str], n_resamples: int, seed: int
    ) -> _Measured:
        target = pairs["target_log2fc"].to_numpy(float)
        values = pairs[list(names)].fillna(0).to_numpy(float)
        draws = GeneResamples(pairs["gene"], n_resamples, seed)
        mirnas = pairs["mirna"].astype(str).to_numpy()
        rows_of = {mirna: mirnas == mirna for mirna in np.unique(mirnas)}

        def by_name(r: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
            return dict(zip(names, r.T, strict=True))

        def measure(rows: NDArray[np.bool_]) -> list[float]:
            return [pearson(target[rows], column[rows]) for column in values.T]

        every = np.ones(len(pairs), bool)
        return cls(
            pd.Series(measure(every), list(names)),
            by_name(draws.pearson(target, values)),
            pd.DataFrame({m: measure(rows) for m, rows in rows_of.items()}, list(names)),
            {m: by_name(draws.pearson(target, values, r)) for m, r in rows_of.items()},
            {mirna: int(rows.sum()) for mirna, rows in rows_of.items()},
            draws,
            seed,
        )

    def over_mirnas(self, name: str, less: str | None = None) -> NDArray[np.float64]:
        """Return the mean of r (R,), `less` that of another, over resampled miRNAs.

        Empty with a single miRNA, which says nothing of others.
        """
        if len(self.n_of_mirna) < 2:
            return np.empty(0)
        every = {
            mirna: r[name] - (r[less] if less else 0)
            for mirna, r in self.resampled_of_mirna.items()
        }
        return mean_over_mirnas(every, self.seed)


def _measure(
    measured: _Measured, pairs: pd.DataFrame, name: str, thresholds: Sequence[float]
) -> dict[str, Any]:
    target, log2fc = pairs["target_log2fc"].to_numpy(), pairs["log2fc"].to_numpy()
    values, present = pairs[name].fillna(0).to_numpy(), pairs[name].notna().to_numpy()
    entry: dict[str, Any] = {
        "pearson": _with_interval(measured.r[name], measured.resampled[name]),
        "spearman": _or_none(spearman(target, values)),
        "average_precision": {
            f"{threshold:g}": {
                **_with_interval(
                    average_precision(target < threshold, -values),
                    measured.draws.average_precision(target < threshold, -values),
                ),
                "prevalence": float((target < threshold).mean()),
            }
            for threshold in thresholds
        },
        "pearson_log2fc": _or_none(pearson(log2fc, values)),
        "per_mirna": {
            mirna: {"n": n}
            | _with_interval(
                measured.r_of_mirna.loc[name, mirna],
                measured.resampled_of_mirna[mirna][name],
                "pearson",
            )
            for mirna, n in measured.n_of_mirna.items()
        },
        "mean_per_mirna": _with_interval(
            measured.r_of_mirna.loc[name].mean(), measured.over_mirnas(name)
        ),
        "coverage": float(present.mean()),
    }
    if not present.all():
        entry["without_absent"] = {
            "n": int(present.sum()),
            "pearson": _or_none(pearson(target[present], values[present])),
        }
    return entry


def _difference(measured: _Measured, name: str, other: str) -> dict[str, Any]:
    """Return how far r is above that of another predictor, pooled and over miRNAs."""
    resampled = measured.resampled[name] - measured.resampled[other]
    gains = measured.r_of_mirna.loc[name] - measured.r_of_mirna.loc[other]
    above, below = int((gains > 0).sum()), int((gains < 0).sum())
    return {
        **_with_interval(measured.r[name] - measured.r[other], resampled),
        "p": p_of_difference(resampled),
        "mean_per_mirna": _with_interval(
            gains.mean(), measured.over_mirnas(name, less=other)
        ),
        "mirnas_above": above,
        "n_mirnas": above + below,
        "sign_test_p": _sign_test(above, below),
    }


def _sign_test(above: int, below: int) -> float | None:
    """Return the two-sided p that miRNAs fall so unevenly by chance, ties left out."""
    if above + below < 2:
        return None
    return float(stats.binomtest(above, above + below).pvalue)


def _with_interval(
    value: float, resampled: NDArray[np.float64], name: str = "value"
) -> dict[str, float | None]:
    return {name: _or_none(value), **interval_of(resampled)}


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def precision_recall(
    pairs: pd.DataFrame, predictor: str, threshold: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return recall and precision of log2 fold changes below `threshold`, by rank.

    Pairs without a prediction rank as those predicted to be 0, as in `compare`.
    """
    precision, recall, _ = precision_recall_curve(
        pairs["target_log2fc"] < threshold, -pairs[predictor].fillna(0)
    )
    return recall, precision


def metrics_table(metrics: dict[str, Any]) -> pd.DataFrame:
    """Return the pooled measures as one row per predictor, for people."""
    rows = []
    for name, entry in metrics["predictors"].items():
        row = {
            "predictor": name,
            "n": metrics["n_pairs"],
            "n_genes": metrics["n_genes"],
            "n_mirnas": metrics["n_mirnas"],
            "coverage": entry["coverage"],
            "pearson": entry["pearson"]["value"],
            "pearson_low": entry["pearson"]["low"],
            "pearson_high": entry["pearson"]["high"],
            "seeds_low": entry.get("seeds", {}).get("low"),
            "seeds_high": entry.get("seeds", {}).get("high"),
            "pearson_log2fc": entry["pearson_log2fc"],
            "mean_per_mirna": entry["mean_per_mirna"]["value"],
            "mean_low": entry["mean_per_mirna"]["low"],
            "mean_high": entry["mean_per_mirna"]["high"],
            "spearman": entry["spearman"],
        }
        for threshold, ap in entry["average_precision"].items():
            row[f"ap_{threshold}"] = ap["value"]
            row[f"ap_{threshold}_low"] = ap["low"]
            row[f"ap_{threshold}_high"] = ap["high"]
            row[f"prevalence_{threshold}"] = ap["prevalence"]
        rows.append(row)
    table = pd.DataFrame(rows)
    measures = table.columns.drop(["predictor", "n", "n_genes", "n_mirnas"])
    return table.astype(dict.fromkeys(measures, float))  # None, too


def top_target_means(pairs: pd.DataFrame, predictor: str) -> pd.DataFrame:
    """Return mean measured log2FC and SEM of the top 4 ... 1,024 scored pairs.

    Pairs of one gene are not independent: the SEM adds up their deviations by gene.
    """
    scored = pairs[pairs[predictor].notna()]
    ranked = scored.sort_values(predictor, kind="stable")[["gene", "log2fc"]]
    rows = []
    for size in TOP:
        if size > len(ranked):
            break
        best = ranked.iloc[:size]
        mean = best["log2fc"].mean()
        of_gene = (best["log2fc"] - mean).groupby(best["gene"]).sum()
        n = len(of_gene)
        sem = np.sqrt(n / (n - 1) * (of_gene**2).sum()) / size if n > 1 else np.nan
        rows.append((size, mean, sem))
    return pd.DataFrame(rows, columns=["n", "mean", "sem"])
