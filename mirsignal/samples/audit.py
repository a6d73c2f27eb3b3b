"""Audit a sample set: can the label be predicted without the pairing?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.samples.assembly import nested_set
from mirsignal.samples.cluster_sizes import compare_sizes
from mirsignal.samples.clusters import kmer_keys
from mirsignal.samples.splits import SPLITS, TEST_SETS
from mirsignal.sequences.codes import encode_many
from mirsignal.statistics.metrics import bootstrap_interval, roc_auc

_RATIOS = (1, 10, 100)
_FEWEST_POSITIVES = 20
_RESAMPLED_PAIRS = 10_000_000


def audit_samples(pairs: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Return the audit of labelled pairs (samples.PAIR_COLUMNS).

    counts: positives, negatives, miRNAs and targets per split. shortcuts: per test set
    and ratio, ROC-AUC (95% bootstrap of clusters) of logistic regressions that see the
    miRNA, the target, or both apart, never their pairing; trained on pairs 1:1.
    strongest_shortcut is the best of them. overlap: per pair of splits, the share of
    rows of the second whose target, gene, cluster, family or any 25-mer is in the
    first. cluster_sizes: see `compare_sizes`. balance: positives and negatives of every
    miRNA in train.
    """
    parts = {split: pairs[pairs["split"] == split] for split in SPLITS}
    parts = {split: rows for split, rows in parts.items() if len(rows)}
    single = nested_set(parts["train"], 1)
    shortcuts = {
        f"{split}_1_{ratio}": shortcut_aucs(single, rows, seed)
        for split in TEST_SETS
        if split in parts
        for ratio, rows in each_ratio(parts[split])
    }
    for name in shortcuts:
        if best := _strongest({name: shortcuts[name]}):
            auc = f"{best['roc_auc']:.3f} ({best['low']:.3f}-{best['high']:.3f})"
            log.info("%s: best shortcut %s, ROC-AUC %s", name, best["baseline"], auc)
    return {
        "counts": {split: _count(rows) for split, rows in parts.items()},
        "shortcuts": shortcuts,
        "strongest_shortcut": _strongest(shortcuts),
        "overlap": [
            {"of": second, "with": first, "n": len(parts[second])}
            | _overlap(parts[first], parts[second])
            for first, second in combinations(parts, 2)
        ],
        "cluster_sizes": compare_sizes(pairs, seed),
        "balance": _balance(parts["train"]),
    }


