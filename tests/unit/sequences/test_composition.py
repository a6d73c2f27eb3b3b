"""Random transcripts that look like given ones."""

import numpy as np

from mirsignal.sequences.codes import decode
from mirsignal.sequences.composition import fit_transitions, random_transcripts

TRANSITIONS = np.array(
    [[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.2, 0.1], [0.25] * 4, [0.7, 0.1, 0.1, 0.1]]
)


def test_counts_by_hand():
    fitted = fit_transitions(["AAC", "ANA", "G"])  # A-A and A-C; one more for each pair
    np.testing.assert_allclose(fitted[0], [2 / 6, 2 / 6, 1 / 6, 1 / 6])
    np.testing.assert_allclose(fitted[1:], 0.25)


def test_fit_gives_back_what_was_drawn(rng):
    lengths = np.array([50_000, 1, 150_000])
    drawn = random_transcripts(TRANSITIONS, lengths, rng)
    assert [len(codes) for codes in drawn] == lengths.tolist()
    fitted = fit_transitions(decode(codes) for codes in drawn)
    np.testing.assert_allclose(fitted, TRANSITIONS, atol=0.01)


def test_same_seed_same_transcripts():
    first, second = (
        random_transcripts(TRANSITIONS, np.array([30, 700]), np.random.default_rng(1))
        for _ in range(2)
    )
    assert [decode(x) for x in first] == [decode(x) for x in second]
