"""The table of base pairs, against the pairs of Watson, Crick and the wobble."""

import numpy as np

from mirsignal.sequences.base_pairs import AU, GC, GU, MISMATCH, PAIR_KINDS
from mirsignal.sequences.codes import LETTERS, reverse_complement


def test_kinds_by_hand():
    kinds = {"AU": AU, "UA": AU, "CG": GC, "GC": GC, "GU": GU, "UG": GU}
    for one, row in zip(LETTERS, PAIR_KINDS, strict=True):
        for other, kind in zip(LETTERS, row, strict=True):
            assert kind == kinds.get(one + other, MISMATCH)


def test_watson_crick_pairs_are_those_of_complements():
    partner = np.argmax(PAIR_KINDS >= AU, axis=1)[:4]
    assert "".join(LETTERS[at] for at in partner) == reverse_complement("ACGU")[::-1]
    assert not PAIR_KINDS[4].any()
    assert not PAIR_KINDS[:, 4].any()
