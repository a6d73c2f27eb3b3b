"""Thresholds: a share of random windows exceeds them, or they are given."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.scan.calibration import calibrate, random_sequence
from mirsignal.sequences.codes import LETTERS


class Uniform:
    """A scanner whose P is spread evenly over 0 to 1."""

    def scan(self, codes, rows):
        p = (np.arange(len(codes) - 49) + 0.5) / (len(codes) - 49)
        return np.log(p / (1 - p))


def test_share_of_random_windows_exceeds_the_threshold():
    random = [np.zeros(2000, np.uint8)]
    mirnas = pd.DataFrame({"mirna": ["a"], "sequence": ["ACGU" * 5]})
    found = calibrate(Uniform(), mirnas, "wc", random, None, 0.05)["a"]
    assert found["threshold"] == pytest.approx(0.95, abs=0.01)
    assert found["false_positive_rate"] == pytest.approx(0.05, abs=0.001)
    given = calibrate(Uniform(), mirnas, "wc", random, 0.5, 0.05)["a"]
    assert given["threshold"] == 0.5
    assert given["false_positive_rate"] == pytest.approx(0.5, abs=0.001)
    assert given["n_windows"] == found["n_windows"]


def test_random_sequence_has_the_composition_of_the_transcripts():
    transcripts = {"t1": "AU" * 2000, "t2": "AU" * 1000}
    random = np.concatenate(random_sequence(transcripts, ["t1", "t2"], 49_500, seed=1))
    assert len(random) == 50_000
    counts = np.bincount(random, minlength=4)
    assert counts[[LETTERS.index("A"), LETTERS.index("U")]].sum() > 47_500
