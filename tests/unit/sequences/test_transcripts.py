"""Transcripts: ids, gene tables and shards of equal weight."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.errors import InputError
from mirsignal.sequences.transcripts import (
    describe_transcripts,
    load_transcripts,
    plan_shards,
    read_genes,
    read_transcripts,
)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=60), st.data())
def test_shards_share_out_every_transcript_evenly(lengths, data):
    n_shards = data.draw(st.integers(1, len(lengths)))
    shards = plan_shards(pd.Series(lengths), n_shards)
    assert len(shards) == len(lengths)  # one shard each
    assert set(shards) == set(range(n_shards))  # none is empty
    load = np.bincount(shards, weights=np.asarray(lengths) + 1)
    assert np.ptp(load) <= max(lengths) + 1


def test_too_many_shards_are_refused():
    with pytest.raises(InputError, match=r"4 shards of 3 .* `shards` to 3 or fewer"):
        plan_shards(pd.Series([5, 5, 5]), 4)


def test_table_of_sequences_is_read(tmp_path):
    path = tmp_path / "utr.tsv"
    path.write_text("symbol\tutr\nA\tacgt\nB\tGGR\n")
    columns = {"transcript": "symbol", "sequence": "utr"}
    assert list(read_transcripts(path, columns)) == [("A", "ACGU"), ("B", "GGN")]


@pytest.mark.parametrize(
    "rows",
    ["A\tAC\nA\tGG\n", "A\tAC\nB\t\n", "A\tAC!G\n", "A\t--\n", "\tAC\n", "\tAC\n\tGG\n"],
)
def test_faulty_table_of_sequences_is_refused(tmp_path, rows):
    path = tmp_path / "utr.tsv"
    path.write_text("transcript\tsequence\n" + rows)
    with pytest.raises(InputError, match=r"line \d"):
        list(read_transcripts(path, {"transcript": "transcript", "sequence": "sequence"}))


@pytest.mark.parametrize("space", [" ", "\f", "\x1c", "\u00a0", "\u2028"])
def test_an_id_that_a_fasta_would_cut_at_white_space_is_refused(table_of, space):
    """`TP53 isoform 2` would be found again as `TP53`, or two isoforms as one."""
    path = table_of(f"transcript\tsequence\nT1\tACGU\nTP53{space}2\tGGCA\n")
    with pytest.raises(InputError, match=r"line 3: .*white space in its id"):
        list(read_transcripts(path, {"sequence": "sequence"}))


def test_gaps_and_missing_3_utrs_of_a_table_or_a_fasta(table_of, caplog):
    """Of TargetScan's UTR_Sequences and of biomaRt's getSequence."""
    table = table_of("id\tutr\nA\tAC--GU\nB\tSequence unavailable\n", "t.tsv")
    fasta = table_of(">A\nAC--\nGU\n>B\nSequence unavailable\n", "t.fa")
    for path, columns in ((table, {"transcript": "id", "sequence": "utr"}), (fasta, {})):
        caplog.clear()
        with caplog.at_level("INFO", logger="mirsignal"):
            assert list(read_transcripts(path, columns)) == [("A", "ACGU")]
        assert "2 gaps ('-') of an alignment are left out" in caplog.text
        assert "skipped 1 of 2 records: sequence unavailable" in caplog.text


def test_genes_that_stand_in_the_table_of_sequences(table_of):
    """TargetScan's UTR_Sequences."""
    path = table_of("Refseq ID\tGene Symbol\tUTR\nENST00000000233.5\tARF5\tAC-GU\n")
    columns = {"transcript": "Refseq ID", "sequence": "UTR"}
    _, table = load_transcripts(path, columns=columns)
    assert table["gene"].tolist() == ["ENST00000000233"]
    sequences, table = load_transcripts(path, "", columns | {"gene": "Gene Symbol"})
    assert table["gene"].tolist() == ["ARF5"]
    assert sequences == {"ENST00000000233.5": "ACGU"}
    genes = table_of("Refseq ID\tGene Symbol\nENST00000000233.7\tARF\n", "genes.tsv")
    _, table = load_transcripts(path, genes, columns | {"gene": "Gene Symbol"})
    assert table["gene"].tolist() == ["ARF"]


