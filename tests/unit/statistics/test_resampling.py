"""Resampling genes: the fast way is the plain one, and 95% means 95%."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from mirsignal.statistics.metrics import pearson
from mirsignal.statistics.resampling import (
    GeneResamples,
    interval_of,
    mean_over_mirnas,
    p_of_difference,
    two_way_interval,
)


def test_weighted_sums_equal_drawn_pairs(rng):
    genes = rng.integers(0, 12, 60)
    target, values = rng.exponential(size=60) + 100, rng.normal(size=(60, 2)) - 50
    draws = GeneResamples(genes.astype(str), 40, seed=3)
    some = rng.random(60) < 0.6
    for pairs in (np.ones(60, bool), some):
        found = draws.pearson(target, values, pairs)
        for counts, r in zip(draws.counts, found, strict=True):
            drawn = np.repeat(np.arange(60), counts[draws.gene_of].astype(int))
            drawn = drawn[pairs[drawn]]
            plain = [pearson(target[drawn], column[drawn]) for column in values.T]
            assert r == pytest.approx(plain, nan_ok=True)
    assert (draws.counts.sum(axis=1) == 12).all()


def test_weighted_average_precision_is_that_of_drawn_pairs(rng):
    genes, labels = rng.integers(0, 12, 60), rng.random(60) < 0.3
    scores = rng.integers(0, 8, 60) / 4.0  # many ties
    draws = GeneResamples(genes, 120, seed=3)
    found = draws.average_precision(labels, scores)
    for counts, value in zip(draws.counts, found, strict=True):
        weights = counts[draws.gene_of]
        plain = average_precision_score(labels, scores, sample_weight=weights)
        assert value == pytest.approx(plain)
    assert np.isnan(draws.average_precision(np.zeros(60, bool), scores)).all()


def test_constant_or_too_few_pairs_have_no_correlation():
    draws = GeneResamples(np.arange(5), 20, seed=1)
    rising = np.arange(5.0)
    values = np.stack([np.full(5, 0.1), rising], axis=1)
    r = draws.pearson(rising, values)
    assert np.isnan(r[:, 0]).all()
    several = np.array([len(set(np.flatnonzero(row))) > 1 for row in draws.counts])
    assert r[several, 1] == pytest.approx(1)
    assert np.isnan(draws.pearson(rising, values, rising < 1)).all()
    assert interval_of(r[:, 0]) == {"low": None, "high": None}
    assert p_of_difference(r[:, 0]) is None


def test_single_gene_tells_nothing_of_others(rng):
    draws, target = GeneResamples(["g"] * 6, 20, seed=1), rng.normal(size=6)
    r = draws.pearson(target, target[:, None])[:, 0]
    assert interval_of(r) == {"low": None, "high": None}
    assert interval_of(draws.average_precision(target > 0, target))["low"] is None
    assert np.isnan(mean_over_mirnas({"a": r, "b": r}, 1)).all()


def simulate(rng, n_genes, errors):
    """Return target (N,) and predictors (N, P) of 3 pairs per gene, skewed as measured.

    What all three pairs of a gene share is exponential, and so is half of each error:
    r of target and a predictor with error variance e^2 is 1 / sqrt(2 (1 + e^2)).
    """
    of_gene = rng.exponential(size=(n_genes, 1, 2 + len(errors))) - 1
    of_pair = rng.normal(size=(n_genes, 3, 1 + len(errors)))
    noise = np.sqrt(0.5) * (of_gene[..., 1:] + of_pair) * [1, *errors]
    both = (of_gene[..., :1] + noise).reshape(3 * n_genes, -1)
    return np.repeat(np.arange(n_genes), 3), both[:, 0], both[:, 1:]


def test_95_percent_intervals_cover_95_percent_of_the_time(rng):
    """Of r, of the difference of two unequal predictors, and of two equal ones."""
    errors = np.array([1, 1.5, 1.5])
    truth = 1 / np.sqrt(2 * (1 + errors**2))
    wanted = [truth[0], truth[0] - truth[1], 0]
    n, covered, wrong = 1000, np.zeros(3), 0
    for trial in range(n):
        genes, target, values = simulate(rng, 400, errors)
        r = GeneResamples(genes, 300, trial).pearson(target, values)
        resampled = (r[:, 0], r[:, 0] - r[:, 1], r[:, 1] - r[:, 2])
        for number, sample in enumerate(resampled):
            found = interval_of(sample)
            covered[number] += found["low"] <= wanted[number] <= found["high"]
        wrong += p_of_difference(resampled[2]) < 0.05
    assert covered / n == pytest.approx(np.full(3, 0.95), abs=0.02)
    assert wrong / n == pytest.approx(0.05, abs=0.02)


def test_mean_over_mirnas_is_less_certain_than_over_genes(rng):
    resampled = {str(m): m + 0.01 * rng.normal(size=2000) for m in range(5)}
    found = interval_of(mean_over_mirnas(resampled, seed=1))
    assert found["low"] < 2 - 1 < 2 + 1 < found["high"]
    resampled["5"] = np.full(2000, np.nan)  # a miRNA without r counts for nothing
    assert np.nanmean(mean_over_mirnas(resampled, seed=1)) == pytest.approx(2, abs=0.1)


def test_mean_over_mirnas_covers_that_of_all_mirnas(rng):
    """Seven miRNAs differ, genes are common to them: 95% intervals hold the true mean."""
    n, covered = 400, 0
    for trial in range(n):
        of_genes, noise = (
            0.01 * rng.normal(size=(400, 1)),
            0.02 * rng.normal(size=(400, 7)),
        )
        r = 0.4 + 0.05 * rng.normal(size=7) + 0.02 * rng.normal(size=7)
        r += 0.01 * rng.normal()
        resampled = dict(zip("abcdefg", (r + of_genes + noise).T, strict=True))
        found = interval_of(mean_over_mirnas(resampled, trial))
        covered += found["low"] <= 0.4 <= found["high"]
    assert covered / n == pytest.approx(0.95, abs=0.025)


def test_two_way_intervals_hold_for_other_targets_and_other_mirnas(rng):
    """Pairs share a target's error and a miRNA's: one of them alone is too sure."""
    n, covered, by_target = 300, 0, 0
    target, mirna = (each.ravel() for each in np.indices((60, 12)))
    for trial in range(n):
        values = 0.3 * rng.normal(size=60)[target] + 0.3 * rng.normal(size=12)[mirna]
        values += rng.normal(size=len(target))

        def mean(rows, values=values):
            return values[rows].mean()

        found = two_way_interval(mean, target, mirna, 200, trial)
        covered += found["low"] <= 0 <= found["high"]
        one = two_way_interval(mean, target, np.zeros(len(target)), 200, trial)
        by_target += one["low"] <= 0 <= one["high"]
    assert 0.92 <= covered / n <= 0.99
    assert by_target / n < 0.8


def test_two_way_interval_of_single_groups_draws_rows(rng):
    values, same = rng.normal(size=400), np.zeros(400)
    found = two_way_interval(lambda rows: values[rows].mean(), same, same, 2000, 1)
    assert found["high"] - found["low"] == pytest.approx(4 * 0.98 / 20, rel=0.12)
    nothing = two_way_interval(lambda rows: np.nan, same, same, 5, 1)
    assert nothing == {"low": None, "high": None}


def test_p_of_a_difference_by_hand():
    assert p_of_difference(np.array([-1.0, 1, 1, 1, 1, 1, 1, 1, 1])) == pytest.approx(0.4)
    assert p_of_difference(np.ones(99)) == pytest.approx(0.02)
    assert p_of_difference(np.array([-1.0, 1, np.nan])) == 1
