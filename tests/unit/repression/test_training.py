"""The signal network: blind to padding, able to learn."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.networks.backend import keras, tf
from mirsignal.repression.models import SIGNAL_NETWORKS
from mirsignal.repression.models.site_pooling import POOLINGS
from mirsignal.repression.occlusion import occlude
from mirsignal.repression.training import (
    SignalTraining,
    cut_batches,
    predict_signals,
    train_regression,
)
from mirsignal.signals.compression import SMALLEST
from mirsignal.statistics.metrics import pearson

TRAINING = SignalTraining(
    network="cnn_gru",
    task="regression",
    threshold=-0.5,
    ridge=0.001,
    n_units=4,
    n_hidden=8,
    dropout=0.0,
    learning_rate=0.01,
    batch_size=32,
    epochs=10,
    patience=10,
    n_seeds=1,
    filters=[4, 8],
    pools=[4, 4],
    pooling="occupancy",
)
PEAKS = replace(TRAINING, network="site_pooling")


def train(*arguments, **named):
    """Return network, history and predictions (N,) of a training."""
    model, history, members = train_regression(*arguments, **named)
    return model, history, members.mean(axis=1)


def planted_study(n=240):
    """Return signals with 0-3 bumps, each worth -1 log2 fold change."""
    rng = np.random.default_rng(2)
    signals, targets = [], []
    for number in range(n):
        signal = np.full((rng.integers(33, 64), 1), SMALLEST, np.float32)
        for at in rng.choice(len(signal) // 6, number % 4, replace=False) * 6:
            signal[at : at + 3] = 0.8
        signals.append(signal)
        targets.append(-(number % 4) + rng.normal(0, 0.2))
    part = np.repeat(["train", "validation", "test"], [n // 2, n // 4, n - n * 3 // 4])
    return signals, pd.DataFrame({"part": part, "target_log2fc": targets})


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(1)
    signals, pairs = planted_study()
    return signals, pairs, *train(signals, pairs, TRAINING, seed=1)


def test_planted_effect_is_learned(trained):
    _, pairs, _, history, predicted = trained
    test = (pairs["part"] == "test").to_numpy()
    assert pearson(pairs.loc[test, "target_log2fc"].to_numpy(), predicted[test]) > 0.5
    error = history["validation_error"]
    assert error.min() < 0.7 * error.iloc[0]


def test_weights_of_the_best_epoch_are_kept(trained):
    _, pairs, _, history, predicted = trained
    rows = pairs["part"] == "validation"
    error = ((predicted[rows] - pairs.loc[rows, "target_log2fc"]) ** 2).mean()
    assert error == pytest.approx(history["validation_error"].min(), rel=1e-4)


def test_saved_network_predicts_the_mean_of_members_that_differ(tmp_path):
    signals, pairs = planted_peaks(60)
    training = replace(PEAKS, n_seeds=2, epochs=2)
    model, history, members = train_regression(signals, pairs, training, seed=1)
    assert members.shape == (60, 2)
    assert np.ptp(members, axis=1).min() > 0
    assert history["member"].tolist() == [1, 1, 2, 2]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    again = predict_signals(loaded, signals, 1)
    np.testing.assert_allclose(again, members.mean(axis=1), atol=1e-5)
    *_, first = train_regression(signals, pairs, replace(training, n_seeds=1), seed=1)
    np.testing.assert_allclose(first[:, 0], members[:, 0], atol=1e-6)


@pytest.mark.parametrize("rate", [1e30, float("nan")])
def test_training_that_is_not_finite_stops(rate):
    training = replace(PEAKS, learning_rate=rate)
    with pytest.raises(InputError, match=r"epoch \d+: .* error is .*lower `learning"):
        train_regression(*planted_peaks(60), training, seed=1)


def test_missing_value_in_a_signal_is_refused():
    signals, pairs = planted_study(60)
    signals[int(np.flatnonzero(pairs["part"] == "test")[0])][3] = np.nan
    with pytest.raises(InputError, match="1 of 60 signals hold values that are not fin"):
        train_regression(signals, pairs, TRAINING, seed=1)


@pytest.fixture
def as_on_gpu(monkeypatch):
    """Have every GRU refuse the masks that cuDNN refuses, on any device."""
    call = keras.layers.GRU.call

    def strict(self, sequences, initial_state=None, mask=None, training=False):
        lengths = tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)
        padded = tf.sequence_mask(lengths, tf.shape(mask)[1])
        fit = tf.reduce_all(mask == padded) & tf.reduce_all(lengths > 0)
        tf.debugging.Assert(fit, ["cuDNN reads right-padded masks alone"])
        return call(self, sequences, initial_state, mask, training)

    monkeypatch.setattr(keras.layers.GRU, "call", strict)


@pytest.mark.parametrize("network", SIGNAL_NETWORKS)
def test_recurrent_layers_read_right_padded_signals_alone(as_on_gpu, network, rng):
    training = replace(TRAINING, network=network, pooling="gru", epochs=1)
    signals = [rng.random((n, 2)).astype(np.float32) for n in (0, 1, 5, 16, 40, 64)] * 3
    part = ["train", "validation", "test"] * 6
    pairs = pd.DataFrame({"part": part, "target_log2fc": rng.normal(size=18)})
    model, *_ = train(signals, pairs, training, 1)
    parts = pd.DataFrame({"first": [0, 20, 0], "stop": [20, 40, 64]})
    for cut in (False, True):
        assert np.isfinite(occlude(model, signals[5], parts, 16, cut=cut)).all()
    values, mask = np.ones((1, 64, 2), np.float32), np.ones((1, 64), np.float32)
    mask[:, 16:48] = 0
    with pytest.raises(tf.errors.InvalidArgumentError, match="cuDNN"):
        model.predict_on_batch([values, mask])


def planted_peaks(n=400):
    """Return signals of 1-6 bins; each bin with its first channel high is worth -1."""
    rng = np.random.default_rng(3)
    signals = [rng.random((rng.integers(1, 7), 3)).astype(np.float32) for _ in range(n)]
    targets = [-(signal[:, 0] > 0.7).sum() + rng.normal(0, 0.2) for signal in signals]
    part = np.repeat(["train", "validation", "test"], [n // 2, n // 4, n // 4])
    return signals, pd.DataFrame({"part": part, "target_log2fc": targets})


@pytest.mark.parametrize("pooling", POOLINGS)
def test_sites_add_up_in_every_pooling(pooling):
    keras.utils.set_random_seed(1)
    signals, pairs = planted_peaks()
    training = replace(TRAINING, network="site_pooling", pooling=pooling, epochs=40)
    *_, predicted = train(signals, pairs, training, seed=1)
    test = (pairs["part"] == "test").to_numpy()
    assert pearson(pairs.loc[test, "target_log2fc"].to_numpy(), predicted[test]) > 0.7


@pytest.mark.parametrize("network", SIGNAL_NETWORKS)
def test_classification_gives_minus_the_chance_of_repression(network):
    keras.utils.set_random_seed(1)
    signals, pairs = planted_study() if network == "cnn_gru" else planted_peaks()
    training = replace(TRAINING, network=network, task="classification")
    _, history, predicted = train(signals, pairs, training, seed=1)
    assert ((predicted <= 0) & (predicted >= -1)).all()
    rows = (pairs["part"] == "validation").to_numpy()
    repressed = (pairs["target_log2fc"] < -0.5)[rows]
    entropy = -np.log(np.where(repressed, -predicted[rows], 1 + predicted[rows])).mean()
    assert entropy == pytest.approx(history["validation_error"].min(), rel=1e-3)
    assert predicted[rows][repressed].mean() < predicted[rows][~repressed].mean() - 0.1


def test_gene_term_learns_what_the_signal_does_not_hold():
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(4)
    signals = [np.full((1, 1), 0.5, np.float32)] * 600
    genes = rng.normal([5, -3], [10, 0.1], (600, 2)).astype(np.float32)
    mirna = np.eye(2, dtype=np.float32)[rng.integers(0, 2, 600)]
    scaled = (genes - genes.mean(axis=0)) / genes.std(axis=0)
    targets = 0.5 * scaled[:, 0] + np.where(mirna[:, 0] == 1, 1, -1) * scaled[:, 1]
    part = np.repeat(["train", "validation", "test"], 200)
    pairs = pd.DataFrame({"part": part, "target_log2fc": targets})
    training = replace(TRAINING, network="site_pooling", epochs=60, ridge=1e-4)
    model, _, predicted = train(signals, pairs, training, 1, [genes, mirna])
    assert pearson(targets[400:], predicted[400:]) > 0.95
    known, other = (
        predict_signals(model, signals[:200], 1, [genes[:200], array[:200]])
        for array in (mirna, 0 * mirna)
    )
    assert pearson(targets[:200], other) < pearson(targets[:200], known)
    assert pearson(scaled[:200, 0], other) > 0.9  # the shared term alone
    heavy = replace(training, ridge=1e3)
    *_, flat = train(signals, pairs, heavy, 1, [genes, mirna])
    assert flat.std() < 0.1 * predicted.std()


@pytest.mark.parametrize("name", SIGNAL_NETWORKS)
def test_padding_never_changes_a_prediction(name, rng, unsettle):
    model = unsettle(SIGNAL_NETWORKS[name](n_channels=2))
    signals = [rng.random((n, 2)).astype(np.float32) for n in (1, 5, 16, 17, 63, 300)]
    together = predict_signals(model, signals, 32)
    for signal, value in zip(signals, together, strict=True):
        assert predict_signals(model, [signal], 32)[0] == pytest.approx(value, abs=1e-4)
        assert predict_signals(model, [signal], 256)[0] == pytest.approx(value, abs=1e-4)


@pytest.mark.parametrize("rng_or_none", [None, np.random.default_rng(1)])
def test_batches_hold_every_row_once_and_stay_small(rng, rng_or_none):
    signals = [np.ones((n, 1), np.float32) for n in rng.integers(1, 400, 100)]
    rows = np.arange(3, 100)
    for _ in range(2):
        batches = cut_batches(signals, rows, 16, rng_or_none, max_bins=2000)
        assert sorted(np.concatenate(batches)) == rows.tolist()
        for batch in batches:
            assert len(batch) <= 16
            assert len(batch) * max(len(signals[row]) for row in batch) <= 2000


def build_tiny(n_channels, **_):
    signal, mask = keras.Input((None, n_channels)), keras.Input((None,))
    pooled = keras.layers.GlobalMaxPooling1D()(signal)
    return keras.Model([signal, mask], keras.layers.Dense(1, name="log2fc")(pooled))


def test_one_long_signal_among_many_short_ones_is_trained_on(monkeypatch):
    monkeypatch.setitem(SIGNAL_NETWORKS, "tiny", build_tiny)
    lengths = [20] * 96 + [200] * 8  # batches of 8: all alike but the last
    pairs = pd.DataFrame({"part": ["validation"] + ["train"] * 103})
    pairs["target_log2fc"] = -1.0
    signals = [np.full((length, 1), 0.5, np.float32) for length in lengths]
    training = replace(TRAINING, network="tiny", epochs=1, batch_size=8)
    *_, predicted = train(signals, pairs, training, seed=0)
    assert np.isfinite(predicted).all()


def test_longest_signal_may_exceed_a_batch():
    signals = [np.ones((n, 1), np.float32) for n in (3000, 10)]
    batches = cut_batches(signals, np.arange(2), 16, max_bins=2000)
    assert [batch.tolist() for batch in batches] == [[1], [0]]
