"""Predict fold changes from seed sites alone, on the folds of the models."""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import HistGradientBoostingRegressor

from mirsignal.sequences.fasta import Transcripts
from mirsignal.sites.seed_sites import SITE_TYPES, count_sites

NO_SITE = -1.0
"""Features of a site that is not there: below any that is."""


def seed_count_baseline(
    pairs: pd.DataFrame,
    mirnas: pd.DataFrame,
    genes: pd.DataFrame,
    transcripts: Transcripts,
    seed: int,
    unseen: bool = False,
) -> NDArray[np.float64]:
    """Return predictions (N,) of `pairs` from site counts by type alone.

    With `unseen` the model of a pair knows neither its gene nor its miRNA.

    `pairs` has mirna, gene, target_log2fc and fold. Counts of a gene are the
    mean over its transcripts (`genes`: transcript, gene).
    """
    counts = []
    for name, gene in zip(genes["transcript"], genes["gene"], strict=True):
        sequence = transcripts[name]
        for mirna, rna in zip(mirnas["mirna"], mirnas["sequence"], strict=True):
            counts.append((mirna, gene, *count_sites(rna, sequence)))
    columns = ["mirna", "gene", *SITE_TYPES]
    table = pd.DataFrame(counts, columns=columns).groupby(["mirna", "gene"]).mean()
    features = pairs[["mirna", "gene"]].merge(table.reset_index(), how="left")
    x = features[list(SITE_TYPES)].to_numpy(float)
    model = _boosting(max_iter=150, learning_rate=0.05, random_state=seed)
    return predict_folds(model, x, pairs, unseen)


def site_feature_baseline(
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
    seed: int,
    unseen: bool = False,
) -> NDArray[np.float64]:
    """Return predictions (N,) of `pairs` from features of their sites.

    By site type: how many (mean over a gene's transcripts), the highest local AU and the
    largest distance to an end (`sites` as `contextpp.tabulate_sites` makes them, with
    their gene); and the length of the transcripts (`genes`: transcript, gene, length).
    `unseen` as in `seed_count_baseline`.
    """
    by_gene = genes.groupby("gene")
    parts = [np.log10(pairs["gene"].map(by_gene["length"].mean())).rename("length")]
    n_transcripts = pairs["gene"].map(by_gene.size())
    keys = pd.MultiIndex.from_frame(pairs[["mirna", "gene"]])
    for kind in SITE_TYPES:
        found = sites[sites["site_type"] == kind].groupby(["mirna", "gene"])
        count = found.size().reindex(keys, fill_value=0).to_numpy() / n_transcripts
        best = found[["local_au", "distance"]].max().reindex(keys, fill_value=NO_SITE)
        parts += [count, *(best[name].reset_index(drop=True) for name in best)]
    x = np.column_stack([part.to_numpy(float) for part in parts])
    model = _boosting(
        max_iter=200,
        learning_rate=0.03,
        max_leaf_nodes=8,
        min_samples_leaf=80,
        l2_regularization=10.0,
        random_state=seed,
    )
    return predict_folds(model, x, pairs, unseen)


_boosting = partial(HistGradientBoostingRegressor, early_stopping=False)
"""Gradient boosting that takes all its steps: by default it would stop early from 10,000
pairs on, by pairs left out at random, whose genes are among the others."""


def predict_folds(
    model: BaseEstimator, x: NDArray[np.float64], pairs: pd.DataFrame, unseen: bool
) -> NDArray[np.float64]:
    """Return predictions (N,) by a model of all folds but the one predicted.

    `x` (N, F) are the features of `pairs` (mirna, fold, target_log2fc). With `unseen`,
    the miRNA that is predicted is left out of the training as well; NaN when there is no
    other.
    """
    y, fold = pairs["target_log2fc"].to_numpy(), pairs["fold"].to_numpy()
    mirna = pairs["mirna"].to_numpy() if unseen else np.zeros(len(pairs))
    predicted = np.full(len(pairs), np.nan)
    for held_out, name in product(np.unique(fold), np.unique(mirna)):
        train = (fold != held_out) & ((mirna != name) | (not unseen))
        test = (fold == held_out) & (mirna == name)
        if train.any() and test.any():
            fitted = clone(model).fit(x[train], y[train])
            predicted[test] = fitted.predict(x[test])
    return predicted