def test_a_dash_of_ncbi_is_a_missing_transcript(table_of):
    path = table_of("transcript\tgene\n-\tA\nNM_1.2\tA\n-\tB\nNM_2.1\t-\n")
    assert read_genes(path).to_dict() == {"NM_1": "A", "NM_2": "NM_2"}


def test_genes_without_a_transcript_are_left_out_of_the_table(table_of, caplog):
    rows = "A\tNM_1.1\nB\t\nC\t\n"
    path = table_of("Gene name\tRefSeq mRNA ID\n" + rows)
    columns = {"transcript": "RefSeq mRNA ID", "gene": "Gene name"}
    with caplog.at_level("INFO", logger="mirsignal"):
        assert read_genes(path, columns).to_dict() == {"NM_1": "A"}
    assert "2 rows without a transcript are left out" in caplog.text
    with pytest.raises(InputError, match="no row has a transcript"):
        read_genes(table_of("transcript\tgene\n\tA\n"))


def test_transcripts_are_described_with_their_genes(tmp_path):
    records = [("ENST00000000001.2", "ACGU"), ("ENST00000000002.1", "ANN")]
    alone = describe_transcripts(records, {}, "t.fa")
    assert alone["gene"].tolist() == ["ENST00000000001", "ENST00000000002"]
    assert alone["length"].tolist() == [4, 3]
    assert alone["n_unknown"].tolist() == [0, 2]
    path = tmp_path / "genes.tsv"
    path.write_text("transcript\tgene\nENST00000000001.2\tTP53\n")
    genes = read_genes(path)
    assert describe_transcripts(records[:1], genes, "t.fa")["gene"].tolist() == ["TP53"]
    with pytest.raises(InputError, match=r"'ENST00000000002\.1' and 0 others"):
        describe_transcripts(records, genes, "t.fa")


def test_versions_of_genes_in_the_table_do_not_matter(tmp_path):
    path = tmp_path / "genes.tsv"
    path.write_text("transcript\tgene\nT1\tENSG00000141510.17\n")
    table = describe_transcripts([("T1", "ACGU")], read_genes(path), "t.fa")
    assert table["gene"].tolist() == ["ENSG00000141510"]


BIOMART = {"transcript": "Transcript stable ID", "gene": "Gene stable ID"}


@pytest.mark.parametrize("version", ["", ".4"])
@pytest.mark.parametrize("other", ["", ".11"])
def test_versions_may_differ_between_fasta_and_table(table_of, version, other):
    path = table_of(
        "Transcript stable ID\tGene stable ID\n"
        f"ENST00000000001{other}\tENSG00000000007{other}\n"
        f"ENST00000000001{other}\tENSG00000000007{other}\n"  # as BioMart repeats rows
        f"ENST00000000002{other}\t\n"
    )
    genes = read_genes(path, BIOMART)
    records = [(f"ENST0000000000{n}{version}", "ACGU") for n in (1, 2)]
    table = describe_transcripts(records, genes, "t.fa")
    assert table["gene"].tolist() == ["ENSG00000000007", "ENST00000000002"]
    assert table["transcript"].tolist() == [name for name, _ in records]


def test_a_transcript_of_two_genes_is_refused(table_of):
    path = table_of("transcript\tgene\nNM_1.1\tA\nNM_1.2\tB\n")
    with pytest.raises(InputError, match="line 3: transcript 'NM_1' stands on line 2"):
        read_genes(path)
    with pytest.raises(InputError, match=r"transcripts: columns: \{gene: NAME\}"):
        read_genes(table_of("transcript\tsymbol\nNM_1\tA\n"))


def test_copies_on_y_take_the_gene_of_their_own_or_that_on_x(table_of):
    path = table_of("transcript\tgene\nENST00000000001.1\tA\n")
    records = [("ENST00000000001.9", "A"), ("ENST00000000001.9_PAR_Y", "A")]
    table = describe_transcripts(records, read_genes(path), "t.fa")
    assert table["gene"].tolist() == ["A", "A"]


