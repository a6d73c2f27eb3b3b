"""Clusters: nothing that is alike falls apart."""

import shutil

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.samples.clusters import cluster_families, cluster_targets, kmer_keys
from mirsignal.sequences.codes import encode_many


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


def substitute(window, places):
    """Return the window with other letters at some places."""
    return "".join(
        "ACGU"["ACGU".index(letter) - 1] if at in places else letter
        for at, letter in enumerate(window)
    )


@pytest.mark.parametrize("tool", ["rapidfuzz", "mmseqs"])
def test_windows_alike_without_a_shared_kmer_are_linked(tool, random_rna):
    if tool == "mmseqs" and shutil.which("mmseqs") is None:
        pytest.skip("MMseqs2 is not installed")
    window = random_rna(50)
    twin = substitute(window, {12, 25, 37})  # 94% alike, runs of 12
    stranger = substitute(window, set(range(2, 50, 4)))  # 76% alike
    targets = pd.Series([window, twin, stranger, random_rna(50), window])
    genes = pd.Series(list("abcde"))
    assert cluster_targets(targets, genes).tolist() == [0, 1, 2, 3, 0]
    linked = cluster_targets(targets, genes, identity=0.8, tool=tool)
    assert linked.tolist() == [0, 0, 1, 2, 0]


def test_edit_distance_decides_to_the_letter(random_rna):
    window = random_rna(50)
    places = [2, 6, 11, 15, 20, 24, 29, 33, 38, 42, 47]
    targets = pd.Series([window, substitute(window, places[:10])])
    genes = pd.Series(["a", "b"])
    assert len(set(cluster_targets(targets, genes, identity=0.8))) == 1
    assert len(set(cluster_targets(targets, genes, identity=0.82))) == 2
    # more windows than a block, in several threads: the same links
    many = pd.Series([random_rna(50) for _ in range(1100)] + targets.tolist())
    labels = cluster_targets(many, many, identity=0.8, threads=2)
    assert labels[-1] == labels[-2]
    assert len(set(labels)) == 1101


def test_missing_mmseqs_is_one_line(monkeypatch, random_rna):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    targets = pd.Series([random_rna(50)])
    with pytest.raises(InputError, match="install MMseqs2 or use rapidfuzz"):
        cluster_targets(targets, targets, identity=0.8, tool="mmseqs")


def test_further_columns_link_and_missing_values_do_not(random_rna):
    targets = pd.Series([random_rna(50) for _ in range(4)])
    links = pd.DataFrame({"gene": list("aabc"), "transcript": [None, "t", "t", None]})
    assert cluster_targets(targets, links[["gene"]]).tolist() == [0, 0, 1, 2]
    assert cluster_targets(targets, links).tolist() == [0, 0, 0, 1]


def test_families_that_share_a_seed_are_one():
    families = pd.Series(["mir-25", "mir-32", "mir-25", "mir-9", "mir-92"])
    seeds = ["AUUGCAC", "AUUGCAC", "CCCCCCC", "CUUUGGU", "CCCCCCC"]
    mirnas = pd.Series([f"U{seed}GGGGGGGGGGGG" for seed in seeds])
    merged = cluster_families(families, mirnas)
    assert merged.tolist() == ["mir-25", "mir-25", "mir-25", "mir-9", "mir-25"]
