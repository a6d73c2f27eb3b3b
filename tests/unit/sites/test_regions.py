"""Sites of both strands in both regions, planted one by one."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.sequences.codes import reverse_complement
from mirsignal.sequences.strands import passenger_strand
from mirsignal.sites.contextpp import fill_typical, score_sites, tabulate_sites
from mirsignal.sites.regions import GROUPS, tabulate_regions

GUIDE = "UGAGGUAGUAGGUUGUAUAGUU"
PASSENGER = passenger_strand(GUIDE)
SHARE = 0.2


def site_of(strand):
    return reverse_complement(strand[1:8]) + "A"


@pytest.fixture
def tabulated(coefficients):
    """Return a function: sequences, frames, genes -> sites of both strands."""

    def run(sequences, orfs, genes, passenger=PASSENGER, share=SHARE):
        rows = {"mirna": "m", "sequence": GUIDE, "passenger": passenger}
        mirnas = pd.DataFrame([rows | {"passenger_share": share}])
        transcripts = pd.DataFrame({"transcript": list(sequences), "gene": genes})
        orfs = pd.Series(orfs, index=list(sequences))
        sites = tabulate_sites(mirnas, sequences, orfs)
        filled = fill_typical(sites, coefficients)
        sites["contextpp"] = score_sites(filled, coefficients)
        return tabulate_regions(
            mirnas, transcripts, sequences, orfs, sites, None, coefficients
        )

    return run


def test_every_strand_and_region_is_found_where_it_was_planted(tabulated):
    guide, passenger = site_of(GUIDE), site_of(PASSENGER)
    gap = "C" * 40
    utr = gap + guide + gap + passenger + gap
    orf = gap + passenger + gap + gap + guide + gap
    table = tabulated({"t": utr}, [orf], ["g"]).set_index("group")
    assert table["start"].to_dict() == {
        "guide_utr": 40,
        "passenger_utr": 88,
        "guide_orf": 128,
        "passenger_orf": 40,
    }
    assert set(table.index) == set(GROUPS)
    assert (table["site_type"] == "8mer").all()
    assert (table["contextpp"] < 0).all()
    assert table["weight"].to_dict() == {
        "guide_utr": 1 - SHARE,
        "guide_orf": 1 - SHARE,
        "passenger_utr": SHARE,
        "passenger_orf": SHARE,
    }


def test_mirna_without_a_passenger_has_sites_of_the_guide_alone(tabulated):
    utr = "C" * 40 + site_of(GUIDE) + "C" * 40 + site_of(PASSENGER) + "C" * 40
    table = tabulated({"t": utr}, [utr], ["g"], passenger=None, share=0.0)
    assert table["group"].tolist() == ["guide_utr", "guide_orf"]
    assert (table["weight"] == 1).all()


def test_isoforms_share_the_weight_of_their_gene(tabulated):
    utr = "C" * 40 + site_of(GUIDE) + "C" * 40
    table = tabulated({"a": utr, "b": utr, "c": utr}, ["", "", ""], ["g", "g", "h"])
    assert table.set_index("transcript")["weight"].to_dict() == {
        "a": (1 - SHARE) / 2,
        "b": (1 - SHARE) / 2,
        "c": 1 - SHARE,
    }
    assert table["gene"].tolist() == ["g", "g", "h"]


def test_no_site_and_no_frame_give_an_empty_table(tabulated):
    table = tabulated({"t": "C" * 100}, [""], ["g"])
    assert table.empty
    assert np.isin(["group", "weight", "contextpp"], table.columns).all()
