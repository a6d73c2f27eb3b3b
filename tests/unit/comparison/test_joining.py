"""Predictors are joined pair by pair: isoforms averaged, TargetScan where it has one."""

import pandas as pd
import pytest

from mirsignal.comparison.joining import join_predictors, join_unseen

KEYS = pd.DataFrame({"mirna": ["a", "a"], "gene": ["G", "H"]})


@pytest.fixture
def baseline():
    return KEYS.assign(
        seed_counts=-1.0,
        site_features=-2.0,
        seed_counts_unseen=-3.0,
        site_features_unseen=-4.0,
    )


def test_isoforms_of_a_gene_are_one_pair(baseline):
    predictions = pd.DataFrame(
        {
            "mirna": "a",
            "gene": ["G", "G", "H"],
            "target_log2fc": [-1.0, -1.0, 0.0],
            "log2fc": [-1.0, -1.0, 0.5],
            "predicted": [-1.0, -2.0, 0.0],
            "no_signal": [True, False, True],
            "member_1": [0.0, 1.0, 2.0],
        }
    )
    stacked = KEYS.assign(occupancy=-1.0, stacked=-1.5, unseen=0.0)
    scores = KEYS.assign(contextpp=[-1.0, 0.0])
    pairs = join_predictors(predictions, baseline, scores, stacked, KEYS[:1], [])
    assert pairs["predicted"].tolist() == [-1.5, 0]
    assert pairs["member_1"].tolist() == [0.5, 2]
    assert pairs["no_signal"].tolist() == [False, True]
    assert pairs["no_site"].tolist() == [False, True]
    assert -1 < pairs["contextpp"][0] < -0.5  # bounded
    assert "unseen" not in pairs
    assert "targetscan" not in pairs
    twice = pd.concat([scores, scores])
    with pytest.raises(ValueError, match="not a one-to-one merge"):
        join_predictors(predictions, baseline, twice, stacked, KEYS, [])


def test_unseen_predictions_take_the_names_of_their_predictors(baseline):
    occupancy = KEYS.assign(part=["test", "validation"], occupancy=-9.0, unseen=-5.0)
    pairs = join_unseen(occupancy, baseline[:1], KEYS.assign(contextpp=0.0), [])
    assert pairs["gene"].tolist() == ["G"]
    assert pairs["occupancy"].tolist() == [-5]
    assert pairs["seed_counts"].tolist() == [-3]
    assert pairs["site_features"].tolist() == [-4]
