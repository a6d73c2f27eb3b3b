"""The pairing matrix against a naive double loop."""

import numpy as np
import pytest

from mirsignal.pairing import ENCODINGS, mirna_columns, pair_matrix
from mirsignal.sequences import LETTERS, decode

PAIRS = {"wc": {"AU", "UA", "CG", "GC"}, "gu": {"GU", "UG"}}


@pytest.mark.parametrize("encoding", ENCODINGS)
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


def test_unknown_pairs_with_nothing():
    for values in ENCODINGS.values():
        assert not values[LETTERS.index("N")].any()
        assert not values[:, LETTERS.index("N")].any()
