"""Clusters and splits: nothing that is alike falls apart."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.sequences import encode_many
from mirsignal.splits import assign_splits, cluster_targets, kmer_keys


@pytest.mark.parametrize("k", [2, 16, 27])
def test_kmer_keys_are_equal_when_kmers_are(k, random_rna):
    text = random_rna(40) + "N"
    texts = [text, text[5:] + text[:5]]
    keys = kmer_keys(encode_many(texts, 41), k).ravel()
    kmers = np.array([t[i : i + k] for t in texts for i in range(41 - k + 1)])
    np.testing.assert_array_equal(keys[:, None] == keys, kmers[:, None] == kmers)


def test_clusters_by_hand(random_rna):
    long = random_rna(84)
    alone, other = random_rna(50), random_rna(50)
    targets = pd.Series([long[:50], long[34:], alone, other])  # the first two share 16 nt
    genes = pd.Series(["a", "b", "c", "b"])
    assert cluster_targets(targets, genes).tolist() == [0, 0, 1, 0]
    assert cluster_targets(targets, genes, k=17).tolist() == [0, 1, 2, 1]


def test_no_gene_and_no_kmer_in_two_clusters(rng, random_rna):
    transcripts = [random_rna(400) for _ in range(30)]
    which, at = rng.integers(0, 30, 300), rng.integers(0, 350, 300)
    targets = pd.Series(
        [transcripts[w][a : a + 50] for w, a in zip(which, at, strict=True)]
    )
    genes = pd.Series(which // 2)
    clusters = cluster_targets(targets, genes)
    table = pd.DataFrame({"cluster": clusters, "gene": genes})
    assert (table.groupby("gene")["cluster"].nunique() == 1).all()
    home = {}
    for target, cluster in zip(targets, clusters, strict=True):
        for start in range(50 - 16 + 1):
            assert home.setdefault(target[start : start + 16], cluster) == cluster
    assert len(set(clusters)) == 15


@given(st.lists(st.integers(0, 30), min_size=1, max_size=200), st.integers(0, 99))
def test_no_group_is_divided(labels, seed):
    groups = pd.factorize(np.array(labels))[0]
    splits = assign_splits(groups, (0.7, 0.15, 0.15), seed)
    table = pd.DataFrame({"group": groups, "split": splits})
    assert (table.groupby("group")["split"].nunique() == 1).all()
    np.testing.assert_array_equal(splits, assign_splits(groups, (0.7, 0.15, 0.15), seed))


def test_shares_are_those_asked_for(rng):
    groups = rng.integers(0, 300, 2000)
    splits = pd.Series(assign_splits(groups, (7, 2, 1), seed=1))
    shares = splits.value_counts(normalize=True)
    expected = {"train": 0.7, "validation": 0.2, "test": 0.1}
    assert shares.to_dict() == pytest.approx(expected, abs=0.01)
    assert not np.array_equal(splits, assign_splits(groups, (7, 2, 1), seed=2))
