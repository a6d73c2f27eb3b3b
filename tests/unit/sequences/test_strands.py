"""Passenger strands, and which strand of a duplex is loaded."""

import logging

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.files.atomic import write_table
from mirsignal.files.schemas import find_table
from mirsignal.sequences.codes import reverse_complement
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.sequences.strands import (
    ASSUMED_FACTOR,
    BLOCKED_SHARE,
    LEAST,
    WEAKEST,
    Duplex,
    load_strands,
    measure_duplex,
    passenger_loading,
    passenger_strand,
    read_strands,
)

LET7 = "UGAGGUAGUAGGUUGUAUAGUU"
LIKE_SIRNA = "CUAUACAACCUACUACCUCAUU"


def loading(guide, passenger):
    return passenger_loading(measure_duplex(guide, passenger))


def load(table_of, *rows):
    header = "mirna\tsequence\tpassenger\tpassenger_share"
    lines = [header, *("\t".join(row) for row in rows)]
    return load_strands(read_mirnas(table_of("\n".join(lines) + "\n")), "table.tsv")


def test_passenger_pairs_with_all_but_two_nucleotides():
    mirna = "UGAGGUAGUAGGUUGUAUGGUU"
    passenger = passenger_strand(mirna)
    assert passenger == "CCAUACAACCUACUACCUCAUU"
    assert reverse_complement(passenger[:-2]) == mirna[:-2]


def test_energies_by_hand():
    """Stacks of Turner 2004: opening an end costs its two stacks; the mismatch that is
    left stacks on the third pair (1.1 and 0.6), which pays 0.5 where it is a U."""
    guide = "GACUCAGUCAGCUGACGGACG"
    duplex = measure_duplex(guide, reverse_complement(guide))
    assert duplex.guide_end == pytest.approx(2.4 + 2.2 - 1.1, abs=0.05)
    assert duplex.passenger_end == pytest.approx(2.4 + 2.2 + 0.5 - 0.6, abs=0.05)


def test_binding_by_hand():
    """Stacks of Turner 2004, start of a helix 4.1; neither strand folds alone."""
    guide = "GAGAGAACACAGAGAGGAAC"
    energies = {"GA": -2.4, "AG": -2.1, "AA": -0.9, "AC": -2.2, "CA": -2.1, "GG": -3.3}
    stacks = sum(energies[guide[at : at + 2]] for at in range(len(guide) - 1))
    found = measure_duplex(guide, reverse_complement(guide)).binding
    assert found == pytest.approx(stacks + 4.1, abs=0.3)
    assert measure_duplex("A" * 12, "A" * 12).binding == np.inf


def test_odds_fall_by_e_for_each_step_of_the_scale():
    assert passenger_loading(Duplex(-30, 5.2, 3.0)) == pytest.approx(0.5)
    assert passenger_loading(Duplex(-30, 4.1, 3.0)) == pytest.approx(1 / (1 + np.e))
    assert passenger_loading(Duplex(-30, 6.3, 3.0)) == pytest.approx(1 / (1 + 1 / np.e))


def test_ends_are_those_of_the_duplex_that_is_there():
    """The rule of the first nucleotides alone gave all of these the same share."""
    shares = {
        "as an siRNA": loading(LET7, LIKE_SIRNA),
        "mismatch at the guide's end": loading(LET7, LIKE_SIRNA[:-3] + "CUU"),
        "wobble at its second pair": loading(LET7, LIKE_SIRNA[:-4] + "UAUU"),
    }
    order = sorted(shares, key=shares.__getitem__, reverse=True)
    assert order == list(shares)
    assert shares["wobble at its second pair"] < 0.3 * shares["as an siRNA"]


def test_mismatch_at_the_passengers_own_end_loads_it():
    usual = loading(LET7, LIKE_SIRNA)
    assert loading(LET7, "G" + LIKE_SIRNA[1:]) > 2 * usual
    assert loading(LET7, LIKE_SIRNA[:9] + "AA" + LIKE_SIRNA[11:]) == pytest.approx(
        usual, abs=0.01
    )  # in the middle it changes no end


def test_overhangs_hold_the_end_that_they_lie_on():
    overhanging = measure_duplex(LET7, LIKE_SIRNA)
    bare = measure_duplex(LET7, LIKE_SIRNA[:-2])  # guide's end loses its neighbour
    blunt = measure_duplex(LET7, reverse_complement(LET7))
    assert bare.guide_end < overhanging.guide_end
    assert bare.passenger_end == pytest.approx(overhanging.passenger_end, abs=0.01)
    assert blunt.passenger_end < bare.passenger_end  # A:U pairs are its end now


