"""Seed sites by hand: let-7a, whose nt 2-8 GAGGUAG pair with CUACCUC."""

import numpy as np
import pytest

from mirsignal.sites.seed_sites import SITE_TYPES, count_sites, find_sites, match_sites

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
    assert find_sites(LET7, transcript)["site_type"].tolist() == [k for *_, k in expected]


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
