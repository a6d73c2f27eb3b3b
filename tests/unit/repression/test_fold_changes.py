"""Fold changes and folds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.errors import InputError
from mirsignal.repression.fold_changes import read_fold_changes
from mirsignal.repression.folds import label_pairs, part_pairs, split_genes
from mirsignal.repression.targetscan import read_targetscan
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.sequences.transcripts import read_transcripts

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
        ("gene\tID\tlet-7a\n1\tNM_1\t1\n", r"id_column: NAME\} \(it has: ID, let-7a\)"),
        ("gene\tlet-7a\nTP-53\t1\n", "as inputs: transcripts: genes"),
        ("gene\tlet-7a\nNM_1\tNA\nNM_2\tNA\n", "all are missing"),
        ("gene\tlet7\nNM_1\t1\n", "no column is named like"),
        ("gene\tlet-7a\nNM_1\tlow\n", "line 2: 'low'"),
        ("gene\tlet-7a\nNM_1\t-inf\n", "line 2: '-inf'"),
        ("symbol\tlet-7a\nNM_1\t1\n", "'gene' is missing"),
    ],
)
def test_fold_changes_that_do_not_join_are_refused(table_of, text, message):
    with pytest.raises(InputError, match=message):
        read_fold_changes(table_of(text), MIRNAS, GENES)


@pytest.mark.parametrize(
    ("of", "warning"),
    [
        (lambda ratio: ratio, "no value of column 'let-7a' is below 0"),
        (lambda ratio: ratio if ratio > 1 else -1 / ratio, "between -1 and 1"),
        (np.log2, ""),
    ],
)
def test_fold_changes_that_are_not_log2_are_told(table_of, caplog, of, warning):
    ratios = np.linspace(0.4, 2.41, 40)
    rows = "".join(f"NM_{n}\t{of(ratio):.4f}\n" for n, ratio in enumerate(ratios))
    with caplog.at_level("WARNING", logger="mirsignal"):
        read_fold_changes(table_of("gene\tlet-7a\n" + rows), MIRNAS, GENES)
    assert warning in caplog.text
    assert bool(caplog.text) == bool(warning)


def test_a_mirna_whose_column_is_empty_is_told(table_of, caplog):
    path = table_of("gene\tlet-7a\tlet-7c\tmiR-1\nNM_1\t1\t1\tNA\n")
    with caplog.at_level("INFO", logger="mirsignal"):
        read_fold_changes(path, MIRNAS, GENES)
    assert "1 of 3 miRNAs have no fold changes: miR-1" in caplog.text


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


def test_hct116_subset_joins_to_the_known_number_of_pairs(root, public_data):
    mirnas = read_mirnas(root / "resources" / "mirnas_hct116.tsv")
    columns = {"transcript": "gene_symbol", "sequence": "utr3_seq"}
    path = public_data / "transcripts" / "human_3utr_fcgenes.tsv.gz"
    genes = pd.Series([name for name, _ in read_transcripts(path, columns)])
    table, counts = read_fold_changes(
        public_data / "foldchange" / "hct116_7mirna_log2fc.csv",
        mirnas,
        genes,
        "Gene symbol",
    )
    assert (len(genes), len(table)) in [(14, 97), (3298, 22272)]
    assert counts["pairs"] == len(table)
    scores = read_targetscan(
        public_data / "targetscan" / "targetscan_conserved_cwcs.tsv.gz",
        mirnas,
        {"seed": "set", "gene": "feature"},
    )
    assert not scores.duplicated(["mirna", "gene"]).any()
    covered = table.merge(scores, on=["mirna", "gene"])
    if len(genes) > 14:
        assert 0.05 < len(covered) / len(table) < 0.1  # FINDINGS: 93% are absent


def test_pairs_are_labelled_by_the_fold_of_their_gene():
    genes = [f"g{number}" for number in range(4)]
    transcripts = pd.DataFrame({"transcript": ["t0", *"abcd"], "gene": ["g0", *genes]})
    folds = pd.DataFrame({"gene": genes, "fold": [0, 1, 2, 3]})
    measured = pd.DataFrame({"mirna": "m", "gene": genes[:3], "log2fc": [-1, 2, -3.0]})
    scanned = pd.DataFrame({"mirna": "m", "transcript": ["t0", *"abcd"], "number": 1})
    clipped, kept = (label_pairs(measured, folds, clip) for clip in (True, False))
    tables = (transcripts, clipped, 1, 4)
    pairs = part_pairs(scanned, *tables).set_index("transcript")
    parts = {"t0": "train", "a": "train", "b": "test", "c": "validation"}
    assert pairs["part"].to_dict() == parts
    assert pairs["target_log2fc"].to_dict() == {"t0": -1, "a": -1, "b": 0, "c": -3}
    assert (pairs["number"] == 1).all()
    kept = part_pairs(scanned, transcripts, kept, 3, 4)
    assert set(kept["part"]) == {"validation", "train"}, "the fold after the last is 0"
    assert kept["target_log2fc"].max() == 2
    with pytest.raises(InputError, match="no scanned transcript has a measured"):
        part_pairs(scanned.assign(mirna="n"), *tables)
    few = scanned[scanned["transcript"] != "c"]
    with pytest.raises(
        InputError, match=r"without fold 1 no gene .* for validation; set"
    ):
        part_pairs(few, *tables)


PLAIN = "gene\tlet-7a\tmiR-1\nNM_1\t-1\t0.5\nNM_2\t-0.5\t1\n"
DESEQ2 = '"","baseMean","log2FoldChange","padj"\n"NM_1.4",10,-1,0.1\n"NM_2",9,-0.5,NA\n'
EDGER = "logFC\tlogCPM\tFDR\nNM_1\t0.5\t6\t0.1\nNM_2\t1\t6\t0.1\n"
SAME = [["let-7a", "NM_1", -1], ["let-7a", "NM_2", -0.5]]
SAME += [["miR-1", "NM_1", 0.5], ["miR-1", "NM_2", 1]]


def test_a_table_per_contrast_as_r_writes_it(table_of):
    files = {"let-7a": table_of(DESEQ2, "a.csv"), "miR-1": table_of(EDGER, "b.tsv")}
    table, counts = read_fold_changes(files, MIRNAS, GENES)
    assert table.to_numpy().tolist() == SAME
    assert (counts["rows"], counts["mirnas_without_column"]) == (4, 1)
    one = read_fold_changes(files["miR-1"], MIRNAS.iloc[2:], GENES)[0]
    assert one.to_numpy().tolist() == SAME[2:]
    named = {"miR-1": "logCPM"}
    other = read_fold_changes(files["miR-1"], MIRNAS, GENES, columns=named)[0]
    assert other["log2fc"].tolist() == [6, 6]


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace("let-7a", "let.7a").replace("miR-1", "miR.1"),  # R's make.names
        PLAIN.replace("gene\t", ""),
        PLAIN.replace("\t", ";").replace(".", ","),
        PLAIN.replace("\n", "\r"),
    ],
)
def test_fold_changes_in_other_dress(table_of, text):
    assert read_fold_changes(table_of(text), MIRNAS, GENES)[0].to_numpy().tolist() == SAME


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        (EDGER, {}, r"'logFC' does not say of which miRNA; set inputs: fold_change: col"),
        (PLAIN, {"miR-9": "miR-1"}, "'miR-9' is no miRNA of the study"),
        (PLAIN, {"miR-1": "logFC"}, r"set inputs: fold_change: columns: \{miR-1: NAME\}"),
        (
            PLAIN.replace("\t-1\t", "\t-1.79769e+308\t"),
            {},
            "line 2: .*Cuffdiff's infinity",
        ),
        (PLAIN + "NM_99\t-1.79769e+308\t1\n", {}, "line 4: .*Cuffdiff's infinity"),
        (PLAIN + "NM_2\t41\t1\n", {}, "line 4: '41' .*beyond 40"),
    ],
)
def test_faulty_fold_changes_are_refused(table_of, text, columns, message):
    with pytest.raises(InputError, match=message):
        read_fold_changes(table_of(text), MIRNAS, GENES, columns=columns)


def test_ratios_are_suspected(table_of, caplog):
    genes = pd.Series([f"g{number}" for number in range(30)])
    rows = "".join(f"{gene}\t{0.5 + 0.1 * i}\n" for i, gene in enumerate(genes))
    read_fold_changes(table_of("gene\tmiR-1\n" + rows), MIRNAS, genes)
    assert "are these ratios" in caplog.text


def test_columns_of_one_sequence_are_averaged_and_told(table_of, caplog):
    mirnas = MIRNAS.assign(aliases=["", "", "miR-1b,miR-1c"])
    path = table_of("gene\tmiR-1c\tmiR-1\nNM_1\t-1\t-2\n")
    table = read_fold_changes(path, mirnas, GENES)[0]
    assert table.to_numpy().tolist() == [["miR-1", "NM_1", -1.5]]
    assert (
        "miR-1, miR-1c have one sequence: their fold changes are averaged" in caplog.text
    )


def test_fold_changes_of_either_name_of_a_sequence(table_of):
    mirnas = MIRNAS.assign(aliases=["", "", "miR-1b,miR-1c"])
    path = table_of("gene\tmiR-1c\nNM_1\t-1\n")
    table = read_fold_changes(path, mirnas, GENES)[0]
    assert table.to_numpy().tolist() == [["miR-1", "NM_1", -1.0]]
    scores = table_of("mirna\tgene\tscore\nmiR-1\tA\t-1\nmiR-1b\tA\t-1\nmiR-1b\tB\t-2\n")
    found = read_targetscan(scores, mirnas, {}, join="sum")
    assert found.to_numpy().tolist() == [["miR-1", "A", -1.0], ["miR-1", "B", -2.0]]


CUFFDIFF = """test_id\tgene\tsample_1\tsample_2\tstatus\tlog2(fold_change)
x\tNM_1\tctl\tmiR1\tOK\t-1
x\tNM_2\tctl\tmiR1\tNOTEST\t0
x\tTP53\tctl\tmiR1\tLOWDATA\t0
"""
LOG2 = {"let-7a": "log2(fold_change)"}


def test_what_cuffdiff_did_not_test_was_not_measured(table_of):
    table, _ = read_fold_changes(table_of(CUFFDIFF), MIRNAS, GENES, "gene", LOG2)
    assert table["gene"].tolist() == ["NM_1"]


def test_one_of_several_comparisons_is_to_be_chosen(table_of):
    path = table_of(CUFFDIFF + "x\tNM_1\tctl\tmiR124\tOK\t1\n")
    with pytest.raises(InputError, match=r"2 comparisons; choose .*sample_2: miR1\}\}"):
        read_fold_changes(path, MIRNAS, GENES, "gene", LOG2)
    table, _ = read_fold_changes(
        path, MIRNAS, GENES, "gene", LOG2, {"sample_2": "miR124"}
    )
    assert table["log2fc"].tolist() == [1]


def test_rows_of_a_gene_that_disagree_and_replicates_are_told(table_of, caplog):
    path = table_of("gene\tlet-7a\tlet.7a.1\nNM_1\t-2\t0\nNM_1\t2\t0\nTP53\t1\t0\n")
    read_fold_changes(path, MIRNAS, GENES)
    assert "rows of 1 genes, such as NM_1, differ by more than 1" in caplog.text
    caplog.clear()
    path = table_of("gene\tlet.7a\tlet.7a.1\nNM_1\t-2\t0\nTP53\t1\t0\n")
    read_fold_changes(path, MIRNAS, GENES)
    assert "column 'let.7a.1' looks like a replicate" in caplog.text


LONG = "mirna\tgene\tlog2FoldChange\nlet-7a\tNM_1\t-2\nmiR-1\tNM_1\t-1\nmiR-9\tTP53\t5\n"


def test_a_long_table_names_the_mirna_of_each_row(table_of, caplog):
    caplog.set_level("INFO")
    table, _ = read_fold_changes(table_of(LONG), MIRNAS, GENES)
    assert table.values.tolist() == [["let-7a", "NM_1", -2], ["miR-1", "NM_1", -1]]
    assert "1 rows of other miRNAs are left out" in caplog.text
    alone, _ = read_fold_changes({"miR-1": table_of(LONG)}, MIRNAS, GENES)
    assert alone.values.tolist() == [["miR-1", "NM_1", -1]]
    with pytest.raises(InputError, match=r"names miRNAs \(let-7a, miR-1, .*'let-7c'"):
        read_fold_changes({"let-7c": table_of(LONG)}, MIRNAS, GENES)


@pytest.mark.parametrize("fc", ["log2FoldChange", "LFC"])
def test_a_named_column_of_a_long_table_is_of_the_rows_of_its_mirna(table_of, fc):
    """Not of all rows, as the remedy of another message might make one believe."""
    path = table_of(LONG.replace("log2FoldChange", fc))
    columns = {"miR-1": fc}
    table, _ = read_fold_changes(path, MIRNAS, GENES, columns=columns)
    assert table.values.tolist() == [["miR-1", "NM_1", -1]]
    with pytest.raises(InputError, match="none is 'let-7c'; write names as the study"):
        read_fold_changes(path, MIRNAS, GENES, columns={"let-7c": fc})


@pytest.mark.parametrize("other", ["hsa-miR-548aa", "control", "hsa-miR-16-1-3p"])
def test_a_row_of_no_known_mirna_leaves_a_long_table_one(table_of, other):
    path = table_of(LONG.replace("miR-9", other))
    table, _ = read_fold_changes({"miR-1": path}, MIRNAS, GENES)
    assert table.values.tolist() == [["miR-1", "NM_1", -1]]


def test_a_column_that_names_a_mirna_here_and_there_is_no_long_table(table_of):
    text = "gene\tregulator\tlogFC\nNM_1\tmiR-1\t-1\nNM_2\tNA\t-2\nTP53\tNA\t0\n"
    table, _ = read_fold_changes({"miR-1": table_of(text)}, MIRNAS, GENES)
    assert table["log2fc"].tolist() == [-1, -2, 0]


def test_comparisons_below_each_other_are_told(table_of, caplog):
    rows = "6h,NM_1,-1\n6h,NM_2,0\n24h,NM_1,-1.2\n24h,NM_2,0\n"
    path = table_of("contrast,gene,logFC\n" + rows)
    read_fold_changes({"miR-1": path}, MIRNAS, GENES)
    assert "nearly every gene stands on 2 rows" in caplog.text


@pytest.mark.parametrize("first", [0, 1])
def test_numbers_of_rows_are_no_genes(table_of, first):
    rows = "".join(f'"{first + n}",{gene},-2\n' for n, gene in enumerate((7157, 1, 2)))
    path = table_of('"",ENTREZID,logFC\n' + rows)
    with pytest.raises(
        InputError, match=r"'gene' is missing \(it has: '', ENTREZID, logFC"
    ):
        read_fold_changes({"miR-1": path}, MIRNAS, pd.Series(["1", "2", "7157"]))


@pytest.mark.parametrize("names", [["3", "1", "2"], ["412"]])
def test_numbers_of_sorted_or_chosen_rows_are_no_genes(table_of, names):
    """As limma's topTable has them."""
    rows = "".join(f"{name},G{name},-2\n" for name in names)
    with pytest.raises(
        InputError, match=r"'gene' is missing \(it has: '', symbol, logFC"
    ):
        read_fold_changes(
            {"miR-1": table_of(",symbol,logFC\n" + rows)}, MIRNAS, pd.Series(names)
        )
    entrez = "".join(f"{name},-0.{name},5\n" for name in names)
    table, _ = read_fold_changes(
        {"miR-1": table_of(",logFC,t\n" + entrez)}, MIRNAS, pd.Series(names)
    )
    assert len(table) == len(names)


