"""Markov chains of nucleotides, by hand and on chains that are known."""

import numpy as np
import pytest

from mirsignal.networks.markov import FIRST, fit_markov, score_markov, words_of
from mirsignal.sequences.codes import encode


def test_words_by_hand_do_not_span_an_unknown():
    assert words_of(encode("ACGNU"), 2).tolist() == [1, 6, -1, -1]
    assert words_of(encode("AC"), 3).tolist() == []


def test_table_by_hand():
    table = fit_markov([encode("AAC")], 1)
    assert np.exp(table[0]) == pytest.approx([2 / 6, 2 / 6, 1 / 6, 1 / 6])
    assert np.exp(table[1]) == pytest.approx([0.25] * 4)


def test_score_is_of_the_same_nucleotides_for_every_order():
    codes = encode("ACGUACGUACGNUACGU")
    for order in range(FIRST + 1):
        total, n = score_markov(codes, np.log(np.full((4**order, 4), 0.25)))
        assert total == pytest.approx(n * np.log(4))
    assert score_markov(codes, np.log(np.full((1, 4), 0.25)))[1] == len(codes) - FIRST - 1


def test_a_known_chain_is_found_by_its_order(rng):
    codes = [0, 1]
    for _ in range(20_000):  # depends on the last but one
        codes.append((codes[-2] + rng.choice(4, p=[0.85, 0.05, 0.05, 0.05])) % 4)
    whole = np.array(codes, np.uint8)
    train, test = whole[:15_000], whole[15_000:]
    loss = {}
    for order in (1, 2):
        total, n = score_markov(test, fit_markov([train], order))
        loss[order] = total / n
    true = -(0.85 * np.log(0.85) + 0.15 * np.log(0.05))
    assert loss[2] == pytest.approx(true, abs=0.03)
    assert loss[1] > true + 0.4
