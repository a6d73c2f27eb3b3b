"""Fine-tuning: the head by hand, gradients that reach the network, a motif to learn."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.binding.models.averaging import join_networks
from mirsignal.errors import InputError
from mirsignal.networks.backend import keras
from mirsignal.repression.fine_tuning import (
    FIRST_OCCUPANCY,
    FineTuning,
    RepressionModel,
    fine_tune,
    fine_tune_members,
)
from mirsignal.scan.scanning import mirna_rows
from mirsignal.sequences.codes import encode, reverse_complement
from mirsignal.signals.windows import CONTEXT, PairWindows
from mirsignal.statistics.metrics import pearson

MIRNA = "UGAGGUAGUAGGUUGUAUAGUU"
MOTIF = encode(reverse_complement(MIRNA[8:16]))  # nothing to do with the seed
TUNING = FineTuning(
    pooling="occupancy",
    learning_rate=0.01,
    head_learning_rate=0.02,
    batch_size=32,
    epochs=8,
    n_seeds=1,
)
N_MIRNAS, N_GENES = 2, 3


def build(name="cnn", pooling="occupancy", passenger=False):
    """Return a model whose network is new: it knows no motif."""
    keras.utils.set_random_seed(3)
    network = BINDING_NETWORKS[name]("wc", filters=(8, 8, 8), n_hidden=8, dropout=0.0)
    rows = np.stack([mirna_rows(MIRNA, "wc")] * (4 if passenger else 2))
    return RepressionModel(network, rows, ["a", "b"], N_GENES, pooling)


def planted(n=320, most=3):
    """Return windows, as many per pair or up to `most`; a motif takes 1 from the target.

    With `most` 0 each pair has two, so that their number tells nothing.
    """
    rng = np.random.default_rng(4)
    sizes = rng.integers(0, most + 1, n) if most else np.full(n, 2)
    codes = rng.integers(0, 4, (sizes.sum(), 50)).astype(np.uint8)
    has_motif = rng.random(len(codes)) < 0.3
    for row in np.flatnonzero(has_motif):
        at = rng.integers(15, 25)
        codes[row, at : at + len(MOTIF)] = MOTIF
    of_pair = np.repeat(np.arange(n), sizes)
    windows = PairWindows(
        np.r_[0, np.cumsum(sizes)],
        codes,
        rng.integers(0, N_MIRNAS, len(codes)).astype(np.int32),
        rng.normal(size=(len(codes), len(CONTEXT))).astype(np.float32),
        np.zeros(len(codes), np.float32),
        np.eye(N_MIRNAS, dtype=np.float32)[rng.integers(0, N_MIRNAS, n)],
        rng.normal(size=(n, N_GENES)).astype(np.float32),
    )
    targets = rng.normal(0, 0.1, n) - np.bincount(of_pair, has_motif, n)
    part = np.repeat(["train", "validation", "test"], [n // 2, n // 4, n // 4])
    return windows, pd.DataFrame({"part": part, "target_log2fc": targets})


def vary(model, seed=5):
    """Give every parameter of the head a random value."""
    rng = np.random.default_rng(seed)
    for variable in model.head.values():
        variable.assign(rng.normal(0, 0.5, variable.shape))
    return model


def test_prediction_by_hand():
    model, (windows, _) = vary(build(passenger=True)), planted(40)
    windows.strands[::3] += N_MIRNAS  # windows of passengers
    windows.log_loading[::3] = np.log(0.25)
    head = {name: value.numpy() for name, value in model.head.items()}
    logits = model.logits(windows.codes.astype(np.int32), windows.strands).numpy()
    model.scales["context"].assign([np.full(4, 0.5), np.full(4, 2.0)])
    predicted = model.predict(windows)
    for pair in range(40):
        occupancy = 0.0
        for row in range(windows.offsets[pair], windows.offsets[pair + 1]):
            energy = head["e_0"] + head["s"] * logits[row]
            energy += ((windows.context[row] - 0.5) / 2) @ head["f"]
            share = 0.25 * np.exp(head["p"]) if row % 3 == 0 else 1
            occupancy += share * np.exp(energy)
        mirna = int(windows.mirnas[pair].argmax())
        expected = head["c"] + head["c_mirna"][mirna]
        expected += (windows.genes[pair] - 1) @ (head["a"] + head["a_mirna"][mirna])
        expected -= np.exp(head["b"]) * np.log1p(occupancy)
        assert predicted[pair] == pytest.approx(expected, abs=1e-4)


def test_poolings_agree_on_single_windows_and_order_and_filling_never_matter():
    windows, _ = planted(60)
    by_pooling = {}
    for pooling in ("occupancy", "attention"):
        model = vary(build(pooling=pooling))
        by_pooling[pooling] = model.predict(windows)
        backwards = model.predict(windows.take(np.arange(60)[::-1]))[::-1]
        np.testing.assert_allclose(backwards, by_pooling[pooling], atol=1e-5)
        alone = [model.predict(windows.take(np.array([row])))[0] for row in range(9)]
        np.testing.assert_allclose(alone, by_pooling[pooling][:9], atol=1e-5)
    sizes = np.diff(windows.offsets)
    one, other = by_pooling.values()
    np.testing.assert_allclose(one[sizes < 2], other[sizes < 2], atol=1e-5)
    assert np.abs(one - other)[sizes > 1].max() > 0.01


def test_start_gives_mean_and_occupancy():
    model, (windows, pairs) = build(), planted()
    targets = pairs["target_log2fc"].to_numpy("float32")
    model.start(windows, targets, np.random.default_rng(0))
    energy = model.head["e_0"] + model.head["s"] * model.logits(
        windows.codes.astype(np.int32), windows.strands
    )
    mean = np.exp(energy).sum() / len(windows)
    assert mean == pytest.approx(FIRST_OCCUPANCY, rel=0.1)
    assert model.predict(windows).mean() == pytest.approx(targets.mean(), abs=0.05)


@pytest.mark.parametrize("pooling", ["occupancy", "attention"])
@pytest.mark.parametrize("name", BINDING_NETWORKS)
def test_gradients_reach_every_network(name, pooling):
    windows, pairs = planted(80)
    for rate, moves in ((0.01, True), (0.0, False)):
        model = build(name, pooling)
        weights = [np.array(v) for v in model.network.trainable_variables]
        fixed = [np.array(v) for v in model.network.non_trainable_variables]
        tuning = replace(TUNING, learning_rate=rate, epochs=1)
        history, predicted = fine_tune(model, windows, pairs, tuning, seed=1)
        assert np.isfinite(predicted).all()
        assert np.isfinite(history.to_numpy()).all()
        changed = [
            (np.array(now) != before).any()
            for now, before in zip(
                model.network.trainable_variables, weights, strict=True
            )
        ]
        assert all(changed) if moves else not any(changed)
        for now, before in zip(model.network.non_trainable_variables, fixed, strict=True):
            np.testing.assert_array_equal(now, before)


@pytest.fixture(scope="module")
def tuned():
    windows, pairs = planted(1600, most=0)
    model = build()
    return windows, pairs, model, *fine_tune(model, windows, pairs, TUNING, seed=1)


def test_motif_that_the_network_did_not_know_is_learned(tuned):
    windows, pairs, _, _, predicted = tuned
    test = (pairs["part"] == "test").to_numpy()
    targets = pairs["target_log2fc"].to_numpy()
    frozen = replace(TUNING, learning_rate=0.0)
    _, untuned = fine_tune(build(), windows, pairs, frozen, seed=1)
    before, after = (pearson(targets[test], p[test]) for p in (untuned, predicted))
    assert before < 0.3 < 0.6 < after


def test_weights_of_the_best_epoch_are_kept(tuned):
    _, pairs, _, history, predicted = tuned
    rows = pairs["part"] == "validation"
    error = ((predicted[rows] - pairs.loc[rows, "target_log2fc"]) ** 2).mean()
    assert error == pytest.approx(history["validation_error"].min(), rel=1e-4)


def test_same_seed_gives_the_same_numbers(tuned):
    windows, pairs, _, history, predicted = tuned
    again = fine_tune(build(), windows, pairs, TUNING, seed=1)
    pd.testing.assert_frame_equal(again[0], history)
    np.testing.assert_array_equal(again[1], predicted)


def test_members_differ_in_their_seed_alone():
    windows, pairs = planted(160)
    rows = np.stack([mirna_rows(MIRNA, "wc")] * 2)
    tuning = replace(TUNING, epochs=1, n_seeds=2)
    models, history, predicted = fine_tune_members(
        lambda: build().network, rows, ["a", "b"], windows, pairs, tuning, seed=1
    )
    assert history["member"].tolist() == [1, 2]
    assert len(models) == 2
    assert predicted.shape == (160, 2)
    assert np.ptp(predicted, axis=1).max() > 0
    alone = fine_tune_members(
        lambda: build().network,
        rows,
        ["a", "b"],
        windows,
        pairs,
        replace(tuning, n_seeds=1),
        seed=1,
    )
    np.testing.assert_array_equal(alone[2][:, 0], predicted[:, 0])


def test_network_and_head_can_be_saved(tuned, tmp_path):
    windows, _, model, _, predicted = tuned
    model.network.save(tmp_path / "model.keras")
    described = json.loads(json.dumps(model.describe()))
    assert described["mirnas"] == ["a", "b"]
    restored = RepressionModel(
        keras.models.load_model(tmp_path / "model.keras"),
        np.stack([mirna_rows(MIRNA, "wc")] * 2),
        described["mirnas"],
        N_GENES,
        described["pooling"],
    )
    for name, variable in {**restored.head, **restored.scales}.items():
        variable.assign(described[name])
    np.testing.assert_allclose(restored.predict(windows), predicted, atol=1e-6)


@pytest.mark.parametrize("key", ["learning_rate", "head_learning_rate"])
def test_training_that_is_not_finite_stops(key):
    windows, pairs = planted(80)
    tuning = replace(TUNING, **{key: float("inf")}, epochs=1)
    with pytest.raises(InputError, match=r"epoch 1: .* error is nan; lower"):
        fine_tune(build(), windows, pairs, tuning, seed=1)


def test_members_are_saved_side_by_side(tmp_path, rng):
    networks = [vary(build()).network for _ in range(2)]
    networks[1].set_weights([w + 0.1 for w in networks[1].get_weights()])
    pairing = rng.random((3, 50, 20, 1)).astype(np.float32)
    single = [np.asarray(network(pairing)) for network in networks]
    join_networks(networks).save(tmp_path / "model.keras")
    joined = keras.models.load_model(tmp_path / "model.keras")(pairing)
    for found, expected in zip(joined, single, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