def test_columns_with_a_star_are_found(table_of):
    mirnas = read_mirnas(table_of("mirna,sequence\nmiR-1*,UGGAAUGUAAAGAAGUAUGUAU\n"))
    for column in ("miR-1*", "miR.1.", "miR-1-star"):
        path = table_of(f"gene\t{column}\nNM_1\t-2\n")
        table, _ = read_fold_changes(path, mirnas, GENES)
        assert table.values.tolist() == [["miR-1-star", "NM_1", -2]]


def test_messages_name_the_part_of_the_config_that_names_the_table(table_of):
    setting = "inputs: datasets: hek: fold_change"
    for text, key in (
        ("x\tmiR-1\nNM_1\t1\n", "columns: {gene"),
        ("gene\tx\nNM_1\t1\n", "columns: {"),
    ):
        with pytest.raises(InputError, match=f"{setting}: {key}"):
            read_fold_changes(table_of(text), MIRNAS, GENES, setting=setting)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gene\tmirna\tlogFC\nNM_1\tmiR-206\t-1\nNM_2\tmiR-206\t-2\n", "none is 'miR-1'"),
        (
            "gene\tcontrast\tlogFC\nNM_1\tmiR-1_vs_ctl\t-1\nNM_2\tmiR-124_vs_ctl\t0\n",
            r"several miRNAs .* as inputs: fold_change: \{where: \{contrast: miR-1_",
        ),
        (
            "gene\tname\tlogFC\nNM_1\tmiR-1\t-1\n"
            + "".join(f"NM_{n}\tG{n}\t0\n" for n in range(2, 7)),
            r"'name' names miRNAs in 17% of rows \(miR-1\), in others not \('G2'\)",
        ),
        ('"","miR-1"\n"NM_1",-0,5\n"NM_2",1,25\n', "decimal commas between commas"),
        (
            '"","ENTREZID","SYMBOL","logFC"\n"15","1","TP53",-1\n"9","2","NM_1",2\n'
            '"12","1","TP53",-1.2\n',
            r"'gene' is missing .*set inputs: fold_change: columns: \{gene: NAME\}",
        ),
    ],
)
def test_what_is_read_is_of_the_mirna_and_gene_of_its_row(table_of, text, message):
    with pytest.raises(InputError, match=message):
        read_fold_changes({"miR-1": table_of(text)}, MIRNAS, GENES)


