"""Tracks of known shape around known sites."""

import numpy as np
import pytest

from mirsignal.scan.localisation import measure_localisation, seed_match_track

MIRNA = "UGAGGUAGUAGGUUGUAUAGUU"


def hill(length, middle, width):
    """Return a triangle of half-height width `width` around `middle`."""
    return np.clip(1 - np.abs(np.arange(length) - middle) / width, 0, 1).astype("f4")


def test_seed_match_track():
    transcript = "GG" + "CUACCUCA" + "GG" + "UACCUC" + "G"
    expected = [0] * 2 + [4] * 8 + [0] * 2 + [1] * 6 + [0]
    np.testing.assert_array_equal(seed_match_track(MIRNA, transcript), expected)


def test_narrow_and_shifted_peaks_are_distinguished():
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
    assert result["narrow"]["n_compared"] == 1
    assert (result["narrow"]["share_near"], result["broad"]["share_near"]) == (1, 1)
    assert result["narrow"]["prevalence"] == pytest.approx(7 / 400)
    assert 0.3 < result["narrow"]["nucleotide_ap"] < 1  # the hill elsewhere costs half


def test_sites_that_one_predictor_misses_are_not_compared():
    tracks = {
        "both": [hill(300, 100, 5) + hill(300, 200, 20)],
        "one": [hill(300, 100, 5)],
    }
    result = measure_localisation(tracks, [[(97, 104), (197, 204)]])
    assert result["both"]["share_found"] == 1
    assert result["one"]["share_found"] == 0.5
    assert [found["n_compared"] for found in result.values()] == [1, 1]
    assert result["both"]["width_nt"] == result["one"]["width_nt"]


def test_left_out_nucleotides_do_not_count():
    track = hill(300, 100, 5) + hill(300, 200, 5)
    spans, left_out = [[(97, 104)]], [[(190, 210)]]
    all_of_it = measure_localisation({"t": [track]}, spans)["t"]
    without = measure_localisation({"t": [track]}, spans, left_out)["t"]
    assert without["n_nucleotides"] == 280
    assert without["nucleotide_ap"] == pytest.approx(1)
    assert all_of_it["nucleotide_ap"] < 0.8


def test_site_without_a_peak_is_not_found():
    result = measure_localisation({"dark": [np.zeros(90, "f4")]}, [[(10, 17)]])["dark"]
    assert (result["n_sites"], result["share_found"]) == (1, 0)
    assert result["summit_offset_nt"] is None
    assert result["width_nt"] is None
