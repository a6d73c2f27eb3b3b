"""Evaluate a binding network on test sets and on random windows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.samples.audit import each_ratio, shared_kmers
from mirsignal.samples.splits import TEST_SETS
from mirsignal.sequences.codes import decode_many
from mirsignal.sequences.composition import fit_transitions, random_transcripts
from mirsignal.statistics.metrics import (
    Measure,
    average_precision,
    bootstrap_interval,
    brier,
    roc_auc,
    within_group_auc,
)

_PREFERRED = ("unseen_target", "random", "unseen_family")


def collect_test_pairs(
    pairs: pd.DataFrame, others: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return the test rows of a sample set and of `others` by name, column `test_set`.

    Pairs of `others`, which are not nested, get round -1 or 0, and their gene as
    cluster: what it is resampled by.
    """
    own = pairs[pairs["split"].isin(TEST_SETS)]
    parts = [own.assign(test_set=own["split"], cluster=own["cluster"].astype(str))]
    for name, table in others.items():
        cluster = table["gene"].astype(str)
        parts.append(
            table.assign(test_set=name, round=-table["label"], row=-1, cluster=cluster)
        )
    columns = ["mirna", "mirna_name", "family", "target", "cluster", "label"]
    return pd.concat(parts, ignore_index=True)[["test_set", *columns, "round", "row"]]


def each_test_set(
    test: pd.DataFrame, largest_ratio: int | None = None
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield name and rows of each test set; the nested ones once per ratio.

    A set of this sample set is called NAME_1_RATIO, for ratios 1, 10 and 100 and
    its own as far as they are reached; `largest_ratio` leaves out the larger ones.
    """
    for name, rows in test.groupby("test_set", sort=False):
        if name not in TEST_SETS:
            yield name, rows
            continue
        for ratio, nested in each_ratio(rows):
            if largest_ratio is None or ratio <= largest_ratio:
                yield f"{name}_1_{ratio}", nested


def primary_test_set(names: Iterable[str]) -> str:
    """Return the test set that figures show first: unseen targets, where there are."""
    known = list(names)
    return next((name for name in _PREFERRED if name in known), known[0])


def evaluate_predictions(
    pairs: pd.DataFrame,
    scores: NDArray[np.float64],
    n_resamples: int,
    seed: int,
    probability: bool = True,
) -> dict[str, Any]:
    """Return AP, ROC-AUC, within-miRNA AUC and, of a P(binding) (N,), Brier score.

    `pairs` (N) have label, mirna and cluster. Each measure comes as value, low, high
    (95% bootstrap of target clusters, all pairs of one together).
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
    }
    if probability:
        measures["brier"] = lambda at: brier(labels[at], scores[at])
    result = {}
    for name, measure in measures.items():
        low, high = bootstrap_interval(
            _on_rows(measure),
            rows,
            rows,
            groups=pairs["cluster"],
            n_resamples=n_resamples,
            seed=seed,
        )
        result[name] = {"value": measure(rows), "low": low, "high": high}
    return result


def _on_rows(measure: Callable[[NDArray], float]) -> Measure:
    return lambda rows, _: measure(rows)


def describe_test_set(rows: pd.DataFrame, train: pd.DataFrame) -> dict[str, Any]:
    """Return n, prevalence, number of miRNAs, and what training knew of the positives."""
    positives = rows.loc[rows["label"] == 1, "target"]
    return {
        "n": len(rows),
        "n_mirnas": int(rows["mirna"].nunique()),
        "prevalence": float(rows["label"].mean()),
        "positives_sharing_25mer_with_train": float(
            shared_kmers(train["target"], positives).mean()
        ),
        "mirnas_in_train": float(rows["mirna"].isin(set(train["mirna"])).mean()),
    }


def summarise_seeds(values: list[float]) -> dict[str, Any]:
    """Return mean and standard deviation (None for one seed) over training seeds."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return {"mean": float(np.mean(values)), "sd": spread, "values": values}


def reliability(
    labels: NDArray, scores: NDArray[np.float64], n_bins: int = 10
) -> pd.DataFrame:
    """Return, per tenth of P, mean prediction, observed share, its 95% interval and n.

    The interval is Wilson's (1927).
    """
    bins = np.minimum((scores * n_bins).astype(int), n_bins - 1)
    table = pd.DataFrame({"bin": bins, "predicted": scores, "observed": labels})
    grouped = table.groupby("bin")
    curve = grouped.mean().assign(n=grouped.size()).reset_index()
    p, n, z = curve["observed"], curve["n"], 1.96
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return curve.assign(low=middle - half, high=middle + half)


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
    targets = decode_many(np.stack(windows))
    return pd.DataFrame(
        {
            "mirna": np.repeat(common, n_windows),
            "target": np.tile(targets, len(common)),
            "label": 0,
        }
    )
