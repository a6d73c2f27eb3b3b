"""Networks of sequences that were trained elsewhere: read, and slid over transcripts."""

import numpy as np
import pytest

from mirsignal.errors import InputError
from mirsignal.networks.backend import keras
from mirsignal.networks.sequence_networks import (
    load_sequence_network,
    score_nucleotides,
)
from mirsignal.sequences.codes import encode


def write(path, width, *, units=1, channels=4):
    """Write a network that counts G, and tens of the U in the middle of its window."""
    window = keras.Input((width, channels))
    weights = np.zeros((width * channels, units), np.float32)
    weights[2::channels] = 1
    weights[channels * (width // 2) + 3 :: channels * width] = 10
    made = keras.layers.Dense(units, use_bias=False)(keras.layers.Flatten()(window))
    model = keras.Model(window, made)
    model.layers[-1].set_weights([weights])
    model.save(path)
    return path


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("width", [4, 5])
def test_each_nucleotide_is_in_the_middle_of_its_window(tmp_path, width, suffix):
    model = load_sequence_network(write(tmp_path / f"network{suffix}", width))
    text = "GGUANGUUG"
    before = width // 2
    expected = [
        text[max(at - before, 0) : at - before + width].count("G") + 10 * (letter == "U")
        for at, letter in enumerate(text)
    ]
    assert score_nucleotides(model, encode(text)).tolist() == expected


def test_a_network_of_any_length_is_given_windows(tmp_path):
    window = keras.Input((None, 4))
    made = keras.layers.Dense(1)(keras.layers.GlobalAveragePooling1D()(window))
    model = keras.Model(window, made)
    model.layers[-1].set_weights([np.array([[50.0], [0], [0], [0]]), np.zeros(1)])
    model.save(tmp_path / "network.keras")
    found = score_nucleotides(
        load_sequence_network(tmp_path / "network.keras"), encode("C" * 60 + "A")
    )
    assert found[:36].tolist() == [0] * 36
    np.testing.assert_allclose(found[36:], 1, atol=1e-6)


def test_files_of_no_such_network_are_refused_in_one_line(tmp_path):
    (tmp_path / "broken.h5").write_bytes(b"no network")
    given = {
        "absent.h5": "no such file",
        "broken.h5": "Keras cannot load this network",
        write(tmp_path / "two.keras", 6, units=2).name: "a value for each",
        write(tmp_path / "five.keras", 6, channels=5).name: "from .*5.* to",
    }
    for name, said in given.items():
        with pytest.raises(InputError, match=said) as refused:
            load_sequence_network(tmp_path / name)
        assert "\n" not in str(refused.value)
