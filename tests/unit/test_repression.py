"""Fold changes, TargetScan scores and folds."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.errors import InputError
from mirsignal.mirnas import read_mirnas
from mirsignal.repression import (
    part_pairs,
    read_fold_changes,
    read_targetscan,
    split_genes,
)
from mirsignal.transcripts import read_transcripts

MIRNAS = pd.DataFrame(
    {
        "mirna": ["let-7a", "let-7c", "miR-1"],
        "sequence": ["UGAGGUAGUAGGUU", "UGAGGUAGUAGGUA", "UGGAAUGUAAAGAA"],
    }
)
GENES = pd.Series(["NM_1", "NM_2", "TP53"])


def test_fold_changes_by_hand(table_of):
    path = table_of(
        "id\tlet-7a\tmiR-1\tmiR-9\n"
        "NM_1.4\t-1\tN/A\t5\n"  # version stripped, N/A left out
        "NM_2\t-0.5\t0.25\t5\n"
        "NM_2.1\t-1.5\tNA\t5\n"  # averaged with the row before
        "NM_9\t3\t3\t5\n"  # not a gene of ours
    )
    table, counts = read_fold_changes(path, MIRNAS, GENES, "id")
    assert table.values.tolist() == [
        ["let-7a", "NM_1", -1.0],
        ["let-7a", "NM_2", -1.0],
        ["miR-1", "NM_2", 0.25],
    ]
    assert counts == {
        "rows": 4,
        "rows_of_known_genes": 3,
        "genes_on_several_rows": 1,
        "mirnas_without_column": 1,
        "pairs": 3,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gene\tlet-7a\nNM_7\t1\n", "none of its 1 ids .*'NM_7'"),
        ("gene\tlet7\nNM_1\t1\n", "no column is named like"),
        ("gene\tlet-7a\nNM_1\tlow\n", "line 2: 'low'"),
        ("gene\tlet-7a\nNM_1\t-inf\n", "line 2: '-inf'"),
        ("symbol\tlet-7a\nNM_1\t1\n", "'gene' is missing"),
    ],
)
def test_fold_changes_that_do_not_join_are_refused(table_of, text, message):
    with pytest.raises(InputError, match=message):
        read_fold_changes(table_of(text), MIRNAS, GENES)


def test_targetscan_scores_stand_for_families(table_of):
    path = table_of(
        "set\tfeature\tscore\n"
        "GAGGTAG\tTP53\t-0.2\n"  # T or U; both let-7 have it
        "GAGGUAG\tTP53\t-0.4\n"  # the strongest counts
        "GAGGUAG\tNM_2.3\tNA\n"  # absent stays absent
        "CCCCCCC\tTP53\t-0.9\n"
    )
    columns = {"seed": "set", "gene": "feature"}
    assert read_targetscan(path, MIRNAS, columns).values.tolist() == [
        ["let-7a", "TP53", -0.4],
        ["let-7c", "TP53", -0.4],
    ]


def test_targetscan_scores_by_mirna(table_of):
    path = table_of("mirna\tgene\tscore\nmiR-1\tNM_2.3\t-0.1\nmiR-9\tTP53\t-1\n")
    assert read_targetscan(path, MIRNAS, {}).values.tolist() == [["miR-1", "NM_2", -0.1]]


@given(st.lists(st.integers(0, 99), min_size=20), st.integers(0, 9))
def test_folds_keep_genes_whole_and_equal(numbers, seed):
    genes = pd.Series([f"g{number}" for number in numbers])
    n_folds = min(5, genes.nunique())
    folds = split_genes(genes, n_folds, seed)
    assert sorted(folds["gene"]) == sorted(genes.unique())  # each once, so in one fold
    sizes = folds["fold"].value_counts()
    assert len(sizes) == n_folds
    assert sizes.max() - sizes.min() <= 1
    shuffled = split_genes(genes[::-1], n_folds, seed)
    pd.testing.assert_frame_equal(folds, shuffled)  # order of the input does not matter


def test_more_folds_than_genes_are_refused():
    with pytest.raises(InputError, match="3 genes cannot make 4 folds"):
        split_genes(GENES, 4, seed=1)


@pytest.mark.realdata
def test_hct116_subset_joins_to_the_known_number_of_pairs(root, shared_data):
    mirnas = read_mirnas(root / "resources" / "mirnas_hct116.tsv")
    columns = {"transcript": "gene_symbol", "sequence": "utr3_seq"}
    path = shared_data / "transcripts" / "human_3utr_fcgenes.tsv.gz"
    genes = pd.Series([name for name, _ in read_transcripts(path, columns)])
    table, counts = read_fold_changes(
        shared_data / "foldchange" / "hct116_7mirna_log2fc.csv",
        *(mirnas, genes, "Gene symbol"),
    )
    assert (len(genes), counts["pairs"], len(table)) == (3298, 22272, 22272)
    scores = read_targetscan(
        shared_data / "targetscan" / "targetscan_conserved_cwcs.tsv.gz",
        *(mirnas, {"seed": "set", "gene": "feature"}),
    )
    assert not scores.duplicated(["mirna", "gene"]).any()
    covered = table.merge(scores, on=["mirna", "gene"])
    assert 0.05 < len(covered) / len(table) < 0.1  # FINDINGS: 93% are absent


def test_pairs_are_labelled_by_the_fold_of_their_gene():
    genes = [f"g{number}" for number in range(4)]
    transcripts = pd.DataFrame({"transcript": ["t0", *"abcd"], "gene": ["g0", *genes]})
    folds = pd.DataFrame({"gene": genes, "fold": [0, 1, 2, 3]})
    measured = pd.DataFrame({"mirna": "m", "gene": genes[:3], "log2fc": [-1, 2, -3.0]})
    scanned = pd.DataFrame({"mirna": "m", "transcript": ["t0", *"abcd"], "number": 1})
    tables = (scanned, transcripts, folds, measured)
    pairs = part_pairs(*tables, fold=1, clip_positive=True).set_index("transcript")
    parts = {"t0": "train", "a": "train", "b": "test", "c": "validation"}
    assert pairs["part"].to_dict() == parts
    assert pairs["target"].to_dict() == {"t0": -1, "a": -1, "b": 0, "c": -3}
    assert (pairs["number"] == 1).all()
    kept = part_pairs(*tables, fold=3, clip_positive=False)
    assert set(kept["part"]) == {"validation", "train"}, "the fold after the last is 0"
    assert kept["target"].max() == 2
    with pytest.raises(InputError, match="no scanned transcript has a measured"):
        part_pairs(scanned.assign(mirna="n"), *tables[1:], fold=1, clip_positive=True)
