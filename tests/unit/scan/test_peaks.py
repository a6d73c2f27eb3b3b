"""Peaks: planted bumps are found where they were planted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.files.tracks import join_tracks
from mirsignal.scan.peaks import (
    call_all_peaks,
    call_peaks,
    tabulate_bed,
)

PEAK_COLUMNS = ["start", "end", "summit", "height", "prediction", "close"]


def bumps(length, *places, half_width=8):
    """Return a track of triangles (place, height)."""
    at = np.arange(length)
    track = np.zeros(length)
    for place, height in places:
        shape = np.clip(1 - np.abs(at - place) / half_width, 0, None)
        track = np.maximum(track, height * shape)
    return track.astype(np.float32)


def peaks_of(score):
    return call_peaks(score, np.linspace(0, 1, len(score)).astype(np.float32))


@pytest.mark.parametrize("place", [0, 3, 100, 196, 199])
def test_one_bump_is_one_peak_at_its_place(place):
    table = peaks_of(bumps(200, (place, 2.0)))
    assert table.columns.tolist() == PEAK_COLUMNS
    assert len(table) == 1
    peak = table.iloc[0]
    assert abs(peak["summit"] - place) <= (0 if 8 <= place < 192 else 3)
    assert 0 <= peak["start"] <= peak["summit"] < peak["end"] <= 200
    assert not peak["close"]
    highest_near = min(peak["summit"] + 24, 199) / 199
    assert peak["prediction"] == pytest.approx(highest_near)


def test_peak_reaches_to_half_its_height():
    score = bumps(200, (100, 1.0), half_width=40)
    peak = peaks_of(score).iloc[0]
    assert peak["height"] == pytest.approx(score[97:104].mean())
    assert (peak["start"], peak["end"]) == pytest.approx((79, 122), abs=2)


@pytest.mark.parametrize("half_width", [4, 5, 20, 33.5])
def test_ends_of_a_peak_are_half_as_high_and_those_beyond_are_not(half_width):
    score = bumps(200, (100, 1.0), half_width=half_width)
    peak = peaks_of(score).iloc[0]
    smooth = np.convolve(score.astype(float), np.ones(7) / 7, "same")
    high = np.flatnonzero(smooth >= smooth.max() / 2)
    assert (peak["start"], peak["end"]) == (high[0], high[-1] + 1)


def test_broad_peak_is_one_peak():
    assert peaks_of(bumps(400, (200, 0.9), half_width=60))["summit"].tolist() == [200]


def test_two_bumps_30_nt_apart_are_two_close_peaks():
    table = peaks_of(bumps(300, (100, 1.0), (130, 2.0), (250, 0.5)))
    assert table["summit"].tolist() == [130, 100, 250]  # best first
    assert table["close"].tolist() == [True, True, False]


def test_ripple_on_a_flank_is_no_peak():
    score = bumps(200, (100, 1.0), half_width=40)
    score[80] += 0.3
    assert len(peaks_of(score)) == 1
    score[76:83] += 0.6
    assert len(peaks_of(score)) == 2


@pytest.mark.parametrize("level", [0.1, 0.3, 0.7])
def test_summit_of_a_plateau_is_its_middle(level):
    """Running sums of the smoothing must not choose another place on it."""
    score = np.zeros(2000, np.float32)
    score[100:140] = 7.3
    score[1000:1041] = level
    assert peaks_of(score)["summit"].tolist() == [119, 1020]


@pytest.mark.parametrize("length", [1, 10, 500])
def test_silent_track_has_no_peaks(length):
    table = peaks_of(np.zeros(length, np.float32))
    assert table.empty
    assert table.columns.tolist() == PEAK_COLUMNS


@given(st.lists(st.floats(0, 10, width=32), min_size=1, max_size=120))
def test_peaks_lie_on_the_track(values):
    score = np.array(values, np.float32)
    for smoothing in (1, 6, 7):
        table = call_peaks(score, score, smoothing)
        inside = (table["start"] >= 0) & (table["start"] <= table["summit"])
        assert (inside & (table["summit"] < table["end"])).all()
        assert (table["end"] <= len(score)).all()
        assert table["height"].is_monotonic_decreasing
        assert not table["summit"].duplicated().any()


def test_peaks_of_all_shards_are_rows_of_a_bed_file():
    tracks = {"t2": bumps(200, (100, 2.0)), "t1": bumps(200, (50, 1.0), (150, 0.5))}
    shards = [
        join_tracks([name], [np.stack([track, track / 2], 1)], ("score", "prediction"))
        for name, track in tracks.items()
    ]
    peaks = call_all_peaks(shards, smoothing=1, min_prominence=0.25)
    bed = tabulate_bed(peaks.assign(mirna="a"))
    assert bed["transcript"].tolist() == ["t1", "t1", "t2"]
    assert bed["summit"].tolist() == [50, 150, 100]
    assert bed["score"].tolist() == [500, 250, 1000]
    assert bed["prediction"].tolist() == [0.5, 0.25, 1.0]
    assert tabulate_bed(peaks[:0].assign(mirna="a")).empty
