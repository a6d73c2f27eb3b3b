"""A path is written as a biologist draws a duplex, with every nucleotide in its place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.interpretation.duplexes import (
    BULGE,
    MISMATCH,
    OUTSIDE,
    WATSON_CRICK,
    WOBBLE,
    count_states,
    lay_out,
    mirna_states,
    pair_kinds,
    write_duplex,
)


def cells(*pairs):
    return np.array(pairs, np.int64).reshape(-1, 2)


def test_duplex_with_a_bulge_a_wobble_and_a_mismatch():
    path = cells(
        (14, 1),
        (13, 2),
        (12, 3),
        (11, 4),
        (10, 5),
        (9, 6),
        (8, 7),
        (7, 8),
        (6, 9),
        (3, 10),
        (2, 11),
    )
    assert write_duplex("GGCCAAUGCUAACUCGU", "UGAGGUAGUAGG", path).splitlines() == [
        "target 5' ggCCAAUGCUAACUCgu 3'",
        "            ||  |:|||x|||",
        " miRNA 3'   GG--AUGAUGGAGu 5'",
    ]


@st.composite
def duplexes(draw):
    """Return a target, a miRNA and any antiparallel path through both."""
    target = draw(st.text("ACGUN", min_size=1, max_size=12))
    mirna = draw(st.text("ACGU", min_size=1, max_size=9))
    most = min(len(target), len(mirna))
    n = draw(st.integers(1, most))
    t = draw(st.sets(st.integers(0, len(target) - 1), min_size=n, max_size=n))
    m = draw(st.sets(st.integers(0, len(mirna) - 1), min_size=n, max_size=n))
    return target, mirna, cells(*zip(sorted(t, reverse=True), sorted(m), strict=True))


@given(duplexes())
def test_layout_holds_both_sequences_and_marks_what_is_aligned(duplex):
    target, mirna, path = duplex
    top, marks, bottom = lay_out(*duplex)
    assert len(top) == len(marks) == len(bottom)
    assert top.replace("-", "").replace(" ", "").upper() == target
    assert bottom.replace("-", "").replace(" ", "").upper() == mirna[::-1]
    aligned = [
        (a, b) for a, mark, b in zip(top, marks, bottom, strict=True) if mark != " "
    ]
    assert aligned == [(target[t], mirna[m]) for t, m in path[::-1]]
    counts = count_states(*duplex)
    assert counts["n_watson_crick"] == marks.count("|")
    assert counts["n_wobble"] == marks.count(":")
    assert counts["n_mismatch"] == marks.count("x")
    assert counts["n_mirna_bulge"] == top.count("-")
    assert counts["n_target_bulge"] == bottom.count("-")


def test_kinds_of_pairs():
    kinds = pair_kinds("ACGUN", "ACGU")
    assert kinds[0].tolist() == [MISMATCH, MISMATCH, MISMATCH, WATSON_CRICK]
    assert kinds[2].tolist() == [MISMATCH, WATSON_CRICK, MISMATCH, WOBBLE]
    assert (kinds[4] == MISMATCH).all()


def test_states_follow_the_path():
    states = mirna_states("GCUA", "UAGGC", cells((3, 0), (2, 1), (0, 4)))
    assert states.shape == (20,)
    assert states[:5].tolist() == [WATSON_CRICK, WATSON_CRICK, BULGE, BULGE, WATSON_CRICK]
    assert (states[5:] == OUTSIDE).all()


def test_empty_path():
    nothing = cells()
    assert (mirna_states("GCUA", "UAGGC", nothing) == OUTSIDE).all()
    assert set(count_states("GCUA", "UAGGC", nothing).values()) == {0}
    assert write_duplex("GCUA", "UAGGC", nothing).startswith("no path")
    with pytest.raises(ValueError, match="no duplex"):
        lay_out("GCUA", "UAGGC", nothing)
