"""Human miRNAs by the names that people use."""

import pytest

from mirsignal.errors import InputError
from mirsignal.sequences.catalogue import read_catalogue, resolve, resolve_all

MIR21 = "UAGCUUAUCAGACUGAUGUUGA"


@pytest.mark.parametrize(
    ("asked", "mirna"),
    [
        ("hsa-miR-21-5p", "hsa-miR-21-5p"),
        ("MIMAT0000076", "hsa-miR-21-5p"),
        ("mimat0000076 ", "hsa-miR-21-5p"),
        ("miR-21", "hsa-miR-21-5p"),
        ("MIR21", "hsa-miR-21-5p"),
        (
            "hsa\u2011miR\u201321\u22125p\u200b",
            "hsa-miR-21-5p",
        ),  # as Word has it
        ("hsa-mir-21", "hsa-miR-21-5p"),
        ("microRNA-21", "hsa-miR-21-5p"),
        ("miR-21*", "hsa-miR-21-3p"),
        ("let-7a", "hsa-let-7a-5p"),
        ("Let7a", "hsa-let-7a-5p"),
        ("miR-124", "hsa-miR-124-3p"),
        ("hsa-mir-9-1", "hsa-miR-9-5p"),  # hairpins
        ("let-7a-1", "hsa-let-7a-5p"),
        ("miR-16-1*", "hsa-miR-16-1-3p"),
        ("hsa-miR-124-3p.2", "hsa-miR-124-3p.2"),
        (MIR21, "hsa-miR-21-5p"),
        (MIR21.lower().replace("u", "t"), "hsa-miR-21-5p"),
        ("UCGAAGUAUUCCGCGUACGUU", "guide-UCGAAGUAUUCCGCGUACGUU"),
        ("5'-UCGAAGUAUUCC GCGUACGUdT-3'", "guide-UCGAAGUAUUCCGCGUACGUU"),
    ],
)
def test_a_mirna_is_found_by_name_accession_or_sequence(asked, mirna):
    assert resolve(asked)["mirna"] == mirna


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("miR-199a", "one of hsa-miR-199a-3p, hsa-miR-199a-5p"),
        ("hsa-mir-16-1", "one of hsa-miR-16-5p, hsa-miR-16-1-3p; say which"),
        ("let-7a-2", "one of hsa-let-7a-5p, hsa-let-7a-2-3p"),
        ("miR-124a", "close to it: hsa-miR-124-3p"),
        ("let-7", "hsa-let-7a-5p, hsa-let-7b-5p"),
        ("miR-200", "hsa-miR-200a-3p"),
        ("mmu-miR-21a-5p", "no human miRNA; give its sequence, or a table"),
        ("MIMAT9999999", "no human miRNA of the catalogue"),
        ("p53", "no human miRNA of the catalogue"),
        ("", "no human miRNA of the catalogue"),
        ("ACGUN" * 4, "unknown nucleotide"),
    ],
)
def test_what_is_not_clear_is_one_line_with_candidates(asked, said):
    with pytest.raises(InputError, match=said) as error:
        resolve(asked)
    assert "\n" not in str(error.value)


def test_every_name_and_accession_of_the_catalogue_means_itself():
    table = read_catalogue()
    assert table["mirna"].is_unique
    sample = table.iloc[::37]
    for row in sample.itertuples():
        assert resolve(row.mirna)["sequence"] == row.sequence
        if row.accession:
            assert resolve(row.accession)["mirna"] == row.mirna


def test_a_sequence_that_is_asked_for_twice_is_one_mirna():
    table = resolve_all(["miR-21", MIR21, "let-7a"])
    assert table["mirna"].tolist() == ["hsa-miR-21-5p", "hsa-let-7a-5p"]
    assert resolve_all([]).empty


@pytest.mark.parametrize("asked", ["miR-214", "miR-214*", "miR-766"])
def test_an_arm_is_asked_for_where_the_older_one_is_conserved_less(asked):
    with pytest.raises(InputError, match=r"is one of hsa-miR-.*-5p.* say which"):
        resolve(asked)


@pytest.mark.parametrize("asked", ["miR-17-92", "miR-143-145", "miR-106b-25"])
def test_a_cluster_is_no_mirna(asked):
    with pytest.raises(InputError, match="is no human miRNA of the catalogue"):
        resolve(asked)
