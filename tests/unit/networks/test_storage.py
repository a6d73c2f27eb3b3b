"""Networks: the same weights give the same file, whatever the day and the memory."""

import time

import numpy as np

from mirsignal.networks.backend import keras
from mirsignal.networks.storage import save_network


def make_network():
    signal = keras.Input((8, 2))
    hidden = keras.layers.Bidirectional(keras.layers.GRU(2))(signal)
    return keras.Model(signal, keras.layers.Dense(1)(hidden))


def test_same_network_gives_the_same_bytes(tmp_path):
    """Made anew by the same steps, as when a script runs again."""
    paths = [tmp_path / "one.keras", tmp_path / "other.keras"]
    networks = []  # kept, so that no object gets the memory of an earlier one
    for path in paths:
        keras.utils.clear_session()
        keras.utils.set_random_seed(1)
        networks.append(make_network())
        save_network(path, networks[-1])
        time.sleep(1.1)  # the date that Keras writes is in seconds
    one, other = (path.read_bytes() for path in paths)
    assert one == other


def test_loaded_network_gives_the_same_numbers_and_bytes(tmp_path):
    """As when a killed training goes on from a checkpoint."""
    network = make_network()
    save_network(tmp_path / "a.keras", network)
    signals = np.random.default_rng(0).random((3, 8, 2), np.float32)
    loaded = keras.models.load_model(tmp_path / "a.keras")
    np.testing.assert_array_equal(loaded(signals), network(signals))
    save_network(tmp_path / "b.keras", loaded)
    one, other = ((tmp_path / name).read_bytes() for name in ("a.keras", "b.keras"))
    assert one == other