def each_ratio(pairs: pd.DataFrame) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield ratio and rows of each nested set of a split: 1:1, 1:10, 1:100 and its own.

    Ratios above 1:1 that fewer than 20 positives reach are left out: too few for an
    estimate.
    """
    largest = int(pairs["round"].max()) + 1
    for ratio in sorted({largest, *(r for r in _RATIOS if r < largest)}):
        rows = nested_set(pairs, ratio)
        n_positives = int(rows["label"].sum())
        if n_positives >= (_FEWEST_POSITIVES if ratio > 1 else 1):
            yield ratio, rows


def refuse_shortcuts(audit: Mapping[str, Any], limit: float | None) -> None:
    """Raise InputError when a shortcut scores above `limit` (ROC-AUC), beyond chance.

    Beyond chance means that its 95% interval lies above 0.5, on at least 20 positives;
    resampling fewer gives no interval. None refuses nothing.
    """
    if limit is None:
        return
    sound = {
        test_set: {
            baseline: auc
            for baseline, auc in aucs.items()
            if auc["low"] > 0.5 and auc["n"] * auc["prevalence"] >= _FEWEST_POSITIVES
        }
        for test_set, aucs in audit["shortcuts"].items()
    }
    found = _strongest(sound)
    if not found or found["roc_auc"] <= limit:
        return
    raise InputError(
        f"shortcut {found['baseline']} scores ROC-AUC {found['roc_auc']:.3f} on test set "
        f"{found['test_set']}, above max_shortcut_auc {limit}: a network can do well "
        "there without learning binding; use balanced negatives, or set "
        "max_shortcut_auc: null"
    )


def shortcut_aucs(
    train: pd.DataFrame, test: pd.DataFrame, seed: int
) -> dict[str, dict[str, float]]:
    """Return ROC-AUC with interval, n and prevalence of each baseline on `test`."""
    n_resamples = min(1000, max(100, _RESAMPLED_PAIRS // len(test)))
    views = {
        "mirna_identity": _mirna_features(train, test),
        "mirna_composition": _composition_features(train, test, "mirna_sequence"),
        "target_composition": _composition_features(train, test, "target"),
        "target_seen_as_positive": _seen_features(train, test),
    }
    views["mirna_and_target"] = tuple(
        hstack([view[side] for view in views.values()]).tocsr() for side in (0, 1)
    )
    aucs = {}
    labels = test["label"].to_numpy()
    for name, (x_train, x_test) in views.items():
        model = LogisticRegression(max_iter=1000).fit(x_train, train["label"])
        predicted = model.decision_function(x_test)
        low, high = bootstrap_interval(
            roc_auc,
            labels,
            predicted,
            groups=test["cluster"],
            n_resamples=n_resamples,
            seed=seed,
        )
        aucs[name] = {
            "roc_auc": roc_auc(labels, predicted),
            "low": low,
            "high": high,
            "n": len(test),
            "prevalence": float(labels.mean()),
        }
    return aucs


def _strongest(shortcuts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found = [
        {"test_set": test_set, "baseline": baseline} | auc
        for test_set, aucs in shortcuts.items()
        for baseline, auc in aucs.items()
        if np.isfinite(auc["roc_auc"])
    ]
    return max(found, key=lambda auc: auc["roc_auc"]) if found else {}


def _mirna_features(train: pd.DataFrame, test: pd.DataFrame) -> tuple:
    column = ["mirna_sequence"]
    encoder = OneHotEncoder(handle_unknown="ignore").fit(train[column])
    return encoder.transform(train[column]), encoder.transform(test[column])


def _composition_features(train: pd.DataFrame, test: pd.DataFrame, side: str) -> tuple:
    counter = CountVectorizer(analyzer="char", ngram_range=(1, 3), lowercase=False)
    scaler = StandardScaler(with_mean=False)
    fitted = scaler.fit_transform(counter.fit_transform(train[side]).astype(float))
    return fitted, scaler.transform(counter.transform(test[side]).astype(float))


def _seen_features(train: pd.DataFrame, test: pd.DataFrame) -> tuple:
    """How often the target is a positive in train (not counting itself)."""
    seen = train.loc[train["label"] == 1, "target"].value_counts()
    own = train["target"].map(seen).fillna(0) - (train["label"] == 1)
    other = test["target"].map(seen).fillna(0)
    return tuple(csr_matrix(np.asarray(x, float).reshape(-1, 1)) for x in (own, other))


def _count(rows: pd.DataFrame) -> dict[str, int]:
    return {
        "positives": int((rows["label"] == 1).sum()),
        "negatives": int((rows["label"] == 0).sum()),
        "mirnas": int(rows["mirna_sequence"].nunique()),
        "families": int(rows["family"].nunique()),
        "targets": int(rows["target"].nunique()),
    }


def _overlap(first: pd.DataFrame, second: pd.DataFrame) -> dict[str, float]:
    """Return the shares of rows of `second` whose target, ... occurs in `first`."""
    shares = {
        column: float(second[column].isin(set(first[column])).mean())
        for column in ("target", "gene", "cluster", "family")
    }
    windows = second["target"].drop_duplicates()
    shared = shared_kmers(first["target"], windows)
    known = second["target"].map(dict(zip(windows, shared, strict=True)))
    return shares | {"25-mer": float(known.mean())}


def shared_kmers(known: pd.Series, windows: pd.Series, k: int = 25) -> np.ndarray:
    """Tell of each window (N,) whether any of its k-mers stands in a known one."""
    length = len(windows.iloc[0])
    keys = np.unique(kmer_keys(encode_many(known.unique(), length), k))
    found = np.isin(kmer_keys(encode_many(windows, length), k), keys)
    return np.asarray(found.any(axis=1))


def _balance(train: pd.DataFrame) -> dict[str, Any]:
    """Return positives and negatives per miRNA, and quantiles of the positives' share."""
    counts = train.groupby("mirna_sequence")["label"].agg(positives="sum", n="size")
    share = counts["positives"] / counts["n"]
    first = train.drop_duplicates("mirna_sequence")
    names = first.set_index("mirna_sequence")["mirna"]
    return {
        "positive_share_quantiles": {
            f"{q:g}": float(share.quantile(q)) for q in (0.05, 0.5, 0.95)
        },
        "per_mirna": [
            {
                "mirna": names[sequence],
                "mirna_sequence": sequence,
                "positives": int(row["positives"]),
                "negatives": int(row["n"] - row["positives"]),
            }
            for sequence, row in counts.sort_values("n", ascending=False).iterrows()
        ],
    }
