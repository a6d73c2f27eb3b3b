"""Positives from chimera tables and from ready pairs."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.errors import InputError
from mirsignal.samples.chimeras import (
    COLUMNS,
    _gene_id,
    read_clash_table,
    read_pairs,
    read_test_pairs,
    window_start,
)
from mirsignal.sequences.fasta import Transcripts, write_fasta

LET7 = "TGAGGTAGTAGGTTGTATAGTT"
DRIVER = "UGAGGUAGUAGGUUGUAUAG"
NAME = "ENSG00000130227_ENST00000252512_XPO7_mRNA"
S1_COLUMNS = (
    "seq_ID microRNA_name miRNA_start miRNA_end miRNA_seq mRNA_name mRNA_start "
    "mRNA_end_extended mRNA_seq_extended chimeras_decompressed experiments "
    "experiments_list microRNA_first two_way_merged seed_type num_basepairs "
    "seed_basepairs folding_energy 5'UTR CDS 3'UTR folding_class conservation_score "
    "log2_target_enrichment CLASH_single_reads_ovlp CLASH_cluster_ovlp "
    "PAR_CLIP_cluster_ovlp"
)


@pytest.fixture
def transcript(random_rna):
    return random_rna(200)


@pytest.fixture
def clash(tmp_path, transcript):
    """Return a function: rows (mRNA_name, start, end[, miRNA]) -> positives, counts."""
    write_fasta(
        tmp_path / "t.fa",
        [(NAME, transcript), ("G_unknown", "N" * 80), ("G_short", "ACGU" * 10)],
    )

    def read(*rows):
        lines = ["# comment"] * 30 + [
            "seq_ID\tmicroRNA_name\tmiRNA_seq\tmRNA_name\tmRNA_start\tmRNA_end_extended"
        ]
        for name, start, end, *mirna in rows:
            sequence = mirna[0] if mirna else LET7
            lines.append(f"id\tlet-7a\t{sequence}\t{name}\t{start}\t{end}")
        path = tmp_path / "hybrids.tsv"
        path.write_text("\n".join(lines) + "\n")
        return read_clash_table(path, Transcripts(tmp_path / "t.fa"))

    return read


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (81, 120, 75),  # covers nt 80 ... 119 (0-based); their middle is 100
        (81, 121, 75),
        (1, 30, 0),  # shifted inwards at the start
        (171, 200, 150),  # and at the end
        (1, 200, 75),
    ],
)
def test_window_by_hand(start, end, expected):
    assert window_start(start, end, 200) == expected


@given(st.integers(50, 300), st.data())
def test_window_lies_inside_and_holds_the_middle(length, data):
    start = data.draw(st.integers(1, length))
    end = data.draw(st.integers(start, length))
    first = window_start(start, end, length)
    assert 0 <= first <= length - 50
    assert first <= (start - 1 + end) // 2 < first + 50


def test_helwak_row_becomes_a_positive(clash, transcript):
    table, counts = clash((NAME, 81, 120))
    assert table.columns.tolist() == COLUMNS
    row = table.iloc[0]
    assert (row["mirna_sequence"], row["family"], row["mirna"]) == (
        DRIVER,
        "GAGGUAG",
        "let-7a",
    )
    assert (row["gene"], row["transcript"], row["start"]) == (
        "ENSG00000130227",
        NAME,
        75,
    )
    assert row["target"] == transcript[75:125]
    assert (counts["rows"], counts["positives"]) == (1, 1)


def test_rows_that_cannot_be_used_are_counted(clash):
    _, counts = clash(
        (NAME, 81, 120),
        (NAME, 82, 119),  # the same window
        (NAME, 190, 201),
        (NAME, 120, 81),
        ("ENSG_absent", 1, 40),
        ("G_unknown", 1, 60),
        ("G_short", 1, 40),
        (NAME, "", 40),
    )
    assert counts == {
        "rows": 8,
        "skipped: beyond the end of its transcript": 1,
        "skipped: its start is below 1 or after its end": 1,
        "skipped: transcript not in the FASTA": 1,
        "skipped: transcript shorter than 50 nt": 1,
        "skipped: a cell is missing": 1,
        "dropped: target holds N": 1,
        "dropped: same miRNA and target as another row": 1,
        "positives": 1,
    }


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((NAME, "x", 120), "line 32: 'x'"),
        ((NAME, 80.5, 120), "line 32"),
        ((NAME, 81, "inf"), "line 32"),
        ((NAME, 81, 120, "ACGTXACGTACGTACGT"), "line 32: letter 'X'"),
        ((NAME, 81, 120, LET7[:14]), "line 32: .*14 nt"),
        (("ENSG_absent", 81, 120), "no positive pair is left"),
    ],
)
def test_impossible_row_is_refused_with_its_line(clash, row, message):
    with pytest.raises(InputError, match=message):
        clash(row)


def pairs_of(tmp_path, text, **kwargs):
    path = tmp_path / "pairs.tsv"
    path.write_text(text.replace(" ", "\t"))
    return read_pairs(path, **kwargs)


def test_ready_pairs_in_the_layout_of_mirbind(tmp_path):
    a, b = "A" * 50, "C" * 50
    header = "miRNA gene label\n"
    rows = f"{LET7} {a} 1\n{LET7} {b} 0\n{LET7[:20]} {a} 1\n"
    table, counts = pairs_of(tmp_path, header + rows)
    assert table.values.tolist() == [[DRIVER, DRIVER, "GAGGUAG", a, a, a, -1]]
    assert counts["left out: label is not 1"] == 1
    assert counts["dropped: same miRNA and target as another row"] == 1


def test_ready_pairs_in_the_layout_of_mirbench(tmp_path):
    text = (
        "gene noncodingRNA noncodingRNA_name noncodingRNA_fam feature label chr\n"
        f"{'A' * 50} {LET7} let-7a let-7 utr 1 13\n"
        f"{'G' * 50} {LET7} let-7a  utr 1 13\n"
        f"{'C' * 50} {LET7} let-7a unknown utr 1 13\n"
    )
    table, _ = pairs_of(tmp_path, text)
    assert set(table["mirna"]) == {"let-7a"}
    assert table["family"].tolist() == ["let-7", "GAGGUAG", "GAGGUAG"]


def test_target_cluster_stands_for_the_gene(tmp_path):
    rows = "".join(f"{letter * 50} {LET7} 1 77\n" for letter in "AC")
    text = f"gene noncodingRNA label gene_cluster_ID\n{rows}"
    assert pairs_of(tmp_path, text)[0]["gene"].tolist() == ["77", "77"]


def test_gene_of_a_ready_pair_is_its_ensembl_id(tmp_path):
    text = f"miRNA miRNA_name gene gene_name label\n{LET7} x {'A' * 50} {NAME} 1\n"
    table, _ = pairs_of(tmp_path, text)
    assert table[["gene", "transcript"]].values.tolist() == [["ENSG00000130227", NAME]]


def test_columns_of_ready_pairs_may_have_other_names(tmp_path):
    columns = {"mirna": "query", "target": "site", "label": "y"}
    text = f"query site y\n{LET7} {'A' * 50} 1\n"
    table, _ = pairs_of(tmp_path, text, columns=columns)
    assert table["mirna_sequence"].tolist() == [DRIVER]
    taken = f"mirna target miRNA_seq site label\nlet-7a x {LET7} {'A' * 50} 1\n"
    columns = {"mirna": "miRNA_seq", "target": "site"}
    table, _ = pairs_of(tmp_path, taken, columns=columns)
    assert table["mirna_sequence"].tolist() == [DRIVER]
    with pytest.raises(InputError, match="hybrids: columns: 'traget' is no column"):
        pairs_of(tmp_path, taken, columns={"traget": "site"})


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"{LET7} {'A' * 49} 1", "line 2: the target has 49 nt"),
        (f"{LET7} {'A' * 49}X 1", "line 2: letter 'X' at position 50"),
        (f"{LET7} {'A' * 50} yes", "line 2: the label is neither .* but 'yes'"),
        (f"let-7a {'A' * 50} 1", r"line 2: letter 'l' .*, in miRNA 'let-7a'"),
        (f"{LET7} TP-53 1", r"line 2: letter .*, in target 'TP-53'"),
        (f"{LET7} {'A' * 50} 2", "line 2: the label is neither 0 nor 1"),
        (f"{LET7} {'A' * 50} NA", "line 2: the label is missing; fill it or remove"),
        (f"{LET7} {'A' * 50} 0", "no positive pair is left"),
        (f" {'A' * 50} 1", "line 2"),  # no miRNA
        (f"{LET7}  1", "line 2"),  # no target
    ],
)
def test_faulty_ready_pair_is_refused(tmp_path, row, message):
    with pytest.raises(InputError, match=message):
        pairs_of(tmp_path, f"miRNA gene label\n{row}\n")


@pytest.mark.parametrize(
    ("yes", "no"), [("True", "False"), ("TRUE", "FALSE"), ("1.0", "0.0")]
)
def test_labels_as_python_and_r_write_them(tmp_path, yes, no):
    rows = f"{LET7} {'A' * 50} {yes}\n{LET7} {'C' * 50} {no}\n"
    _, counts = pairs_of(tmp_path, f"miRNA gene label\n{rows}")
    assert (counts["positives"], counts["left out: label is not 1"]) == (1, 1)


def test_ready_pairs_without_header(tmp_path):
    text = f"{LET7} {'A' * 50} 1\n{LET7} {'C' * 50} 0\n"
    with pytest.raises(InputError, match=r"numbers of columns, as .*\{mirna: 1\}"):
        pairs_of(tmp_path, text)
    with pytest.raises(InputError, match=r"'1' occurs twice.*is there no header"):
        pairs_of(tmp_path, f"1 {LET7} {'A' * 50} 1\n")
    numbers = {"mirna": 1, "target": 2, "label": 3}
    assert pairs_of(tmp_path, text, columns=numbers)[1]["positives"] == 1


def test_missing_column_of_ready_pairs_is_named(tmp_path):
    with pytest.raises(InputError, match="column 'label' is missing"):
        pairs_of(tmp_path, f"miRNA gene\n{LET7} {'A' * 50}\n")


def test_tables_of_hybridetector_hold_positives_and_other_rnas(tmp_path, caplog):
    caplog.set_level(logging.INFO, logger="mirsignal")
    text = (
        "seq.g noncodingRNA_real_seq noncodingRNA noncodingRNA_type gene_name\n"
        f"{'A' * 50} {LET7} let-7a|let-7c miRNA FBgn0000001_FBtr0000001_x_mRNA\n"
        f"{'C' * 50} GGTCCTAAGGTAGCGA y1 YRNA .\n"
        f"{'C' * 50} {LET7} let-7a|let-7c miRNA .\n"
    )
    named = {"mirna": "noncodingRNA_real_seq", "target": "seq.g"}
    positives, _ = pairs_of(tmp_path, text, columns=named)
    assert positives["mirna_sequence"].tolist() == [DRIVER, DRIVER]
    positives, _ = pairs_of(tmp_path, text)
    assert positives["mirna_sequence"].tolist() == [DRIVER, DRIVER]
    assert positives["gene"].tolist() == ["FBgn0000001", "C" * 50]
    assert "1 rows of RNAs that are no miRNAs are left out" in caplog.text


def test_gene_of_a_refseq_transcript_is_not_cut():
    assert _gene_id("NM_000546.5") == "NM_000546.5"
    assert _gene_id(NAME) == "ENSG00000130227"


def test_published_positives_are_all_read(public_data):
    path = public_data / "clash" / "helwak2013_positive_set_extended.csv"
    table, counts = read_pairs(path)
    assert (counts["rows"], len(table)) in [(50, 50), (18513, 18392)]
    assert counts["positives"] == len(table)
    assert table["gene"].str.startswith("ENSG").mean() > 0.99
    assert (table["mirna_sequence"].str.len() <= 20).all()


def test_ready_pairs_are_placed_in_their_transcripts(tmp_path, random_rna):
    sequences = {name: random_rna(200) for name in ("ENST01", "XPO7", "short")}
    sequences["short"] = sequences["short"][:40]
    sequences["XPO7"] = sequences["XPO7"][:100] + sequences["ENST01"][100:]
    write_fasta(tmp_path / "t.fa", sequences.items())
    shared, own, near = (
        sequences["ENST01"][120:170],
        sequences["ENST01"][7:57],
        sequences["ENST01"][30:79] + "N",
    )
    near = near.replace("N", "ACGU"["CGUA".index(sequences["ENST01"][79])])
    rows = [(shared, NAME), (shared, "ENSG2_ENST01_x_mRNA"), (own, NAME), (near, NAME)]
    lines = ["miRNA\tgene\tgene_name\tlabel"]
    mirnas = [LET7, LET7[::-1], LET7, LET7]
    lines += [f"{m}\t{t}\t{name}\t1" for m, (t, name) in zip(mirnas, rows, strict=True)]
    (tmp_path / "pairs.tsv").write_text("\n".join(lines) + "\n")
    table, counts = read_pairs(
        tmp_path / "pairs.tsv", transcripts=Transcripts(tmp_path / "t.fa")
    )
    places = table[["transcript", "start"]].values.tolist()
    assert places == [["XPO7", 120], ["ENST01", 120], ["ENST01", 7], [NAME, -1]]
    assert counts["placed in a transcript"] == 3


TWO = "".join(
    f"{LET7} {letter * 50} {label}\n"
    for letter, label in (("A", 1), ("A", 0), ("C", 0), ("G", 1))
)


@pytest.mark.parametrize(("two_labels", "n", "n_test"), [("drop", 1, 2), ("keep", 2, 4)])
def test_pairs_with_two_labels(tmp_path, two_labels, n, n_test):
    text = "miRNA gene label\n" + TWO
    with pytest.raises(
        InputError, match=r"line 2: TGAGG\w+ x A+ has two labels .*two_labels"
    ):
        pairs_of(tmp_path, text)
    table, counts = pairs_of(tmp_path, text, two_labels=two_labels)
    assert len(table) == n
    assert counts["rows of pairs with two labels"] == 2
    test, _ = read_test_pairs(tmp_path / "pairs.tsv", two_labels=two_labels)
    assert len(test) == n_test
    assert set(test["label"]) == {0, 1}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (f"{LET7} {'A' * 50} 0.5\n{LET7} {'C' * 50} 1\n", "line 2: the label is neither"),
        (f"{LET7} {'A' * 50} 1\n{LET7} {'C' * 50} 1\n", "all pairs have one label"),
        (f"{LET7} {'A' * 50} 0\n{LET7} {'C' * 50} 0\n", "no positive pair is left"),
    ],
)
def test_faulty_test_set_is_refused(tmp_path, rows, message):
    path = tmp_path / "pairs.tsv"
    path.write_text(("miRNA gene label\n" + rows).replace(" ", "\t"))
    with pytest.raises(InputError, match=message):
        read_test_pairs(path)


def test_published_sets_of_mirbench_are_read(public_data):
    path = public_data / "clash" / "mirbench_hejret2023_test.tsv"
    table, counts = read_test_pairs(path, two_labels="keep")
    n_two = counts["rows of pairs with two labels"]
    assert (counts["rows"], n_two) in [(48, 18), (965, 20)]
    assert table["family"].isin(["let-7"]).any()
    with pytest.raises(InputError, match="two labels"):
        read_test_pairs(path)


def test_clash_table_with_the_columns_of_data_s1(tmp_path):
    """The 27 columns are those that public readers of the file name."""
    header = S1_COLUMNS.split(" ")
    row = dict.fromkeys(header, "NA") | {
        "microRNA_name": "MIMAT0000064_MirBase_let-7c_microRNA",
        "miRNA_seq": "TGAGGTAGTAGGTTGTATGGTT",
        "mRNA_name": "ENSG01_ENST01_A_mRNA",
        "mRNA_start": "31",
        "mRNA_end_extended": "90",
    }
    table = tmp_path / "s1.txt"
    comments = "".join(f"#explanation {number}\n" for number in range(30))
    table.write_text(comments + "\t".join(header) + "\n" + "\t".join(row.values()) + "\n")
    write_fasta(tmp_path / "hOH7.fa", [("ENSG01_ENST01_A_mRNA", "ACGUUGCAAC" * 12)])
    positives, counts = read_clash_table(table, Transcripts(tmp_path / "hOH7.fa"))
    assert counts["positives"] == 1
    assert positives["gene"].tolist() == ["ENSG01"]
    assert positives["start"].tolist() == [35]


def test_clash_table_with_names_of_its_own_and_another_version(tmp_path, caplog):
    table = tmp_path / "hybrids.tsv"
    table.write_text(
        "id\tmiRNA\tsequence\ttarget\tfrom\tto\n"
        "1\tlet-7c\tTGAGGTAGTAGGTTGTATGGTT\tENST00000000001.2\t31\t90\n"
        "2\tlet-7c\tTGAGGTAGTAGGTTGTATGGTT\tENST00000000009.2\t31\t90\n"
    )
    write_fasta(tmp_path / "t.fa", [("ENST00000000001.7", "ACGUUGCAAC" * 12)])
    transcripts = Transcripts(tmp_path / "t.fa")
    columns = {"mirna_name": "miRNA", "mirna": "sequence", "transcript": "target"}
    columns |= {"start": "from", "end": "to"}
    with caplog.at_level(logging.INFO, logger="mirsignal"):
        positives, counts = read_clash_table(table, transcripts, columns)
    assert positives["transcript"].tolist() == ["ENST00000000001.7"]
    assert counts["skipped: transcript not in the FASTA"] == 1
    assert "1 of 2 transcripts are not in the FASTA: ENST00000000009.2" in caplog.text
    with pytest.raises(InputError, match=r"hybrids: columns: \{mirna_name: NAME\}"):
        read_clash_table(table, transcripts)


def test_hyb_has_neither_header_nor_sequences(tmp_path):
    table = tmp_path / "sample.hyb"
    row = (
        "2407_718\tATGACAACGT\t-11.1\tMIMAT0_MirBase_let-7a_microRNA\t1\t23\t1\t23\t2e-7"
    )
    table.write_text(f"{row}\tENSG1_ENST1_A_mRNA\t24\t60\t301\t337\t1e-4\n")
    write_fasta(tmp_path / "t.fa", [("ENSG1_ENST1_A_mRNA", "ACGUUGCAAC" * 40)])
    with pytest.raises(InputError, match="add a header, or give numbers of columns"):
        read_clash_table(table, Transcripts(tmp_path / "t.fa"))


def test_starts_that_count_from_0_are_told(clash, caplog):
    positives, _ = clash((NAME, 0, 40), (NAME, 90, 130))
    assert len(positives) == 1
    assert "1 starts, such as on line 32, are below 1 and left out" in caplog.text


def test_clusters_may_count_from_0_and_mirnas_be_called_otherwise(tmp_path):
    rows = [f"{letter * 50} {LET7} 1 0 mature_miRNA" for letter in "AC"]
    text = "gene noncodingRNA label gene_cluster_ID noncodingRNA_type\n"
    positives, _ = pairs_of(tmp_path, text + "\n".join(rows) + "\n")
    assert positives["gene"].tolist() == ["0", "0"]


def test_mirnas_cut_at_their_start_and_other_versions_are_told(
    tmp_path, random_rna, caplog
):
    write_fasta(tmp_path / "t.fa", [("ENST00000000001.9", random_rna(200))])
    header = "microRNA_name\tmiRNA_seq\tmRNA_name\tmRNA_start\tmRNA_end_extended\n"
    rows = [f"let-7a\t{mirna}\tENST00000000001.2\t50\t90\n" for mirna in (LET7, LET7[2:])]
    (tmp_path / "hybrids.tsv").write_text(header + "".join(rows))
    read_clash_table(tmp_path / "hybrids.tsv", Transcripts(tmp_path / "t.fa"))
    assert "1 of 1 miRNAs have sequences of several seeds, such as let-7a" in caplog.text
    assert "1 of 1 transcripts have another version in the FASTA" in caplog.text
