"""Tracks of known shape around known sites."""

import numpy as np
import pytest

from mirsignal.localisation import measure_localisation, seed_match_track

MIRNA = "UGAGGUAGUAGGUUGUAUAGUU"


def hill(length, middle, width):
    """Return a triangle of half-height width `width` around `middle`."""
    return np.clip(1 - np.abs(np.arange(length) - middle) / width, 0, 1).astype("f4")


def test_seed_match_track():
    transcript = "GG" + "CUACCUCA" + "GG" + "UACCUC" + "G"
    expected = [0] * 2 + [4] * 8 + [0] * 2 + [1] * 6 + [0]
    np.testing.assert_array_equal(seed_match_track(MIRNA, transcript), expected)


def test_narrow_and_shifted_peaks_are_told_apart():
    tracks = {
        "narrow": [hill(300, 103, 10), hill(100, 50, 10)],
        "broad": [hill(300, 110, 40), 0 * hill(100, 50, 10)],
    }
    spans = [[(100, 107)], []]
    result = measure_localisation(tracks, spans)
    assert result["narrow"]["width_nt"] == pytest.approx(12, abs=2)
    assert result["broad"]["width_nt"] == pytest.approx(42, abs=2)
    assert result["narrow"]["summit_offset_nt"] == 0
    assert result["broad"]["summit_offset_nt"] == 7
    assert result["narrow"]["prevalence"] == pytest.approx(7 / 400)
    assert 0.3 < result["narrow"]["nucleotide_ap"] < 1  # the hill elsewhere costs half


def test_site_without_a_peak_is_not_found():
    result = measure_localisation({"dark": [np.zeros(90, "f4")]}, [[(10, 17)]])["dark"]
    assert (result["n_sites"], result["share_found"]) == (1, 0)
    assert result["summit_offset_nt"] is None
    assert result["width_nt"] is None
