"""Motifs of RNA-binding proteins: read with either kind of numbers, and found."""

import numpy as np
import pytest

from mirsignal.errors import InputError
from mirsignal.sites.motifs import find_motifs, read_motifs

HEADER = "motif\tprotein\tposition\tA\tC\tG\tU"


def write(path, *rows):
    path.write_text("\n".join([HEADER, *("\t".join(map(str, row)) for row in rows)]))
    return path


def matrix_of(word):
    return np.where(np.array(list(word))[:, None] == np.array(list("ACGU")), 2.0, -6.0)


def test_log_odds_and_probabilities_are_read(tmp_path):
    odds = [("m", "P", 2, -20, 2, -20, -20), ("m", "P", 1, 1, -20, -20, 1)]
    (protein, matrix) = read_motifs(write(tmp_path / "odds.tsv", *odds))["m"]
    assert protein == "P"
    assert matrix.tolist() == [[1, -20, -20, 1], [-20, 2, -20, -20]]
    shares = [
        ("m", "P", 1, 0.25, 0.25, 0.25, 0.25),
        ("m", "P", 2, 0.97, 0.01, 0.01, 0.01),
    ]
    matrix = read_motifs(write(tmp_path / "shares.tsv", *shares))["m"][1]
    assert matrix[0] == pytest.approx(0)
    assert matrix[1, 0] == pytest.approx(np.log2(0.98 / 1.04 / 0.25))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("m", "P", 1, 0, 0, 0, "x")], "line 2: 'x' in column 'U' is not a number"),
        ([("m", "P", 1, 0, 0, 0, "")], "line 2: a number is missing"),
        ([("m", "", 1, 0, 0, 0, 0)], "line 2: no protein"),
        ([("m", "P", 2, 0, 0, 0, 0)], "motif m: positions are not 1 to 1"),
        ([("m", "P", 1, 0, 0, 0, 0)] * 2, "motif m: positions are not 1 to 2"),
        ([("m", "P", 1, 12, 3, 0, 5)], "line 2: neither probabilities"),
        ([("m", p, i, 0, 0, 0, 0) for i, p in enumerate("PQ", 1)], "two proteins"),
    ],
)
def test_faulty_motifs_are_refused(tmp_path, rows, message):
    with pytest.raises(InputError, match=message):
        read_motifs(write(tmp_path / "m.tsv", *rows))


def test_motifs_are_found_where_they_are_within_one_transcript(rng):
    sequences = {n: "".join(rng.choice(list("AC"), 300)) for n in ("a", "b", "c")}
    sequences["a"] = sequences["a"][:100] + "UGUA" + sequences["a"][104:]
    sequences["b"] = sequences["b"][:298] + "UG"  # goes on in the next transcript
    sequences["c"] = "UA" + sequences["c"][2:] + "UGNA"
    found = find_motifs({"m": ("PUM2", matrix_of("UGUA"))}, sequences, rate=0.002)
    assert found.values.tolist() == [["a", 100, 104, "PUM2 motif"]]
    both = find_motifs({"m": ("PUM1;PUM2", matrix_of("UGUA"))}, sequences, rate=0.002)
    assert both["protein"].tolist() == ["PUM1 motif", "PUM2 motif"]


def test_no_more_places_than_the_rate_and_none_that_tie(rng):
    sequences = {"a": "".join(rng.choice(list("ACGU"), 5000))}
    word = {"m": ("P", matrix_of("ACGUAC"))}
    for rate in (0.001, 0.01, 0.1):
        found = find_motifs(word, sequences, rate)
        assert len(found) <= rate * 4995
    assert len(found) > 100
    assert find_motifs({"m": ("P", np.zeros((3, 4)))}, sequences, 0.1).empty
    assert find_motifs(word, {"a": "ACG"}, 0.5).empty
