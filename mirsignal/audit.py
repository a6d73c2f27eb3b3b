"""Audit a sample set: can the label be guessed without looking at the pairing?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from mirsignal.metrics import bootstrap_interval, roc_auc
from mirsignal.sequences import encode_many
from mirsignal.splits import SPLITS, kmer_keys


def audit_samples(pairs: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Return the audit of labelled pairs (mirna, target, gene, cluster, label, split).

    shortcuts: test ROC-AUC (95% bootstrap interval) of logistic regressions that see
    the miRNA, the target, or both apart, never their pairing. overlap: how many test
    and validation targets, genes, clusters and 25-mers occur in train. balance: the
    share of positives per miRNA, over miRNAs.
    """
    train, test = (pairs[pairs["split"] == split] for split in ("train", "test"))
    return {
        "counts": {
            split: {
                "positives": int((rows["label"] == 1).sum()),
                "negatives": int((rows["label"] == 0).sum()),
                "mirnas": int(rows["mirna"].nunique()),
                "targets": int(rows["target"].nunique()),
            }
            for split in SPLITS
            for rows in [pairs[pairs["split"] == split]]
        },
        "shortcuts": shortcut_scores(train, test, seed),
        "overlap_with_train": {
            split: _overlap(train, pairs[pairs["split"] == split])
            for split in ("validation", "test")
        },
        "positive_share_per_mirna": _balance(train),
    }


def shortcut_scores(
    train: pd.DataFrame, test: pd.DataFrame, seed: int
) -> dict[str, dict[str, float]]:
    """Return ROC-AUC with interval and n of each shortcut baseline on `test`."""
    views = {
        "mirna_identity": _mirna_features(train, test),
        "target_composition": _composition_features(train, test),
        "target_seen_as_positive": _seen_features(train, test),
    }
    views["mirna_and_target"] = tuple(
        hstack([view[side] for view in views.values()]).tocsr() for side in (0, 1)
    )
    scores = {}
    labels = test["label"].to_numpy()
    for name, (x_train, x_test) in views.items():
        model = LogisticRegression(max_iter=1000).fit(x_train, train["label"])
        predicted = model.decision_function(x_test)
        low, high = bootstrap_interval(roc_auc, labels, predicted, seed=seed)
        scores[name] = {
            "roc_auc": roc_auc(labels, predicted),
            "low": low,
            "high": high,
            "n": len(test),
        }
    return scores


def _mirna_features(train: pd.DataFrame, test: pd.DataFrame) -> tuple:
    encoder = OneHotEncoder(handle_unknown="ignore").fit(train[["mirna"]])
    return encoder.transform(train[["mirna"]]), encoder.transform(test[["mirna"]])


def _composition_features(train: pd.DataFrame, test: pd.DataFrame) -> tuple:
    counter = CountVectorizer(analyzer="char", ngram_range=(1, 3), lowercase=False)
    scaler = StandardScaler(with_mean=False)
    fitted = scaler.fit_transform(counter.fit_transform(train["target"]).astype(float))
    return fitted, scaler.transform(counter.transform(test["target"]).astype(float))


def _seen_features(train: pd.DataFrame, test: pd.DataFrame) -> tuple:
    """How often the target stands in train as a positive (not counting itself)."""
    seen = train.loc[train["label"] == 1, "target"].value_counts()
    own = train["target"].map(seen).fillna(0) - (train["label"] == 1)
    other = test["target"].map(seen).fillna(0)
    return tuple(csr_matrix(np.asarray(x, float).reshape(-1, 1)) for x in (own, other))


def _overlap(train: pd.DataFrame, other: pd.DataFrame) -> dict[str, float]:
    """Return the shares of `other` rows whose target, ... occurs in `train`."""
    shares = {
        column: float(other[column].isin(set(train[column])).mean())
        for column in ("target", "gene", "cluster")
    }
    length = len(train["target"].iloc[0])
    known = np.unique(kmer_keys(encode_many(train["target"], length), 25))
    found = np.isin(kmer_keys(encode_many(other["target"], length), 25), known)
    return shares | {"25-mer": float(found.any(axis=1).mean())}


def _balance(train: pd.DataFrame) -> dict[str, float]:
    share = train.groupby("mirna")["label"].mean()
    quantiles = share.quantile([0.05, 0.5, 0.95])
    return {f"quantile_{q:g}": float(value) for q, value in quantiles.items()}
