"""Cluster sizes of splits: random ones pass, sets without large clusters are refused."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from mirsignal.errors import InputError
from mirsignal.figures.samples import _cluster_sizes
from mirsignal.files.atomic import write_json
from mirsignal.samples.cluster_sizes import (
    compare_sizes,
    refuse_unequal_sizes,
    spread,
)
from mirsignal.samples.splits import assign_splits

FRACTIONS = {"validation": 0.1, "random": 0.05, "unseen_target": 0.1}


@pytest.fixture
def clusters(rng):
    """Return clusters (N,) of very unequal size."""
    sizes = np.minimum(rng.zipf(2, 1000), 60)
    return np.repeat(np.arange(sizes.size), sizes)


def pairs_of(clusters, splits):
    return pd.DataFrame({"cluster": clusters, "split": splits, "label": 1})


def test_clusters_dealt_at_random_pass(clusters, tmp_path):
    for seed in range(5):
        splits = assign_splits(np.zeros(len(clusters)), clusters, FRACTIONS, seed)
        sizes = compare_sizes(pairs_of(clusters, splits), seed)
        assert sizes["p"] > 0.01
        refuse_unequal_sizes(sizes)
    write_json(tmp_path / "sizes.json", sizes)
    assert sum(found["positives"] for found in sizes["splits"].values()) == len(clusters)


def test_test_sets_of_small_clusters_alone_are_refused(clusters):
    order = np.argsort(np.bincount(clusters)[clusters], kind="stable")
    splits = np.full(len(clusters), "train", dtype="<U13")
    tenth = len(clusters) // 10
    splits[order[:tenth]] = "validation"
    splits[order[tenth : 2 * tenth]] = "unseen_target"
    sizes = compare_sizes(pairs_of(clusters, splits), seed=1)
    with pytest.raises(InputError, match=r"beyond chance; .* train .*, validation 0\.0%"):
        refuse_unequal_sizes(sizes)


def test_few_clusters_cannot_differ_beyond_chance(caplog):
    clusters = np.repeat(np.arange(8), [9, 9, 9, 9, 1, 1, 1, 1])
    splits = np.where(clusters < 4, "train", "validation")
    with caplog.at_level("INFO", logger="mirsignal"):
        sizes = compare_sizes(pairs_of(clusters, splits), seed=1)
    assert sizes["too_large"] == {"clusters": 4, "positives": 36}
    assert sizes["p"] is None
    refuse_unequal_sizes(sizes)
    assert "not tested" in caplog.text


def test_a_held_out_cluster_was_not_too_large_and_a_dominant_one_is_named(caplog):
    clusters = np.repeat(np.arange(9), [9, 7, 4, 1, 1, 1, 1, 1, 1])
    splits = np.array(["train", "validation", "unseen_target"])[
        np.array([0, 1, 2, 0, 0, 0, 2, 0, 1])[clusters]
    ]
    with caplog.at_level("WARNING", logger="mirsignal"):
        sizes = compare_sizes(pairs_of(clusters, splits), seed=1)
    assert sizes["too_large"] == {"clusters": 1, "positives": 9}
    assert "validation: one target cluster has 88% of its positives" in caplog.text
    assert "unseen_target: one target cluster has 80% of" in caplog.text


def test_shares_by_hand():
    clusters = np.array([0] * 6 + [1, 1, 2, 3, 4, 5])
    splits = np.array(["train"] * 5 + ["random"] + ["validation"] * 2 + ["train"] * 4)
    found = compare_sizes(pairs_of(clusters, splits), seed=1)["splits"]
    assert found["train"]["share_at_least"]["5"] == pytest.approx(5 / 9)
    assert found["random"]["largest"] == 6
    assert found["validation"] == {
        "positives": 2,
        "clusters": 1,
        "largest": 2,
        "share_at_least": {str(n): float(n <= 2) for n in (1, 2, 5, 10, 20, 50)}
        | {"100": 0.0, "200": 0.0, "500": 0.0},
    }


def test_spread_by_hand():
    means = [np.array([1, 1]), np.array([4, 4])], [np.array([2, 4]), np.array([2, 2])]
    assert spread(*means[0]) == 2
    assert spread(*means[1]) == pytest.approx((2 * 1 + 4 * 2) / 6 - 1)


@pytest.mark.parametrize(("p", "title"), [(0.5, " (p = 0.5)"), (np.nan, "")])
def test_p_is_drawn_where_it_is_known(p, title):
    axis = Figure().add_subplot()
    train = {"share_at_least": {"1": 1.0}, "clusters": 3, "largest": 1}
    _cluster_sizes(axis, {"splits": {"train": train}, "p": p})
    assert axis.get_title() == f"Cluster sizes{title}"
