"""Families of data sets are left out of pairs, as long as enough is left."""

import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.samples.families import leave_families_out, without_families

OWN, OTHER = "UGAGGUAGUAGGUUGUAUAGUU", "UGGAAUGUAAAGAAGUAUGUAU"


@pytest.fixture
def strands(tmp_path):
    path = tmp_path / "strands.tsv"
    path.write_text(f"# mirna: name\nmirna\tsequence\tpassenger\na\t{OWN}\t\n")
    return path


def pairs_of(sequences):
    """Return a positive and a negative of each sequence in either split."""
    rows = [
        (sequence, label, split)
        for sequence in sequences
        for label in (0, 1)
        for split in ("train", "validation")
    ]
    return pd.DataFrame(rows, columns=["mirna_sequence", "label", "split"])


def test_pairs_of_a_seed_that_a_strand_has_are_left_out():
    pairs = pd.DataFrame(
        {"mirna_sequence": ["AGAGGUAGUCC", "UGAGGUAGUAG", "UUAUACAACCA", "UGAGGUACUAG"]}
    )
    strands = pd.DataFrame(
        {"sequence": ["UGAGGUAGUAGG", "UAAAAAAAUUU"], "passenger": ["CUAUACAACCUA", None]}
    )
    assert without_families(pairs, strands).index.tolist() == [3]


def test_what_is_left_of_each_table_is_returned(strands):
    windows = pd.DataFrame({"mirna_sequence": [OTHER, OWN]})
    left = leave_families_out([pairs_of([OWN, OTHER]), windows], [strands])
    assert [set(table["mirna_sequence"]) for table in left] == [{OTHER}, {OTHER}]
    assert len(left[0]) == 4


@pytest.mark.parametrize(
    "table",
    [
        pairs_of([OWN]),
        pairs_of([OTHER]).query("split == 'train' or label == 0"),
        pd.DataFrame({"mirna_sequence": [OWN]}),
    ],
)
def test_too_little_left_is_refused(table, strands):
    with pytest.raises(InputError, match="too many to leave them out; set `blind`"):
        leave_families_out([table], [strands])
