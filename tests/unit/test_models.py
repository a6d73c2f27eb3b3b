"""Every network of the registries builds, saves, loads and keeps its contract."""

import numpy as np
import pytest

from mirsignal.backend import keras
from mirsignal.models import BINDING_NETWORKS, SIGNAL_NETWORKS


def reload(model, folder):
    model.save(folder / "model.keras")
    return keras.saving.load_model(folder / "model.keras")


@pytest.mark.parametrize("name", BINDING_NETWORKS)
@pytest.mark.parametrize("n_channels", [1, 2])
def test_binding_network_keeps_its_contract(name, n_channels, tmp_path, rng, unsettle):
    model = unsettle(BINDING_NETWORKS[name](n_channels=n_channels))
    pairs = rng.integers(0, 2, (4, 50, 20, n_channels)).astype("float32")
    p = np.asarray(model(pairs))
    assert p.shape == (4, 1)
    logit = keras.Model(model.input, model.get_layer("logit").output)(pairs)
    np.testing.assert_allclose(p, keras.ops.sigmoid(logit), atol=1e-6)
    assert np.ptp(p) > 0
    np.testing.assert_array_equal(p, reload(model, tmp_path)(pairs))


@pytest.mark.parametrize("name", SIGNAL_NETWORKS)
@pytest.mark.parametrize("n_channels", [1, 3])
def test_signal_network_keeps_its_contract(name, n_channels, tmp_path, rng, unsettle):
    model = unsettle(SIGNAL_NETWORKS[name](n_channels=n_channels))
    signals = rng.random((3, 48, n_channels)).astype("float32")
    mask = np.ones((3, 48), "float32")
    mask[1, 30:] = 0
    predicted = np.asarray(model([signals, mask]))
    assert predicted.shape == (3, 1)
    assert np.ptp(predicted) > 0
    np.testing.assert_array_equal(predicted, reload(model, tmp_path)([signals, mask]))


@pytest.mark.parametrize("name", SIGNAL_NETWORKS)
def test_what_stands_under_the_padding_does_not_matter(name, rng, unsettle):
    model = unsettle(SIGNAL_NETWORKS[name]())
    signals = rng.random((2, 64, 1)).astype("float32")
    mask = np.repeat([1.0, 0.0], 32)[None].repeat(2, 0).astype("float32")
    silent = signals * mask[:, :, None]
    short = model([silent[:, :32], mask[:, :32]])
    np.testing.assert_allclose(model([silent, mask]), short, atol=1e-5)
