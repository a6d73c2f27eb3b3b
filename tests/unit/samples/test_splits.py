"""Splits: no cluster and no family is divided, shares are those asked for."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.samples.splits import SPLITS, WHOLE_CLUSTERS, assign_splits

FRACTIONS = {
    "validation": 0.1,
    "random": 0.05,
    "unseen_target": 0.15,
    "unseen_family": 0.1,
}


def table_of(families, clusters, seed=1, fractions=FRACTIONS):
    splits = assign_splits(families, np.asarray(clusters), fractions, seed)
    return pd.DataFrame({"family": families, "cluster": clusters, "split": splits})


@given(st.integers(0, 99), st.integers(1, 40), st.integers(1, 60))
def test_nothing_that_was_held_out_stands_in_train(seed, n_families, n_clusters):
    rng = np.random.default_rng(seed)
    table = table_of(
        rng.integers(0, n_families, 300), rng.integers(0, n_clusters, 300), seed
    )
    rows = {split: table[table["split"] == split] for split in SPLITS}
    known = pd.concat([rows["train"], rows["validation"], rows["random"]])
    assert not set(rows["unseen_family"]["family"]) & set(known["family"])
    for held_out in ("unseen_target", "validation"):
        seen = pd.concat([rows["train"], rows["random"]])
        assert not set(rows[held_out]["cluster"]) & set(seen["cluster"])
    assert not set(rows["unseen_target"]["cluster"]) & set(rows["validation"]["cluster"])


def test_shares_are_those_asked_for(rng):
    families, clusters = rng.integers(0, 200, 4000), rng.integers(0, 900, 4000)
    table = table_of(families, clusters)
    shares = table["split"].value_counts(normalize=True).to_dict()
    expected = FRACTIONS | {"train": 0.6}
    assert shares == pytest.approx(expected, abs=0.005)
    pd.testing.assert_frame_equal(table, table_of(families, clusters))
    assert not table.equals(table_of(families, clusters, seed=2))


def test_common_families_are_not_held_out(caplog):
    caplog.set_level("INFO")
    families = np.repeat([0, *range(1, 61)], [400, *[10] * 60])
    table = table_of(families, np.arange(1000))
    held = table.loc[table["split"] == "unseen_family", "family"]
    assert 0 not in set(held)
    assert 3 <= held.nunique() <= 10
    assert len(held) == 100
    assert (
        "1 of 61 miRNA families are too large to be held out (400 to 400" in caplog.text
    )


def test_few_families_still_give_partners_for_negatives():
    families = np.arange(600) % 17  # of 35 or 36 rows; 60 are wanted
    table = table_of(families, np.arange(600))
    held = table.loc[table["split"] == "unseen_family", "family"]
    assert held.nunique() == 3


@pytest.mark.parametrize("n_families", [1, 3, 4, 6])
def test_families_too_large_to_be_held_out_stay_in_train(n_families):
    table = table_of(np.arange(600) % n_families, np.arange(600))
    shares = table["split"].value_counts(normalize=True)
    assert shares.get("unseen_family", 0) <= 2 * FRACTIONS["unseen_family"]
    assert shares["train"] > 0.5


def test_share_zero_leaves_a_split_out(rng):
    fractions = {"validation": 0.2, "random": 0.3}
    table = table_of(np.arange(100) % 7, np.arange(100), fractions=fractions)
    assert table["split"].value_counts().to_dict() == {
        "train": 50,
        "random": 30,
        "validation": 20,
    }


@pytest.fixture
def unequal(rng):
    """Return clusters (N,) whose sizes follow Zipf's law, the largest of 5,080 rows.

    That one alone is larger than a tenth of all rows; 508 is two fifths of a tenth.
    """
    sizes = np.minimum(rng.zipf(2, 5000), 66)
    sizes[:5] = [5080, 508, 247, 198, 105]
    return rng.permutation(np.repeat(np.arange(sizes.size), sizes))


def deal(clusters, seed):
    """Return a row per row (columns cluster, split, size), dealt without families."""
    fractions = {"validation": 0.1, "random": 0.05, "unseen_target": 0.1}
    table = table_of(np.zeros(len(clusters)), clusters, seed, fractions)
    return table.assign(size=np.bincount(clusters)[clusters])


def test_large_clusters_are_dealt_like_small_ones(unequal):
    """A cluster of any size has the same chance to be held out, over 60 seeds."""
    sizes = np.bincount(unequal)
    limit = len(unequal) // 10
    assert 2 * 508 < limit < 5080
    held = {split: np.zeros(len(sizes)) for split in WHOLE_CLUSTERS}
    for seed in range(60):
        table = deal(unequal, seed)
        shares = table["split"].value_counts(normalize=True)
        assert shares[list(held)].to_numpy() == pytest.approx([0.1, 0.1], abs=1e-3)
        for split, times in held.items():
            rows = table[table["split"] == split].groupby("cluster").size()
            assert (rows == sizes[rows.index]).all()  # whole clusters
            times[rows.index] += 1 / 60
    expected = 0.1 * len(unequal) / sizes[sizes <= limit].sum()
    for times in held.values():
        assert not times[sizes > limit].any()
        for least, most in ((1, 1), (2, 3), (4, 9), (10, 19), (20, limit)):
            own = times[(sizes >= least) & (sizes <= most)]
            error = np.sqrt(expected * (1 - expected) / (60 * own.size))
            assert own.mean() == pytest.approx(expected, abs=4 * error + 0.003), least


def test_a_held_out_split_has_large_clusters_whatever_the_seed(unequal):
    for seed in range(10):
        table = deal(unequal, seed)
        large = (table["size"] >= 20).groupby(table["split"]).mean()
        for split in WHOLE_CLUSTERS:
            assert large[split] > large["train"] / 3, (seed, split)


def test_clusters_too_large_to_be_assigned_are_logged(unequal, caplog):
    caplog.set_level("INFO")
    deal(unequal, 1)
    assert (
        "1 of 5,000 target clusters are too large to be held out (5,080 to" in caplog.text
    )


def test_few_clusters_of_equal_size_are_all_dealt():
    table = deal(np.arange(300) % 10, 1)  # each of 30 rows: a whole split
    held = table.drop_duplicates(["cluster", "split"])["split"].value_counts()
    assert 1 <= held["validation"] <= 2
    assert 1 <= held["unseen_target"] <= 2
