"""Every signal network of the registry builds, saves, loads and keeps its contract."""

import numpy as np
import pytest

from mirsignal.networks.backend import keras
from mirsignal.networks.language import make_language
from mirsignal.repression.models import SIGNAL_NETWORKS
from mirsignal.repression.models.gene_term import add_gene_term
from mirsignal.repression.models.language import build_on_language, write_text
from mirsignal.repression.models.pooling import AttentionPooling, OccupancyPooling
from mirsignal.repression.models.site_pooling import POOLINGS
from mirsignal.sequences.codes import encode
from mirsignal.signals.compression import pad


def reload(model, folder):
    model.save(folder / "model.keras")
    return keras.saving.load_model(folder / "model.keras")


SIGNAL_BUILDS = [
    *((name, {}) for name in SIGNAL_NETWORKS),
    *(("site_pooling", {"pooling": pooling}) for pooling in POOLINGS),
]


@pytest.mark.parametrize(("name", "options"), SIGNAL_BUILDS)
@pytest.mark.parametrize("n_channels", [1, 3])
def test_signal_network_keeps_its_contract(
    name, options, n_channels, tmp_path, rng, unsettle
):
    model = unsettle(SIGNAL_NETWORKS[name](n_channels=n_channels, **options))
    signals = rng.random((3, 48, n_channels)).astype("float32")
    mask = np.ones((3, 48), "float32")
    mask[1, 30:] = 0
    predicted = np.asarray(model([signals, mask]))
    assert predicted.shape == (3, 1)
    assert np.ptp(predicted) > 0
    np.testing.assert_array_equal(predicted, reload(model, tmp_path)([signals, mask]))


@pytest.mark.parametrize(("name", "options"), SIGNAL_BUILDS)
@pytest.mark.parametrize("n_bins", [0, 1, 17, 32])
def test_what_stands_under_the_padding_does_not_matter(
    name, options, n_bins, rng, unsettle
):
    model = unsettle(SIGNAL_NETWORKS[name](n_channels=2, **options))
    signals = rng.random((2, 96, 2)).astype("float32")
    mask = (np.arange(96) < n_bins).astype("float32")[None].repeat(2, 0)
    silent = signals * mask[:, :, None]
    short = np.asarray(model([silent[:, :32], mask[:, :32]]))
    assert np.isfinite(short).all()
    assert np.abs(short).max() < 100
    np.testing.assert_array_equal(model([signals, mask]), model([silent, mask]))
    np.testing.assert_allclose(model([signals, mask]), short, atol=1e-5)


def test_occupancy_by_hand():
    energies = np.log([[[1.0], [2.0], [9.0]]]).astype("float32")
    mask = np.array([[[1.0], [1.0], [0.0]]], "float32")
    assert float(OccupancyPooling()(energies, mask)[0, 0]) == pytest.approx(2)  # log2(4)


def test_attention_without_a_bin_is_zero_and_with_one_halfway_to_its_value():
    values, scores = np.full((2, 1, 1), 3.0, "float32"), np.zeros((2, 1, 1), "float32")
    mask = np.array([[[1.0]], [[0.0]]], "float32")
    found = np.asarray(AttentionPooling()(values, scores, mask))[:, 0]
    assert found.tolist() == pytest.approx([1.5, 0])


@pytest.mark.parametrize("n_bins", [1, 16])
def test_occupancy_starts_small_enough_to_learn(n_bins, rng):
    signals = rng.random((64, n_bins, 25)).astype("float32")
    model = SIGNAL_NETWORKS["site_pooling"](25)
    pooled = keras.Model(model.input, model.get_layer("log2fc").input)
    total = 2 ** np.asarray(pooled([signals, np.ones((64, n_bins))])) - 1
    assert 0.1 / 16 * n_bins < total.mean() < 0.3 / 16 * n_bins


def test_unknown_gene_feature_is_the_mean_of_training_genes(tmp_path, rng, unsettle):
    genes = rng.normal(3, 2, (30, 2)).astype("float32")
    genes[:5, 1] = np.nan
    signal = keras.Input((1,))
    network = keras.Model(signal, keras.layers.Dense(1)(signal))
    model = unsettle(add_gene_term(network, genes, 1, ridge=0.0))
    mean = np.nanmean(genes, axis=0)
    asked = np.array([[1.0, np.nan], [1.0, mean[1]], [1.0, 9.0]], "float32")
    inputs = [np.ones((3, 1), "float32"), asked, np.ones((3, 1), "float32")]
    unknown, at_mean, other = np.asarray(model(inputs))[:, 0]
    assert unknown == pytest.approx(at_mean, abs=1e-5)
    assert abs(other - unknown) > 0.01
    again = np.asarray(reload(model, tmp_path)(inputs))[:, 0]
    np.testing.assert_array_equal(again, [unknown, at_mean, other])


def test_a_language_model_with_a_head_reads_mirna_and_transcript_without_padding():
    language = build_on_language(make_language(8, 1, 66), n_hidden=32)
    mirna, transcript = encode("ACGUACGU"), encode("UUGCA" * 5)
    text = write_text(mirna, transcript, 64)
    assert text.shape == (34, 1)
    assert text[:9, 0].tolist() == [7, 8, 9, 10, 7, 8, 9, 10, 1]
    assert write_text(mirna, transcript, 30).shape == (16, 1)
    padded, mask = pad([text], 16)
    longer, wider = pad([text], 32)
    found = language.predict_on_batch([padded, mask])
    assert found == pytest.approx(language.predict_on_batch([longer, wider]), abs=1e-5)
    other = write_text(encode("GGGGGGGG"), transcript, 64)
    assert language.predict_on_batch(pad([other], 16)) != pytest.approx(found, abs=1e-5)