def test_transfections_of_hct116(root):
    """In its transfection miR-103a's passenger does as much as miR-103a, the others'
    little (docs/repression.md)."""
    mirnas = read_mirnas(root / "resources" / "mirnas_hct116.tsv")
    for source, strongest, others in (("table", 0.417, 0.11), ("assumed", 0.104, 0.051)):
        table = load_strands(mirnas.assign(passenger_source=source), "")
        share = table.set_index("mirna")["passenger_share"]
        assert share.pop("hsa-miR-103a-3p") == pytest.approx(strongest, abs=0.005)
        assert len(share) == 6
        assert share.between(LEAST, others).all()


@pytest.mark.parametrize(
    ("guide", "mimic", "before", "share"),
    [
        ("UGGAGUGUGACAAUGGUGUUUG", "AACACCAUUGUCACACUCUAAU", 0.62, 0.19),  # miR-122
        ("UGAUUGUCCAAACGCAAUUCU", "AAUUGCGUUUGGACAAUUAAU", 0.65, 0.22),  # miR-219a
    ],
)
def test_mimics_with_designed_mismatches_load_their_guide(guide, mimic, before, share):
    """Duplexes of McGeary 2019 (data S1); siRNAs of the same guides would not."""
    assert loading(guide, passenger_strand(guide)) == pytest.approx(before, abs=0.01)
    assert loading(guide, mimic) == pytest.approx(share, abs=0.01)


def test_table_says_what_was_transfected(table_of, caplog):
    caplog.set_level(logging.INFO, "mirsignal")
    table = load(
        table_of,
        ("given", LET7, LIKE_SIRNA, "NA"),
        ("unknown", LET7[:-1], "NA", "NA"),
        ("single", LET7[1:], "none", "NA"),
        ("sealed", LET7[2:], "blocked", "NA"),
        ("shared", LET7[3:], LIKE_SIRNA, "0.3"),
    ).set_index("mirna")
    assert table["passenger_source"].tolist() == [
        "table",
        "assumed",
        "none",
        "blocked",
        "table",
    ]
    assert table["share_source"].tolist() == ["ends", "ends", "none", "blocked", "table"]
    assert table["passenger_share"].tolist() == [
        pytest.approx(0.229, abs=0.001),
        pytest.approx(ASSUMED_FACTOR * 0.438, abs=0.001),
        0,
        BLOCKED_SHARE,
        0.3,
    ]
    assert table["passenger"].isna().tolist() == [False, False, True, False, False]
    assert table["duplex_energy"].isna().tolist() == [False, False, True, True, True]
    strands = find_table("results/a/inputs/strands.tsv")
    assert set(strands.columns) <= {"mirna", *table.columns}
    assert [record.getMessage() for record in caplog.records][2:] == [
        "single: passenger - (none), share 0.000 (none)",
        "sealed: passenger CUAUACAACCUACUACCUUU (blocked), share 0.020 (blocked)",
        f"shared: passenger {LIKE_SIRNA} (table), share 0.300 (table)",
    ]


def test_passenger_that_cannot_pair_is_refused_unless_it_has_a_share(table_of):
    strands = ("let-7a", LET7, "AA" + "C" * 21)
    with pytest.raises(InputError, match=r"table.tsv: .* AAC+ of let-7a does not pair"):
        load(table_of, (*strands, "NA"))
    assert load(table_of, (*strands, "0.1"))["passenger_share"][0] == 0.1


def test_assumed_passenger_is_never_refused(table_of):
    """The shortest miRNAs that pair least."""
    rows = [(f"poly{letter}", letter * 15, "NA", "NA") for letter in "ACGU"]
    assert (load(table_of, *rows)["duplex_energy"] < WEAKEST).all()


def test_no_mirnas_give_no_rows():
    columns = ["mirna", "sequence", "passenger", "passenger_source", "passenger_share"]
    assert load_strands(pd.DataFrame(columns=columns), "").empty


def test_names_of_mirnas_stay_text_from_job_to_job(table_of, tmp_path):
    rows = "".join(
        f"{name}\tUGAGGUAGUAGGUUGUAUAG{end}\n"
        for name, end in (("007", "UU"), ("1e5", "UA"), ("None", "UC"))
    )
    table = table_of("mirna\tsequence\n" + rows)
    strands = load_strands(read_mirnas(table), table)
    write_table(tmp_path / "results/s/inputs/strands.tsv", strands)
    read = read_strands(tmp_path / "results/s/inputs/strands.tsv")
    assert read["mirna"].tolist() == ["007", "1e5", "None"]
    assert read["passenger_share"].dtype == float
