"""Named pairs are read or refused in one line; test pairs are positives of one set."""

import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.interpretation.selection import (
    COLUMNS,
    MOST_DRAWN,
    choose_test_pairs,
    name_sequences,
    read_named_pairs,
    usable_for_many,
)

LET7 = "UGAGGUAGUAGGUUGUAUAGUU"
NAMES = {"let-7a": LET7}


def test_pairs_are_read_by_name_or_sequence_in_any_case(table_of):
    path = table_of(
        f"id,mirna,target\na,let-7a,{'ACGT' * 12}AC\nb,{LET7[:15].lower()},cuacctca\n"
    )
    pairs = read_named_pairs(path, NAMES)
    assert list(pairs) == COLUMNS
    assert pairs["mirna_sequence"].tolist() == [LET7[:20], LET7[:15]]
    assert pairs["mirna"].tolist() == ["let-7a", ""]
    assert pairs["target"][0] == "ACGU" * 12 + "AC"
    assert pairs["target"][1] == "N" * 21 + "CUACCUCA" + "N" * 21
    assert pairs["family"].tolist() == ["GAGGUAG"] * 2
    assert pairs["drawn"].all()


def test_pairs_without_id_are_named_by_their_line(table_of):
    path = table_of("# comment\nmirna\ttarget\nlet-7a\tACG\nlet-7a\tNNN\n")
    assert read_named_pairs(path, NAMES)["id"].tolist() == ["line 3", "line 4"]
    path.write_text(path.read_text().replace("mirna\ttarget", "miRNA\tsite"))
    columns = {"mirna": "miRNA", "target": "site"}
    assert len(read_named_pairs(path, NAMES, columns)) == 2
    with pytest.raises(InputError, match=r"pair_columns: \{mirna: NAME\}"):
        read_named_pairs(path, NAMES)


def test_only_the_first_of_many_pairs_are_drawn(table_of):
    rows = "".join(f"let-7a\t{'A' * n}\n" for n in range(1, MOST_DRAWN + 4))
    pairs = read_named_pairs(table_of(f"mirna\ttarget\n{rows}"), NAMES)
    assert len(pairs) == MOST_DRAWN + 3
    assert pairs["drawn"].sum() == MOST_DRAWN


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mirna\tsite\nlet-7a\tACGU\n", ["'target' is missing"]),
        ("mirna\ttarget\n", ["no rows"]),
        ("mirna\ttarget\nlet-7b\tACGU\n", ["line 2", "'let-7b'", "let-7a"]),
        ("mirna\ttarget\nUGAGGXAGUAGGUUGUA\tACGU\n", ["line 2", "'UGAGGXAGUAGGUUGUA'"]),
        (f"mirna\ttarget\n{LET7[:14]}\tACGU\n", ["line 2", "14 nt"]),
        (f"mirna\ttarget\n{LET7}N\tACGU\n", ["line 2", "unknown nucleotide"]),
        ("mirna\ttarget\nlet-7a\tACGJ\n", ["line 2", "'J'"]),
        (f"mirna\ttarget\nlet-7a\t{'A' * 51}\n", ["line 2", "a target of 51 nt"]),
        ("mirna\ttarget\nlet-7a\tNA\n", ["line 2", "missing"]),
        (f"mirna\ttarget\nlet-7a\tACG\n{LET7}\tacg\n", ["line 3", "line 2"]),
        ("id\tmirna\ttarget\nx\tlet-7a\tA\nx\tlet-7a\tC\n", ["line 3", "id 'x'"]),
        ("id\tmirna\ttarget\nx\tlet-7a\tA\n\tlet-7a\tC\n", ["line 3", "id is missing"]),
    ],
)
def test_bad_tables_are_refused(table_of, text, words):
    with pytest.raises(InputError) as refusal:
        read_named_pairs(table_of(text, "named.tsv"), NAMES)
    for word in ("named.tsv", *words):
        assert word in str(refusal.value)


@pytest.fixture
def test_pairs(random_rna):
    rows = [
        (test_set, "x", random_rna(20), "f", random_rna(50), label, p)
        for test_set in ("random", "unseen_target")
        for label, p in ((0, 0.9), (1, 0.2), (1, 0.4), (1, 0.6), (1, 0.8))
    ]
    names = ["test_set", "mirna", "mirna_sequence", "family", "target", "label"]
    names += ["prediction"]
    return pd.DataFrame(rows, columns=names)


def test_positives_of_the_first_test_set_are_chosen_and_called_ones_drawn(test_pairs):
    chosen = choose_test_pairs(test_pairs, 2, 100, 1)
    assert sorted(chosen["id"]) == [f"unseen_target {row}" for row in (6, 7, 8, 9)]
    drawn = chosen.loc[chosen["drawn"], "id"]
    assert sorted(drawn) == ["unseen_target 8", "unseen_target 9"]
    assert choose_test_pairs(test_pairs, 3, 1, 1)["drawn"].sum() == 3
    pd.testing.assert_frame_equal(chosen, choose_test_pairs(test_pairs, 2, 100, 1))


def test_no_positive_is_one_clear_line(test_pairs):
    with pytest.raises(InputError, match="test set unseen_target holds no positive"):
        choose_test_pairs(test_pairs[test_pairs["label"] == 0], 2, 100, 1)


def test_scanned_mirnas_go_before_those_of_test_pairs():
    mirnas = pd.DataFrame({"mirna": ["a"], "sequence": [LET7]})
    test = pd.DataFrame({"mirna": ["a", "b"], "mirna_sequence": [LET7[:20], "ACG"]})
    assert name_sequences(mirnas, test) == {"a": LET7, "b": "ACG"}


def test_named_and_failed_pairs_do_not_count_among_many():
    pairs = pd.DataFrame(
        {"source": ["named", "random", "random"], "additive": [True, True, False]}
    )
    assert usable_for_many(pairs).tolist() == [False, True, False]
    with pytest.raises(InputError, match="no test pair"):
        usable_for_many(pairs[pairs["source"] == "named"])
