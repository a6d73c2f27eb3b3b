"""Candidate windows: the highest maxima, with their surroundings, by pair."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.sequences.codes import UNKNOWN, decode, encode
from mirsignal.sequences.strands import passenger_strand
from mirsignal.signals.windows import (
    CONTEXT,
    collect_windows,
    cut_windows,
    describe_context,
    scan_passengers,
    tabulate_candidates,
)

MIRNA = "UGAGGUAGUAGGUUGUAUAGUU"
MIRNAS = pd.DataFrame({"mirna": ["miR-1", "let-7"], "sequence": [MIRNA[::-1], MIRNA]})
MIRNAS["passenger"] = MIRNAS["sequence"].map(passenger_strand)
MIRNAS["passenger_share"] = 0.2
GENES = pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0]}, index=["A", "B"])


def track(length, **heights):
    values = np.zeros(length, np.float32)
    for name, height in heights.items():
        values[int(name[1:])] = height
    return values


def test_windows_and_context_by_hand():
    codes = encode("C" * 30 + "AU" * 5 + "G" * 60)
    at = np.array([0, 35, 99])
    first, middle, last = map(decode, cut_windows(codes, at))
    assert first == "N" * 25 + "C" * 25
    assert middle == "C" * 20 + "AU" * 5 + "G" * 20
    assert last == "G" * 26 + "N" * 24
    context = pd.DataFrame(describe_context(codes, at), columns=list(CONTEXT))
    assert context["au"].tolist() == pytest.approx([5 / 35, 10 / 70, 0])
    assert context["distance"].tolist() == pytest.approx([0, np.log10(36), 0])
    assert context["length"].tolist() == pytest.approx([2, 2, 2])
    assert context["behind_stop"].tolist() == [1, 0, 0]


@pytest.fixture
def collected():
    rng = np.random.default_rng(1)
    sequences = {name: rng.integers(0, 4, 80).astype(np.uint8) for name in ("t1", "t2")}
    pairs = pd.DataFrame(
        {
            "mirna": ["let-7", "miR-1", "let-7"],
            "transcript": ["t2", "t1", "t1"],
            "gene": ["B", "A", "A"],
        }
    )
    rows = [
        ("let-7", "guide", "t1", 50),
        ("let-7", "guide", "t2", 7),
        ("miR-1", "guide", "t2", 9),  # not measured
        ("let-7", "passenger", "t1", 20),
    ]
    columns = ["mirna", "strand", "transcript", "position"]
    candidates = pd.DataFrame(rows, columns=columns)
    return sequences, collect_windows(candidates, pairs, MIRNAS, sequences, GENES)


def test_windows_are_those_of_their_pairs(collected):
    sequences, windows = collected
    assert windows.offsets.tolist() == [0, 1, 1, 3], "miR-1 has no candidate on t1"
    assert windows.strands.tolist() == [1, 1, 3]
    expected = [("t2", 7), ("t1", 50), ("t1", 20)]
    for row, (name, at) in enumerate(expected):
        (window,) = cut_windows(sequences[name], np.array([at]))
        np.testing.assert_array_equal(windows.codes[row], window)
    np.testing.assert_allclose(windows.log_loading, np.log([0.8, 0.8, 0.2]), rtol=1e-6)
    assert windows.mirnas.tolist() == [[0, 1], [1, 0], [0, 1]]
    assert windows.genes.tolist() == [[2, 4], [1, 3], [1, 3]]


def test_pairs_can_be_taken_in_any_order(collected):
    _, windows = collected
    codes, strands, of_pair, *_ = windows.batch(np.array([2, 1, 0]))
    assert of_pair.tolist() == [0, 0, 2] + [3] * 5
    assert strands[:3].tolist() == [1, 3, 1]
    np.testing.assert_array_equal(codes[:3], windows.codes[[1, 2, 0]])
    assert (codes[3:] == UNKNOWN).all()
    taken = windows.take(np.array([2, 1]))
    assert taken.offsets.tolist() == [0, 2, 2]
    again = taken.batch(np.array([1, 0]))
    for one, other in zip(again, windows.batch(np.array([1, 2])), strict=True):
        np.testing.assert_array_equal(one, other)


def test_table_names_position_and_p():
    tracks = [("t1", track(60, _20=0.5, _40=0.9)), ("t2", track(30))]
    table = tabulate_candidates(tracks, 3)
    assert table.values.tolist() == [["t1", 40, np.float32(0.9)], ["t1", 20, 0.5]]
    assert list(tabulate_candidates([], 3)) == list(table)
    assert tabulate_candidates(tracks, 1)["position"].tolist() == [40]


def test_one_broad_peak_is_one_candidate():
    at = np.arange(400)
    broad = np.clip(1 - np.abs(at - 200) / 60, 0, None)
    ripple = (broad * (1 + 0.1 * np.cos(at * np.pi / 6))).astype(np.float32)
    found = tabulate_candidates([("t", ripple)], 12)
    assert found["position"].tolist() == [int(ripple.argmax())]


def test_passengers_that_are_loaded_are_scanned_on_every_transcript():
    class Scorer:
        def score(self, transcripts, mirna, threshold):
            seen.append(mirna)
            return [np.stack([track(60, p30=0.8)] * 2, axis=1) for _ in transcripts], []

    seen = []
    mirnas = MIRNAS.assign(passenger_share=[0.0, 0.2])
    codes = encode("A" * 60)
    groups = [(["t1", "t2"], [codes, codes]), (["t3"], [codes])]
    found = pd.concat(scan_passengers(Scorer(), mirnas, groups, n=1))
    assert seen == [MIRNAS["passenger"][1]] * 2
    assert found["transcript"].tolist() == ["t1", "t2", "t3"]
    assert found["mirna"].unique().tolist() == ["let-7"]
    assert found["strand"].unique().tolist() == ["passenger"]
    assert found["position"].tolist() == [30] * 3
