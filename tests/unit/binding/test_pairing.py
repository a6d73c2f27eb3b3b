"""The pairing matrix against a naive double loop."""

import numpy as np
import pytest

from mirsignal.binding.pairing import (
    ENCODINGS,
    mirna_columns,
    pair_matrix,
    watson_crick_channels,
)
from mirsignal.sequences.codes import LETTERS, decode

PAIRS = {
    "wc": {"AU", "UA", "CG", "GC"},
    "gu": {"GU", "UG"},
    "au": {"AU", "UA"},
    "gc": {"CG", "GC"},
    "a": {"AA", "AC", "AG", "AU"},
}


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name != "onehot"])
def test_pairs_equal_a_double_loop(encoding, rng):
    targets = rng.integers(0, 5, (3, 50)).astype(np.uint8)
    mirnas = rng.integers(0, 5, (3, 20)).astype(np.uint8)
    expected = np.zeros((3, 50, 20, len(encoding.split("_"))))
    for n, w, m, c in np.ndindex(expected.shape):
        pair = decode(targets[n, [w]]) + decode(mirnas[n, [m]])
        expected[n, w, m, c] = pair in PAIRS[encoding.split("_")[c]]
    np.testing.assert_array_equal(pair_matrix(targets, mirnas, encoding), expected)
    rows = mirna_columns(mirnas[0], encoding)
    np.testing.assert_array_equal(rows[targets[0]], expected[0])


def test_onehot_tells_every_known_combination_apart():
    table = ENCODINGS["onehot"][:4, :4].reshape(16, 16)
    np.testing.assert_array_equal(table, np.eye(16))


def test_watson_crick_channels_by_hand():
    channels = {encoding: watson_crick_channels(encoding) for encoding in ENCODINGS}
    assert channels == {
        "wc": [0],
        "wc_gu": [0],
        "au_gc_gu": [0, 1],
        "au_gc_gu_a": [0, 1],
        "onehot": [3, 6, 9, 12],  # A:U, C:G, G:C, U:A
    }


def test_unknown_pairs_with_nothing():
    for values in ENCODINGS.values():
        assert not values[LETTERS.index("N")].any()
        assert not values[:, LETTERS.index("N")].any()
