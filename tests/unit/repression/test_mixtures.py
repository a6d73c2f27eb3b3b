"""Shares of mixtures: the best on other pairs than those that are predicted."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.repression.mixtures import best_share, choose_shares
from mirsignal.statistics.metrics import pearson


@pytest.fixture
def pairs(rng):
    """Return pairs of two data sets, two families and two parts of genes, of which
    the first half of each is best predicted by one recipe, the second by another."""
    n = 400
    effects = rng.normal(size=(2, n))
    half, dataset, family = np.arange(n) % 2, np.arange(n) // 2 % 2, np.arange(n) // 4 % 2
    return pd.DataFrame(
        {
            "dataset": np.array(["a", "b"])[dataset],
            "family_part": family,
            "gene_part": half,
            "trains": True,
            "one": effects[0],
            "other": effects[1],
            "target_log2fc": np.where(half == 0, *effects),
        }
    )


def test_the_best_share_has_the_highest_mean_r_of_data_sets(pairs):
    target = 0.7 * pairs["one"] + 0.3 * pairs["other"]
    assert best_share(pairs.assign(target_log2fc=target), "one", "other") == 0.3
    shares = np.arange(21) / 20
    r = [
        np.mean(
            [
                pearson(own["target_log2fc"], (1 - w) * own["one"] + w * own["other"])
                for _, own in pairs.groupby("dataset")
            ]
        )
        for w in shares
    ]
    assert best_share(pairs, "one", "other") == shares[np.argmax(r)]
    assert best_share(pairs.assign(one=0.0), "one", "other") > 0
    assert best_share(pairs.iloc[:0], "one", "other") == 0.5


def test_a_share_is_chosen_on_other_parts_that_train(pairs):
    genes = choose_shares(pairs, "one", "other", "genes")
    assert (genes == np.where(pairs["gene_part"] == 0, 1.0, 0.0)).all()
    first = pairs["family_part"] == 0
    target = pairs["one"].where(first, pairs["other"])
    families = choose_shares(
        pairs.assign(target_log2fc=target), "one", "other", "families"
    )
    assert (families == np.where(first, 1.0, 0.0)).all()
    # of a pair of data set a and family 0, data set b and family 1 are both other
    own = (pairs["dataset"] == "b") & ~first
    target = pairs["one"].where(own, pairs["other"])
    both = choose_shares(
        pairs.assign(target_log2fc=target), "one", "other", "datasets_families"
    )
    assert (both == np.where((pairs["dataset"] == "a") & first, 0.0, 1.0)).all()


def test_a_data_set_that_only_tests_chooses_nothing(pairs):
    given = pairs.assign(trains=pairs["dataset"] == "a", target_log2fc=pairs["one"])
    given.loc[~given["trains"], "target_log2fc"] = pairs["other"]
    shares = choose_shares(given, "one", "other", "datasets")
    assert (shares[~given["trains"]] == 0).all()
    assert (shares[given["trains"]] == 0.5).all(), "nothing is left to choose on"