@pytest.mark.parametrize("word", ["let-7a", "LET7A", "hsa-let-7a-3p", "-", "none"])
def test_a_label_of_the_mirna_itself_or_of_none_says_nothing(table_of, word):
    text = f"gene\tgroup\tlogFC\nNM_1\t{word}\t-1\nNM_2\t{word}\t-2\n"
    table, _ = read_fold_changes({"let-7a": table_of(text)}, MIRNAS, GENES)
    assert table["log2fc"].tolist() == [-1, -2]


def test_a_join_that_loses_nearly_all_of_both_sides_is_told(table_of, caplog):
    genes = pd.Series([f"GENE{n}" for n in range(20)])
    rows = "".join(f"{gene.capitalize()}\t1\n" for gene in genes[1:])
    read_fold_changes(table_of(f"gene\tmiR-1\nGENE0\t1\n{rows}"), MIRNAS, genes)
    assert "only 1 of 20 genes with fold changes and 20 genes of the" in caplog.text


EBV = "".join(
    f"NM_{gene}\tebv-miR-BART{n}-5p\t{n}\n"
    for n in range(12)
    for gene in (1, 2, 3, 4, 5, 6)
)


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        (
            "gene\tmirna\tlogFC\nNM_1\tmiR-1\t-1\nNM_1\tlet-7a\t2\n",
            {"mirna": "miR-1"},
            -1,
        ),
        (
            "gene\tcontrast\tmirna\tlogFC\nNM_1\tmiR-1 vs ctl\tmiR-1\t-1\n"
            "NM_1\tlet-7a vs ctl\tlet-7a\t2\n",
            None,
            -1,
        ),
        ("gene\tpredicted\tlogFC\nNM_1\tmiR-1/206\t-1\nNM_2\tlet-7a/98\t2\n", None, -1),
        ("gene\tmirna\tlogFC\n" + EBV.replace("ebv-miR-BART7-5p", "miR-1"), None, 7),
        ('"Row.names"\t"logFC"\n"1"\t"NM_1"\t-1\n"2"\t"NM_2"\t2\n', None, -1),
    ],
)
def test_tables_as_they_are_need_no_more_than_before(table_of, text, where, expected):
    path, id_column = table_of(text), "gene" if "gene" in text else "Row.names"
    table, _ = read_fold_changes({"miR-1": path}, MIRNAS, GENES, id_column, where=where)
    own = table[table["gene"] == "NM_1"].set_index("mirna")["log2fc"]
    assert own["miR-1"] == expected


def test_entrez_ids_as_row_names_stay_ids_beside_what_names_no_row(table_of):
    rows = "".join(f'"{n}" -1 3.0e-40 "protein_coding"\n' for n in (7157, 4609, 672, 5))
    path = table_of('"logFC" "padj" "gene_biotype"\n' + rows)
    genes = pd.Series(["7157", "4609"])
    table, _ = read_fold_changes({"miR-1": path}, MIRNAS, genes)
    assert table["gene"].tolist() == ["4609", "7157"]
