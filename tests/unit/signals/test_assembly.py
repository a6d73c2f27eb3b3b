"""Signals of scans: bins or peaks by the recipe, joined in order."""

import numpy as np
import pytest

from mirsignal.sequences.codes import encode
from mirsignal.signals.assembly import SignalRecipe, assemble_signals
from mirsignal.signals.channels import Scan

RECIPE = {
    "channels": ["score"],
    "mode": "compressed",
    "divisor": 10,
    "n_peaks": 2,
    "spacing": 5,
    "min_prominence": 0.1,
}


def scan_of(name, track):
    codes = encode("A" * len(track))
    tracks = {"prediction": track, "score": track}
    return Scan(name, codes, codes[:20], tracks, np.zeros((len(track), 20)), 0.5)


@pytest.fixture
def scans():
    peaked = np.zeros(100, np.float32)
    peaked[[20, 50, 80]] = [0.7, 0.9, 0.8]
    silent = np.zeros(60, np.float32)
    return [("a", [scan_of("t1", peaked), scan_of("t2", silent)])]


def test_bins_stand_for_all_nucleotides(scans):
    signals = assemble_signals(scans, SignalRecipe(**RECIPE))
    assert signals.ids.tolist() == ["t1", "t2"]
    assert signals.extra["mirnas"].tolist() == ["a", "a"]
    assert signals.extra["no_signal"].tolist() == [False, True]
    spans = signals.extra["spans"]
    assert len(spans) == len(signals.values)
    assert spans[: signals.offsets[1]].sum() == 100
    assert spans[signals.offsets[1] :].sum() == 60
    assert signals[0].max() == pytest.approx(0.9)


def test_peaks_are_the_highest_in_order_of_position(scans):
    signals = assemble_signals(scans, SignalRecipe(**RECIPE | {"mode": "peaks"}))
    assert signals.extra["positions"].tolist() == [50, 80]
    assert signals[0][:, 0].tolist() == pytest.approx([0.9, 0.8])
    assert len(signals[1]) == 0
    assert signals.extra["no_signal"].tolist() == [False, True]
