"""Features of context++ by hand, on toys around a let-7a site; a G pairs with nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.sites.contextpp_features import (
    count_offset_6mers,
    describe_sites,
    three_prime_pairing,
)
from mirsignal.sites.seed_sites import CLEARED, find_sites, join

LET7 = "UGAGGUAGUAGGUUGUAUAGUU"


def measured(function, sequence, *arguments):
    """Return what a feature function gives for the first site of `sequence`."""
    joined = join([sequence])
    return function(*arguments, find_sites(LET7, joined, CLEARED), joined)[0]


@pytest.mark.parametrize(
    ("upstream", "site", "expected"),
    [
        ("", "CUACCUCA", 0),
        ("ACAAGGGG", "CUACCUCA", 4),  # nt 13-16 opposite their place
        ("ACAAGGGGGG", "CUACCUCA", 4),  # 2 nt further is free
        ("ACAAGGGGGGG", "CUACCUCA", 3.5),
        ("ACAAGG", "CUACCUCA", 4),
        ("UACAAGGGG", "CUACCUCA", 4.5),  # and nt 17
        ("UA", "CUACCUCA", 1),  # nt 9 and 10
        ("A", "CUACCUCA", 0),  # a single pair does not count
        ("UAG", "UACCUC", 1),  # a 6mer, whose nt 9 lies opposite the same place,
        ("UA", "UACCUC", 0),  # and nothing pairs opposite nt 8,
        ("UA", "UACCUCA", 1),  # but in a 7mer-A1: shifted by one
    ],
)
def test_three_prime_pairing_by_hand(upstream, site, expected):
    sequence = "G" * 30 + upstream + site + "G" * 30
    assert measured(three_prime_pairing, sequence, LET7) == expected


def slow_pairing(mirna, utr, start, kind, p8):
    """Return the same score by plain loops over offsets and runs."""
    pairs = {("A", "U"), ("U", "A"), ("G", "C"), ("C", "G")}
    first, anchor = (8, p8) if kind == "7mer-A1" else (9, p8 - 1)
    best = 0.0
    for offset in range(-30, 31):
        run, length = 0.0, 0
        for nt in range(first, len(mirna) + 1):
            at = anchor - (nt - first) - offset
            inside = start - 15 <= at <= anchor
            if inside and (mirna[nt - 1], utr[at]) in pairs:
                run, length = run + (1 if 13 <= nt <= 16 else 0.5), length + 1
            else:
                run, length = 0.0, 0
            if length >= 2:
                best = max(best, run - max(0, (abs(offset) - 2) / 2))
    return best


@given(
    st.text("ACGU", min_size=15, max_size=24),
    st.text("ACGUN", min_size=15, max_size=40),
    st.sampled_from("ACGU"),
    st.sampled_from("AC"),
)
def test_three_prime_pairing_equals_plain_loops(mirna, upstream, before, after):
    core = mirna[1:7].translate(str.maketrans("ACGU", "UGCA"))[::-1]
    utr = upstream + before + core + after
    joined = join(["ACGU" * 9, utr])
    sites = find_sites(mirna, joined, CLEARED)
    fast = three_prime_pairing(mirna, sites, joined)
    for score, row in zip(fast, sites.itertuples(), strict=True):
        sequence = ("ACGU" * 9, utr)[row.number]
        place = (row.start, row.site_type, row.p8)
        assert score == slow_pairing(mirna, sequence, *place)


def test_offset_6mers_are_matches_to_nt_3_8_alone():
    sequences = ["GCUACCUGG", "GCUACCUCA", "GCUACCU", "CUACCUACUACCU", "GCUACCUN", ""]
    assert count_offset_6mers(LET7, join(sequences)).tolist() == [1, 0, 1, 2, 1, 0]


def test_site_is_described_by_its_own_transcript():
    sequences = ["G" * 50, "CUACCUAG" + "G" * 12 + "AUACCUC" + "U" * 10]
    joined = join(sequences)
    (row,) = describe_sites(LET7, joined).to_dict("records")
    assert (row["number"], row["start"], row["site_type"]) == (1, 21, "6mer")
    assert (row["off6m"], row["site8"], row["srna1"], row["srna8"]) == (1, "A", "U", "G")
    assert row["utr_length"] == pytest.approx(np.log10(37))
