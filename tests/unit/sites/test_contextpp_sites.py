"""Sites of the context++ model by hand: let-7a, whose nt 2-8 pair with CUACCUC."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.sites.contextpp_sites import FIRST, count_word, find_context_sites, join
from mirsignal.sites.seed_sites import match_sites

LET7 = "UGAGGUAGUAGGUUGUAUAGUU"


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
def test_sites_by_hand(before, site, expected):
    table = find_context_sites(LET7, join(["G" * before + site]))
    found = list(table.drop(columns="number").itertuples(index=False, name=None))
    assert found == ([] if expected is None else [expected])


@given(st.lists(st.text("ACGUN", max_size=60), max_size=5), st.integers(0, 99))
def test_joined_transcripts_have_the_sites_of_each_alone(fillers, seed):
    rng = np.random.default_rng(seed)
    sequences = [
        filler + rng.choice(["CUACCUCA", "UACCUC"]) + filler for filler in fillers
    ] + ["UACC", "UCA"]  # a site is not put together from two transcripts
    table = find_context_sites(LET7, join(sequences))
    for number, sequence in enumerate(sequences):
        rows = table.loc[table["number"] == number, ["start", "end", "site_type"]]
        later = [site for site in match_sites(LET7, sequence) if site[0] >= FIRST]
        ours = [tuple(row) for row in rows.to_numpy() if row[0] > FIRST]
        assert ours == [site for site in later if site[0] > FIRST]
        assert len(rows) >= len(later)


def test_words_are_counted_with_overlaps():
    joined = join(["AAAA", "", "AAC", "AAN"])
    assert count_word(joined, "AA").tolist() == [3, 0, 1, 1]
    assert count_word(joined, "AA", unless_before="C").tolist() == [3, 0, 0, 1]
