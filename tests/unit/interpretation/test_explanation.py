"""SHAP values add up to the logit, and where they do not, it is seen and told."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.binding.heads import sum_networks
from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.binding.pairing import pair_matrix
from mirsignal.errors import InputError
from mirsignal.interpretation.explanation import (
    LARGEST_RESIDUAL,
    PairExplainer,
    explain_pairs,
)
from mirsignal.networks.backend import keras

ENCODING = "wc_gu"


@pytest.fixture
def pairs(rng):
    """Pairs of random sequences, one target all N and one miRNA of 15 nt."""
    targets = rng.integers(0, 4, (12, 50)).astype(np.uint8)
    mirnas = rng.integers(0, 4, (12, 20)).astype(np.uint8)
    targets[0], mirnas[1, 15:] = 4, 4
    return pair_matrix(targets, mirnas, ENCODING)


@pytest.mark.parametrize("name", sorted(BINDING_NETWORKS))
def test_values_of_every_network_add_up_to_its_logit(name, pairs, unsettle):
    model = BINDING_NETWORKS[name](ENCODING)
    if name != "seed_match":  # whose convolution is fixed
        model = unsettle(model)
    explainer = PairExplainer(model, pairs[6:])
    values, residual = explainer.explain(pairs[:6])
    logits = explainer.logits(pairs[:6])
    assert values.shape == (6, 50, 20)
    np.testing.assert_allclose(
        residual, abs(explainer.base + values.sum((1, 2)) - logits)
    )
    assert residual.max() < 1e-4 * max(1, np.abs(logits).max())
    assert explainer.base == pytest.approx(explainer.logits(pairs[6:]).mean())


def test_values_of_a_sum_of_networks_add_up_to_its_logit(pairs, unsettle):
    networks = [unsettle(BINDING_NETWORKS["cnn"](ENCODING)) for _ in range(2)]
    explainer = PairExplainer(sum_networks(networks, [0.4, 0.6]), pairs[6:])
    values, residual = explainer.explain(pairs[:6])
    logits = explainer.logits(pairs[:6])
    assert residual.max() < 1e-4 * max(1, np.abs(logits).max())
    own = [
        PairExplainer(network, pairs[6:]).explain(pairs[:6])[0] for network in networks
    ]
    np.testing.assert_allclose(values, 0.4 * own[0] + 0.6 * own[1], atol=1e-5)


def test_both_explainers_give_the_known_values_of_a_linear_network(pairs):
    """There a cell's value is its weight times how far it is from the background."""
    inputs = keras.Input(pairs.shape[1:])
    logit = keras.layers.Dense(1, name="logit")(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, logit)
    weights = model.get_layer("logit").get_weights()[0].reshape(pairs.shape[1:])
    expected = (weights * (pairs[:6] - pairs[6:].mean(axis=0))).sum(axis=-1)
    deep, residual = PairExplainer(model, pairs[6:]).explain(pairs[:6])
    np.testing.assert_allclose(deep, expected, atol=1e-6)
    assert residual.max() < 1e-4
    values, residual = PairExplainer(model, pairs[6:], "gradient", 3).explain(pairs[:6])
    assert np.corrcoef(values.ravel(), expected.ravel())[0, 1] > 0.99
    assert 1e-4 < residual.max() < LARGEST_RESIDUAL["gradient"]
    again, _ = PairExplainer(model, pairs[6:], "gradient", 3).explain(pairs[:6])
    np.testing.assert_array_equal(values, again)


def test_network_that_deep_explainer_gets_wrong_is_told(pairs, random_rna, caplog):
    """shap has no rule for swish and takes its gradient: values do not add up."""
    keras.utils.set_random_seed(1)
    inputs = keras.Input(pairs.shape[1:])
    hidden = keras.layers.Dense(8, activation="swish")(keras.layers.Flatten()(inputs))
    logit = keras.layers.Dense(1, name="logit")(hidden)
    model = keras.Model(inputs, logit)
    table = pd.DataFrame({"id": list("abcdef"), "source": "named"}).assign(
        target=[random_rna(50) for _ in range(6)],
        mirna_sequence=[random_rna(20) for _ in range(6)],
    )
    found, values, summary = explain_pairs(model, table, pairs[6:], ENCODING, "deep", 1)
    residual = abs(found["base"] + values.sum((1, 2)) - found["logit"])
    np.testing.assert_allclose(found["residual"], residual)
    failed = residual > LARGEST_RESIDUAL["deep"]
    assert failed.any()
    assert found["additive"].tolist() == (~failed).tolist()
    assert summary["n_failed"] == failed.sum()
    assert [row["id"] for row in summary["failed"]] == found.loc[failed, "id"].tolist()
    assert summary["additivity_max"] == found["residual"].max()
    assert summary["n_by_source"] == {"named": 6}
    assert f"SHAP values of {failed.sum()} pairs of 6 miss the logit" in caplog.text
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    with pytest.raises(InputError, match=r"6 of 6 pairs, such as 'a', .* no numbers"):
        explain_pairs(model, table, pairs[6:], ENCODING, "deep", 1)
