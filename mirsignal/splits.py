"""Split positives into train, validation and test before any negative is made."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from mirsignal.sequences import encode_many

SPLITS = ("train", "validation", "test")


def kmer_keys(codes: NDArray[np.uint8], k: int) -> NDArray[np.int64]:
    """Return every k-mer of codes (N, L) as one integer: (N, L - k + 1), k <= 27."""
    keys = np.zeros((codes.shape[0], codes.shape[1] - k + 1), dtype=np.int64)
    for offset in range(k):
        keys = keys * 5 + codes[:, offset : offset + keys.shape[1]]
    return keys


def cluster_targets(targets: pd.Series, genes: pd.Series, k: int = 16) -> np.ndarray:
    """Return the cluster (N,) of each target: those linked by a gene or a shared k-mer.

    Single linkage over both relations, as connected components of the graph of targets,
    genes and k-mers: no k-mer and no gene lies in two clusters. Overlapping windows and
    near-identical paralogues therefore stay together.
    """
    keys = kmer_keys(encode_many(targets, len(targets.iloc[0])), k)
    kmers, kmer_index = np.unique(keys, return_inverse=True)
    gene_index = pd.factorize(genes)[0].astype(np.int64)
    n = len(targets)
    rows = np.concatenate([np.repeat(np.arange(n), keys.shape[1]), np.arange(n)])
    columns = np.concatenate([kmer_index.ravel(), len(kmers) + gene_index])
    size = n + len(kmers) + gene_index.max() + 1
    links = coo_matrix((np.ones(len(rows), bool), (rows, n + columns)), (size, size))
    labels = connected_components(links, directed=False)[1][:n]
    return pd.factorize(labels)[0]


def assign_splits(
    groups: np.ndarray, fractions: tuple[float, float, float], seed: int
) -> NDArray[np.str_]:
    """Return the split (N,) of each example so that no group is divided.

    Groups are dealt in random order to the split that is furthest below its share of
    `fractions` (train, validation, test).
    """
    rng = np.random.default_rng(seed)
    sizes = np.bincount(groups)
    share = np.asarray(fractions) / sum(fractions)
    filled = np.zeros(3)
    split_of_group = np.zeros(len(sizes), dtype=np.int64)
    largest_first = np.argsort(
        -sizes[(order := rng.permutation(len(sizes)))], kind="stable"
    )
    for group in order[largest_first]:
        chosen = int(np.argmax(share * sizes.sum() - filled))
        split_of_group[group] = chosen
        filled[chosen] += sizes[group]
    return np.asarray(SPLITS)[split_of_group[groups]]
