"""Seed sites by hand: let-7a, whose nt 2-8 GAGGUAG pair with CUACCUC."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.sites.seed_sites import (
    CLEARED,
    SITE_TYPES,
    count_sites,
    count_word,
    find_sites,
    join,
    match_sites,
)

LET7 = "UGAGGUAGUAGGUUGUAUAGUU"


@pytest.mark.parametrize(
    ("transcript", "expected"),
    [
        ("GGGCUACCUCAGGG", [(3, 11, "8mer")]),
        ("GGGCUACCUCGGGG", [(3, 10, "7mer-m8")]),
        ("GGGGUACCUCAGGG", [(4, 11, "7mer-A1")]),
        ("GGGGUACCUCGGGG", [(4, 10, "6mer")]),
        ("CUACCUCA", [(0, 8, "8mer")]),  # at both ends
        ("UACCUC", [(0, 6, "6mer")]),  # nothing beside it
        ("GGGGUACCNCAGGG", []),  # N pairs with nothing
        ("CUACCUCACUACCUCU", [(0, 8, "8mer"), (8, 15, "7mer-m8")]),
        ("", []),
    ],
)
def test_site_types_by_hand(transcript, expected):
    assert match_sites(LET7, transcript) == expected
    counts = [[kind for *_, kind in expected].count(name) for name in SITE_TYPES]
    np.testing.assert_array_equal(count_sites(LET7, transcript), counts)


def test_overlapping_sites_are_both_found():
    mirna = "UUAUAUACGGGG"  # nt 2-7 UAUAUA pair with UAUAUA
    starts = [start for start, *_ in match_sites(mirna, "CCUAUAUAUACC")]
    assert starts == [2, 4]


def test_counts_equal_those_of_plain_strings(rng):
    transcript = "".join(rng.choice(["CUACCUC", "UACCUC", "A", "G"], 500))
    core, m8, a1, both = (
        sum(transcript.startswith(site, at) for at in range(len(transcript)))
        for site in ("UACCUC", "CUACCUC", "UACCUCA", "CUACCUCA")
    )
    expected = [both, m8 - both, a1 - both, core - m8 - a1 + both]
    assert count_sites(LET7, transcript).tolist() == expected


@pytest.mark.parametrize(
    ("before", "site", "expected"),
    [
        (20, "CUACCUCAGG", (20, 28, "8mer", 20)),
        (20, "CUACCUCGGG", (20, 27, "7mer-m8", 20)),
        (20, "GUACCUCAGG", (21, 28, "7mer-A1", 20)),
        (20, "GUACCUCGGG", (21, 27, "6mer", 20)),
        (20, "CUACCUCNGG", (20, 27, "7mer-m8", 20)),  # N is no A
        (20, "NUACCUCAGG", (21, 28, "7mer-A1", 20)),  # and pairs with nothing
        (20, "CUACCUC", (20, 27, "7mer-m8", 20)),  # at the very end
        (15, "CUACCUCAGG", (15, 23, "8mer", 15)),  # the first that counts
        (14, "CUACCUCAGG", (15, 22, "7mer-A1", 14)),  # loses the pair of nt 8
        (14, "CUACCUCGGG", (15, 21, "6mer", 14)),
        (14, "GUACCUCGGG", (15, 21, "6mer", 14)),
        (13, "GUACCUCAGG", None),
        (13, "CUACCUCAGG", None),
        (0, "UACCUCAGG", None),  # nothing before it
        (0, "", None),
    ],
)
def test_sites_without_the_cleared_nucleotides_by_hand(before, site, expected):
    table = find_sites(LET7, join(["G" * before + site]), CLEARED)
    found = list(table.drop(columns="number").itertuples(index=False, name=None))
    assert found == ([] if expected is None else [expected])


@given(st.lists(st.text("ACGUN", max_size=60), max_size=5), st.integers(0, 99))
def test_joined_transcripts_have_the_sites_of_each_alone(fillers, seed):
    rng = np.random.default_rng(seed)
    sequences = [
        filler + rng.choice(["CUACCUCA", "UACCUC"]) + filler for filler in fillers
    ] + ["UACC", "UCA"]  # a site is not put together from two transcripts
    table = find_sites(LET7, join(sequences))
    for number, sequence in enumerate(sequences):
        rows = table.loc[table["number"] == number, ["start", "end", "site_type"]]
        assert [tuple(row) for row in rows.to_numpy()] == match_sites(LET7, sequence)


def test_words_are_counted_with_overlaps():
    joined = join(["AAAA", "", "AAC", "AAN"])
    assert count_word(joined, "AA").tolist() == [3, 0, 1, 1]
    assert count_word(joined, "AA", unless_before="C").tolist() == [3, 0, 0, 1]
