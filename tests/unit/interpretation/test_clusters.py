"""Clusters tell planted shapes of alignments apart, and do not invent any."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.interpretation.clusters import (
    cluster_alignments,
    describe_clusters,
    group_alignments,
    nearest,
    path_values,
    represent,
    write_clusters,
)
from mirsignal.interpretation.duplexes import OUTSIDE, WATSON_CRICK


@pytest.fixture
def shapes(rng):
    """30 alignments of the seed and 20 of the 3' part, of any strength."""
    on_path = np.zeros((50, 20))
    on_path[:30, 1:8] = rng.uniform(0.8, 1.2, (30, 7))
    on_path[30:, 12:18] = rng.uniform(0.8, 1.2, (20, 6))
    return on_path * rng.uniform(0.1, 10, (50, 1))


def test_planted_shapes_are_found_whatever_their_strength(shapes):
    clusters, distances, silhouettes = cluster_alignments(represent(shapes), 6, 1)
    assert clusters.tolist() == [1] * 30 + [2] * 20
    assert list(silhouettes) == [2, 3, 4, 5, 6]
    assert max(silhouettes, key=silhouettes.get) == 2
    for cluster, rows in nearest(clusters, distances, 3).items():
        assert len(rows) == 3
        assert (clusters[rows] == cluster).all()
        assert distances[rows].max() <= distances[clusters == cluster].max()


def test_clusters_are_described_by_position(shapes):
    clusters = np.array([1] * 30 + [2] * 20)
    states = np.where(shapes != 0, WATSON_CRICK, OUTSIDE).astype(np.int8)
    table = describe_clusters(clusters, states, shapes)
    assert len(table) == 40
    first = table[table["cluster"] == 1]
    assert (first["n"] == 30).all()
    assert "".join(first["consensus"]) == ".|||||||............"
    assert first["watson_crick"].tolist() == [0] + [1] * 7 + [0] * 12
    np.testing.assert_allclose(first["attribution"], shapes[:30].mean(axis=0))
    assert table[["share"]].drop_duplicates()["share"].tolist() == [0.6, 0.4]


@pytest.mark.parametrize("n", [1, 2, 9])
def test_too_few_different_alignments_are_one_cluster(n):
    vectors = np.tile(np.eye(20)[:1], (n, 1))
    clusters, distances, silhouettes = cluster_alignments(vectors, 8, 1)
    assert clusters.tolist() == [1] * n
    assert silhouettes == {}
    np.testing.assert_allclose(distances, 0)


def test_values_are_those_of_the_cells_on_the_path(rng):
    values = rng.random((2, 50, 20))
    paths = [np.array([[30, 1], [29, 2], [25, 4]]), np.array([[3, 19]])]
    on_path = path_values(values, paths)
    expected = np.zeros((2, 20))
    expected[0, [1, 2, 4]] = values[0, [30, 29, 25], [1, 2, 4]]
    expected[1, 19] = values[1, 3, 19]
    np.testing.assert_array_equal(on_path, expected)


@pytest.fixture
def explained(rng):
    """Return pairs whose path covers the seed or the 3' part, and one without a path."""
    n = 12
    values = np.zeros((n + 1, 50, 20))
    paths = [
        np.array([[30 - m, m] for m in (range(1, 8) if row < 8 else range(12, 18))])
        for row in range(n)
    ]
    for matrix, cells in zip(values, paths, strict=False):
        matrix[cells[:, 0], cells[:, 1]] = rng.uniform(0.9, 1.1, len(cells))
    pairs = pd.DataFrame({"id": [f"pair {row}" for row in range(n + 1)], "p": 0.9})
    pairs = pairs.assign(mirna="let-7", mirna_sequence="UGAGGUAGUAGGUUGUAUAG")
    return pairs.assign(target="A" * 50), values, [*paths, np.zeros((0, 2), np.int64)]


def test_alignments_are_grouped_with_examples_in_words(explained):
    table, summary = group_alignments(*explained, largest=4, seed=1)
    assert (summary["n"], summary["n_without_path"], summary["k"]) == (12, 1, 2)
    assert summary["sizes"] == [8, 4]
    assert summary["clusters"]["pair 0"] == 1
    assert summary["title"].startswith("12 alignments (1 more without a path): 2 clust")
    text = write_clusters(table, summary["examples"])
    assert text.count("let-7, P = 0.900") == 6
    assert "Cluster 2: n = 4 (33%)" in text


def test_pairs_without_any_alignment_are_told(explained):
    pairs, values, paths = (part[-1:] for part in explained)
    with pytest.raises(InputError, match="none of 1 test pairs has an alignment"):
        group_alignments(pairs, values, paths, largest=4, seed=1)
