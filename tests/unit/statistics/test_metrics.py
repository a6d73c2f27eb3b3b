"""Measures against naive counts and hand-checked values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from mirsignal.statistics.metrics import (
    average_precision,
    bootstrap_interval,
    brier,
    pearson,
    roc_auc,
    spearman,
    within_group_auc,
)

cases = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 5), st.integers(0, 3)), min_size=1
)


@given(cases)
def test_within_group_auc_counts_pairs_of_the_same_group(rows):
    labels, scores, groups = np.array(rows).T
    won = total = 0
    for label, score, group in rows:
        for other_label, other_score, other_group in rows:
            if label == 1 and other_label == 0 and group == other_group:
                total += 1
                won += (score > other_score) + 0.5 * (score == other_score)
    result = within_group_auc(labels, scores, groups)
    assert result == pytest.approx(won / total if total else np.nan, nan_ok=True)
    whole = within_group_auc(labels, scores, np.zeros(len(rows)))
    assert whole == pytest.approx(roc_auc(labels, scores), nan_ok=True)


def test_preference_for_a_group_earns_nothing_within_groups():
    labels, groups = np.array([1, 1, 1, 0, 1, 0, 0, 0]), np.repeat([0, 1], 4)
    assert roc_auc(labels, 1 - groups) == 0.75
    assert within_group_auc(labels, 1 - groups, groups) == 0.5


def test_measures_by_hand():
    labels, scores = np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1])
    assert roc_auc(labels, scores) == 0.75
    assert average_precision(labels, scores) == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert brier(labels, scores) == pytest.approx((0.01 + 0.64 + 0.09 + 0.01) / 4)
    assert pearson(np.array([1, 2, 3]), np.array([2, 4, 6])) == pytest.approx(1)
    tied = np.array([1, 1, 2, 3, 3, 5]), np.array([4, 2, 2, 2, 1, 0])
    assert spearman(*tied) == pytest.approx(spearmanr(*tied)[0])


def test_undefined_measures_are_nan():
    ones, constant = np.ones(4, int), np.full(4, 0.5)
    rising = np.arange(4.0)
    assert np.isnan(roc_auc(ones, rising))
    assert np.isnan(average_precision(0 * ones, rising))
    assert np.isnan(pearson(rising, constant))
    assert np.isnan(spearman(rising[:2], rising[:2]))


def test_bootstrap_by_group_contains_the_estimate_and_is_wider(rng):
    groups = np.repeat(np.arange(40), 10)
    shared = rng.normal(size=(2, 40))[:, groups]  # what all pairs of a gene have alike
    x, y = shared + 0.1 * rng.normal(size=(2, 400))
    y = x + y
    low, high = bootstrap_interval(pearson, x, y, groups=groups, n_resamples=200)
    assert low < pearson(x, y) < high
    naive_low, naive_high = bootstrap_interval(pearson, x, y, n_resamples=200)
    assert high - low > 2 * (naive_high - naive_low)
    again = bootstrap_interval(pearson, x, y, groups=groups, n_resamples=200)
    assert again == (low, high)
    named = bootstrap_interval(pearson, x, y, groups=groups.astype(str), n_resamples=200)
    assert named == pytest.approx((low, high), abs=0.1)


def test_rows_are_resampled_where_all_are_of_one_group(rng):
    x = rng.normal(size=50)
    y = x + rng.normal(size=50)
    alone = bootstrap_interval(pearson, x, y, groups=np.full(50, "g"), n_resamples=200)
    assert alone == bootstrap_interval(pearson, x, y, n_resamples=200)
    assert alone[1] - alone[0] > 0.1


def test_bootstrap_takes_groups_whole():
    groups = np.array([3, 1, 3, 1, 1])
    sizes = {1: 3, 3: 2}

    def check(drawn, _):
        return float(all((drawn == g).sum() % n == 0 for g, n in sizes.items()))

    assert bootstrap_interval(check, groups, groups, groups=groups) == (1.0, 1.0)
