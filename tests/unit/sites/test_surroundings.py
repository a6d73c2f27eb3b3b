"""AU content and distance to the end by hand, of sites of let-7a and of nucleotides."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.sequences.codes import encode
from mirsignal.sites.seed_sites import CLEARED, find_sites, join
from mirsignal.sites.surroundings import (
    au_around_nucleotides,
    au_beside_sites,
    au_share,
    distance_of_nucleotides,
    distance_of_sites,
    mark_neighbours,
)

LET7 = "UGAGGUAGUAGGUUGUAUAGUU"
HARMONIC = sum(1 / k for k in range(1, 31))
SHIFTED = HARMONIC - 1 + 1 / 31  # weights 1/2 ... 1/31


def measured(function, sequence):
    """Return what a function gives for the first site of `sequence`."""
    joined = join([sequence])
    return function(find_sites(LET7, joined, CLEARED), joined)[0]


def test_au_share_is_that_of_known_nucleotides_inside_the_sequence():
    codes = encode("GGAUCNA")
    starts, ends = [0, -9, 2, 4, 5, 3], [5, 4, 4, 99, 6, 3]
    expected = [2 / 5, 2 / 4, 1, 1 / 2, 0, 0]
    assert au_share(codes, starts, ends).tolist() == expected
    assert au_share(codes[:0], [-5], [5]).tolist() == [0]


def test_au_around_nucleotides_by_hand():
    # At G (0): G 1/1, A 1/2, U 1/3, C 1/4; the nucleotide itself does not count.
    au = au_around_nucleotides(encode("GGAUC"))
    assert au[0] == pytest.approx((1 / 2 + 1 / 3) / (1 + 1 / 2 + 1 / 3 + 1 / 4))
    assert au[2] == pytest.approx(1 / (1 + 1 + 1 / 2 + 1 / 2))
    unknown = au_around_nucleotides(encode("GNAUC"))[0]
    assert unknown == pytest.approx((1 / 2 + 1 / 3) / (1 / 2 + 1 / 3 + 1 / 4))
    assert au_around_nucleotides(encode("A" + "C" * 31))[31] == 0  # 31 nt away
    assert au_around_nucleotides(encode("A")).tolist() == [0]


def test_distance_of_nucleotides_counts_the_position():
    distance = distance_of_nucleotides(np.arange(5), 5)
    assert distance.tolist() == np.log10([1, 2, 3, 2, 1]).tolist()


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ("G" * 29 + "A" + "CUACCUCA" + "G" * 30, 1 / (HARMONIC + SHIFTED)),
        ("G" * 29 + "A" + "CUACCUC" + "G" * 30, 1 / (HARMONIC + HARMONIC)),
        ("G" * 29 + "A" + "UACCUCA" + "G" * 30, 0.5 / (SHIFTED + SHIFTED)),
        ("G" * 29 + "A" + "UACCUC" + "G" * 30, 0.5 / (SHIFTED + HARMONIC)),
        (
            "G" * 29 + "N" + "CUACCUC" + "U" + "G" * 29,
            1 / (2 * HARMONIC - 1),
        ),  # N: unknown
        ("A" * 40 + "CUACCUCA" + "U" * 40, 1),
        ("G" * 40 + "CUACCUCA", 0),  # nothing downstream
        ("G" * 29 + "U" + "CUACCUCA", 1 / HARMONIC),
        (
            "G" * 15 + "CUACCUCAAU",
            (1 / 2 + 1 / 3) / (sum(1 / k for k in range(1, 16)) + 5 / 6),
        ),
    ],
)
def test_au_beside_sites_by_hand(sequence, expected):
    assert measured(au_beside_sites, sequence) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(100, 500, 2), (500, 100, 2), (100, 1, 0), (100, 0, 0), (15, 20, np.log10(15))],
)
def test_distance_of_sites_to_the_nearer_end(before, after, expected):
    sequence = "G" * before + "CUACCUCG"[: 7 + (after > 0)] + "G" * (after - 1)
    assert measured(distance_of_sites, sequence) == pytest.approx(expected)


def test_sites_of_one_strand_and_transcript_are_neighbours():
    starts = [100, 107, 147, 188, 500, 508, 540, 548]
    table = pd.DataFrame({"start": starts, "mirna": "m", "group": "guide_utr"})
    table = table.assign(transcript="t").sample(frac=1, random_state=1)
    found = mark_neighbours(table).loc[range(8)]
    assert found["neighbour"].tolist() == [0, 1, 1, 0, 1, 1, 1, 1]
    assert found["overlapping"].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    for name in ("mirna", "group", "transcript"):
        apart = table.assign(**{name: [f"other{at % 2}" for at in table.index]})
        found = mark_neighbours(apart).loc[range(8)]
        assert found["neighbour"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
        assert not found["overlapping"].any()
    assert mark_neighbours(table.iloc[:0]).empty
    assert mark_neighbours(table.iloc[:1]).to_numpy().tolist() == [[0, 0]]


def test_neighbours_are_those_of_a_loop(rng):
    table = pd.DataFrame(
        {
            "start": rng.integers(0, 900, 300),
            "mirna": rng.choice(["a", "b"], 300),
            "group": rng.choice(["guide_utr", "passenger_utr"], 300),
            "transcript": rng.choice(["t", "u"], 300),
        }
    )
    found = mark_neighbours(table)
    for at, row in table.iterrows():
        others = table.drop(at)
        keys = ["mirna", "group", "transcript"]
        own = others[(others[keys] == row[keys]).all(axis=1)]
        apart = (own["start"] - row["start"]).abs()
        assert found.loc[at, "neighbour"] == apart.between(8, 40).any()
        assert found.loc[at, "overlapping"] == (apart < 8).any()
