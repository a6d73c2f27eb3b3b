"""The strongest path equals the best of all paths."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mirsignal.interpretation.alignment import (
    align_pairs,
    mask_unknown,
    strongest_paths,
)
from mirsignal.interpretation.duplexes import describe_duplex

small = arrays(
    float,
    st.tuples(st.integers(1, 5), st.integers(1, 4)),
    elements=st.integers(-4, 4).map(lambda value: value / 2),
)
cost = st.integers(0, 6).map(lambda value: value / 4)


def gap(skipped, gap_open, gap_extend):
    return gap_open + (skipped - 1) * gap_extend if skipped else 0


def score_of(values, cells, gap_open, gap_extend):
    """Score a path by its definition; refuse one that is not antiparallel."""
    score = sum(values[t, m] for t, m in cells)
    for (t, m), (next_t, next_m) in itertools.pairwise(cells):
        assert next_t < t
        assert next_m > m
        score -= gap(t - next_t - 1, gap_open, gap_extend)
        score -= gap(next_m - m - 1, gap_open, gap_extend)
    return score


def all_paths(width, length, ahead=None):
    """Yield every antiparallel path of at least one cell."""
    t_range = range(width) if ahead is None else range(ahead[0])
    m_range = range(length) if ahead is None else range(ahead[1] + 1, length)
    for t in t_range:
        for m in m_range:
            yield [(t, m)]
            for rest in all_paths(width, length, (t, m)):
                yield [(t, m), *rest]


@given(small, cost, cost)
def test_strongest_path_is_the_best_of_all_paths(values, gap_open, gap_extend):
    (cells,), (score,) = strongest_paths(values[None], gap_open, gap_extend)
    found = [
        score_of(values, path, gap_open, gap_extend) for path in all_paths(*values.shape)
    ]
    assert score == pytest.approx(max(0, *found))
    assert score_of(values, cells.tolist(), gap_open, gap_extend) == pytest.approx(score)
    assert len(cells) or max(found) <= 0


def test_many_matrices_give_what_each_gives_alone(rng):
    values = rng.normal(-0.3, 1, (7, 12, 6))
    paths, scores = strongest_paths(values, 0.5, 0.1)
    for number in range(7):
        (path,), (score,) = strongest_paths(values[number : number + 1], 0.5, 0.1)
        np.testing.assert_array_equal(path, paths[number])
        assert score == scores[number]


def test_nothing_above_zero_gives_an_empty_path():
    for values in (-np.ones((1, 4, 3)), np.zeros((1, 4, 3)), np.full((1, 4, 3), -np.inf)):
        (cells,), (score,) = strongest_paths(values, 1, 1)
        assert cells.shape == (0, 2)
        assert score == 0


def test_no_matrix_gives_no_path():
    paths, scores = strongest_paths(np.zeros((0, 50, 20)), 1, 1)
    assert paths == []
    assert scores.shape == (0,)


def test_gap_is_opened_once_and_then_extended():
    """Two helices, three target nucleotides apart: a bulge of 3 costs 2 + 2 x 0.5."""
    values = np.full((1, 10, 6), -9.0)
    helices = [(9, 0), (8, 1), (7, 2), (3, 3), (2, 4), (1, 5)]
    for t, m in helices:
        values[0, t, m] = 2
    (cells,), (score,) = strongest_paths(values, 2, 0.5)
    assert cells.tolist() == [list(cell) for cell in helices]
    assert score == pytest.approx(12 - 3)
    (cells,), (score,) = strongest_paths(values, 6, 0.5)
    assert len(cells) == 3, "two helices are not worth their gap"
    assert score == 6


def test_unknown_bases_are_never_aligned(rng):
    values = rng.random((1, 6, 5))
    targets = np.array([[0, 1, 4, 2, 3, 0]], np.uint8)
    mirnas = np.array([[0, 1, 2, 3, 4]], np.uint8)
    (cells,), _ = strongest_paths(mask_unknown(values, targets, mirnas), 0, 0)
    assert 2 not in cells[:, 0]
    assert 4 not in cells[:, 1]
    nothing = mask_unknown(values, np.full((1, 6), 4, np.uint8), mirnas)
    assert not len(strongest_paths(nothing, 0, 0)[0][0])


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        strongest_paths(np.full((1, 2, 2), np.nan), 1, 1)
    with pytest.raises(ValueError, match="negative cost"):
        strongest_paths(np.zeros((1, 2, 2)), -1, 1)


def test_pairs_are_aligned_with_counts_and_the_path_in_words():
    target, mirna = "A" * 20 + "CUACCUC" + "A" * 23, "UGAGGUAGUAGGUUGUAUAG"
    values = np.zeros((2, 50, 20))
    for at in range(1, 8):
        values[0, 27 - at, at] = 1.0
    pairs = pd.DataFrame({"mirna_sequence": mirna, "target": target}, index=[0, 1])
    table, paths = align_pairs(pairs, values, gap_open=0.3, gap_extend=0.05)
    assert table["path"].tolist() == ["2:27 3:26 4:25 5:24 6:23 7:22 8:21", ""]
    assert table["path_score"].tolist() == [7, 0]
    assert table["n_watson_crick"].tolist() == [7, 0]
    assert [len(path) for path in paths] == [7, 0]
    row = table.assign(id="x", mirna="let-7", p=0.9, logit=2.0, base=-1.0).iloc[0]
    words = describe_duplex(row, paths[0]).splitlines()
    assert words[0] == "x  let-7"
    assert words[1].endswith(
        "path +7.00: 7 Watson-Crick, 0 G:U, 0 mismatched; bulges of 0 nt of the target, "
        "0 of the miRNA"
    )
