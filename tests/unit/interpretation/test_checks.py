"""Checks of attributions: they pass for a network that learned, and can fail."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.figures.checks import draw_checks
from mirsignal.interpretation.checks import (
    check_attributions,
    correlate_rows,
    shuffle_weights,
    summarise_check,
)
from mirsignal.interpretation.explanation import LARGEST_RESIDUAL
from mirsignal.sequences.codes import decode_many

ENCODING, STEPS = "wc_gu", 4


@pytest.fixture(scope="module")
def tables(site_network):
    """Return positives and a sample set with training pairs."""
    _, targets, mirnas, *others = site_network
    positives = {"target": decode_many(targets), "mirna_sequence": decode_many(mirnas)}
    train = {"target": decode_many(others[0]), "mirna_sequence": decode_many(others[1])}
    return pd.DataFrame(positives), pd.DataFrame(train).assign(split="train")


def test_a_network_that_learned_sites_passes(site_network, tables, tmp_path):
    checks, found = check_attributions(site_network[0], *tables, ENCODING, 25, STEPS, 1)
    assert (found["n_background"], found["n_failed"], len(checks)) == (25, 0, 40)
    assert found["additivity"]["max"] < 1e-4
    agreement = ("background_r", "mutagenesis_r", "fast_r")
    assert min(found[name]["median"] for name in agreement) > 0.8
    assert found["shuffled_r"]["high"] < min(found[name]["low"] for name in agreement)
    draw_checks(checks, found, tmp_path / "checks.svg")
    assert (tmp_path / "checks.svg").stat().st_size


def test_pairs_that_miss_the_logit_are_counted(site_network, tables, monkeypatch):
    model, (positives, pairs) = site_network[0], tables
    arguments = (model, positives[:3], pairs, ENCODING, 5, STEPS, 1)
    checks, about = check_attributions(*arguments, "gradient")
    assert about["explainer"] == "gradient"
    assert checks["additivity"].min() > 1e-4, "it samples"
    monkeypatch.setitem(LARGEST_RESIDUAL, "gradient", np.median(checks["additivity"]))
    assert check_attributions(*arguments, "gradient")[1]["n_failed"] == 1


@pytest.mark.parametrize("name", ["resnet", "seed_match"])
def test_network_that_cannot_be_slid_says_so(name, tables, unsettle, tmp_path):
    model = BINDING_NETWORKS[name](ENCODING, filters=(2, 2, 2), n_hidden=2)
    if name == "resnet":
        unsettle(model)
    checks, about = check_attributions(
        model, tables[0][:5], tables[1], ENCODING, 5, STEPS, 1
    )
    assert model.name in about["fast_unsupported"]
    assert not [check for check in checks if check.startswith("fast")]
    draw_checks(checks, about, tmp_path / "checks.svg")


def test_shuffled_weights_are_the_same_numbers_elsewhere(network):
    before = network.get_weights()
    shuffled = shuffle_weights(network, 1)
    for old, now, new in zip(
        before, network.get_weights(), shuffled.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(old, now)
        np.testing.assert_array_equal(np.sort(old, None), np.sort(new, None))
        assert old.size < 5 or (old != new).any()


def test_rows_are_correlated_over_what_both_know():
    first = np.array([[1, 2, 3, np.nan], [1, 1, 1, 1], [1, 2, np.nan, np.nan]])
    second = np.array([[2, 4, 6, -9], [1, 2, 3, 4], [2, 1, 0, 0.0]])
    r = correlate_rows(first, second)
    assert r[0] == pytest.approx(1)
    assert np.isnan(r[1:]).all()
    assert correlate_rows(first[:0], second[:0]).shape == (0,)


def test_summary_counts_what_is_undefined():
    values = np.r_[np.linspace(0, 1, 101), np.nan, np.nan]
    found = summarise_check(values, 1)
    assert (found["n"], found["n_undefined"], found["max"]) == (101, 2, 1)
    assert found["median"] == pytest.approx(0.5)
    assert found["low"] < 0.5 < found["high"]
    assert found["q05"] == pytest.approx(0.05)
    assert summarise_check(np.array([0.3]), 1)["low"] is None