def test_genes_of_gencode_headers_stand_in_for_a_table(table_of):
    path = table_of(
        ">ENST00000000001.2|ENSG00000000007.5|OTTHUMG1|-|A-201|A|99|\nACGU\n"
        ">NM_000546.6 Homo sapiens tumor protein p53\nACGU\n",
        "gencode.fa",
    )
    _, table = load_transcripts(path)
    assert table["transcript"].tolist() == ["ENST00000000001.2", "NM_000546.6"]
    assert table["gene"].tolist() == ["ENSG00000000007", "NM_000546"]


def test_headers_without_a_clear_gene_are_told(table_of, caplog):
    path = table_of(
        ">ENST00000000001|17|-1\nACGU\n>ENST00000000002|17|-1\nACGU\n", "a.fa"
    )
    _, table = load_transcripts(path)
    assert table["gene"].tolist() == ["ENST00000000001", "ENST00000000002"]
    assert "no gene is clear from 2 headers, such as ENST00000000001|17" in caplog.text


def test_what_the_gene_table_has_in_excess_is_named(table_of, caplog):
    path = table_of("transcript\tgene\nT1\tA\nT2\tB\nT3\tB\n")
    with caplog.at_level("INFO", logger="mirsignal"):
        describe_transcripts([("T1", "A")], read_genes(path), "t.fa")
    assert "2 of 3 ids of the gene table are not among transcripts: T2, T3" in caplog.text


@pytest.mark.parametrize(
    "names",
    [
        ("hg38_ncbiRefSeq_NM_1.6_0", "hg38_ncbiRefSeq_NM_1.6_1"),
        ("hg38_knownGene_ENST00000376838.5_0", "hg38_knownGene_ENST00000376838.5_1"),
        ("hg19_refGene_NM_032291_0", "hg19_refGene_NM_032291_1"),
        ("ENST00000376838.5_utr3_9_0_chr1_9_f", "ENST00000376838.5_utr3_10_0_chr1_99_f"),
        ("ENST00000376838::chr1:9-20(+)", "ENST00000376838::chr1:99-120(+)"),
        ("hg19_knownGene_uc001aaa.3_0", "hg19_knownGene_uc001aaa.3_1"),
        ("uc001aaa.3::chr12:1-9(-)", "uc001aaa.3::chr12:21-39(-)"),
        ("dm6_ensGene_FBtr0070000_0", "dm6_ensGene_FBtr0070000_1"),
    ],
)
def test_pieces_of_a_transcript_are_refused(table_of, names):
    path = table_of("".join(f">{name}\nACGU\n" for name in names))
    with pytest.raises(InputError, match=r"\d.* comes in pieces .*record per"):
        load_transcripts(path)


def test_names_that_end_in_numbers_are_no_pieces(table_of):
    names = ["utr3_variant_wt_1", "utr3_variant_wt_2", "let7_site_1", "let7_site_2"]
    names += ["hg38_refGene_NM_001546", "hg38_refGene_NM_000546"]
    names += ["hg38_ncbiGene_LOC_1", "hg38_ncbiGene_LOC_2"]
    path = table_of("".join(f">{name}\nACGU\n" for name in names))
    assert len(load_transcripts(path)[1]) == 8


def test_species_in_one_table_are_refused_and_gaps_have_no_length(table_of):
    columns = {"transcript": "id", "sequence": "text"}
    rows = "id\tSpecies ID\ttext\nT1\t9606\tA------\nT1\t10090\tACGUAC\n"
    with pytest.raises(
        InputError, match=r"sequences of several species \(Species ID: 9606"
    ):
        list(read_transcripts(table_of(rows), columns, repeated_ids="longest"))
    one = table_of(rows.replace("10090", "9606"))
    found = list(read_transcripts(one, columns, repeated_ids="longest"))
    assert found == [("T1", "ACGUAC")]
