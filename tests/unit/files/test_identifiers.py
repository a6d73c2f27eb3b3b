"""One rule by which the ids of all tables are joined."""

import logging

import pandas as pd
import pytest

from mirsignal.files.identifiers import (
    bare_gene,
    bare_id,
    find_ids,
    gene_of_header,
    log_join,
    transcript_name,
    warn_of_dates,
)

GENCODE = (
    "ENST00000641515.2|ENSG00000186092.7|OTTHUMG00000001094.4|OTTHUMT00000003223.4|"
    "OR4F5-201|OR4F5|2618|UTR5:1-60|CDS:61-1041|UTR3:1042-2618|"
)
ENSEMBL = (
    "ENST00000632684.1 cdna chromosome:GRCh38:7:142786213 gene:ENSG00000282431.1 "
    "gene_biotype:TR_D_gene gene_symbol:TRBD1"
)


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("ENST00000252512.4", "ENST00000252512"),
        ("ENSMUSG00000000001.12", "ENSMUSG00000000001"),
        ("ENSSSCG00000000002.5", "ENSSSCG00000000002"),
        ("NM_018243.3", "NM_018243"),
        ("XM_011530388.2", "XM_011530388"),
        ("ENST00000456328.2_1", "ENST00000456328"),  # GENCODE lifted to GRCh37
        ("ENSG00000182378.15_PAR_Y", "ENSG00000182378_PAR_Y"),
        ("hg38_ncbiRefSeq_NM_000546.6", "NM_000546"),
        ("mm10_knownGene_ENSMUST00000193812.2", "ENSMUST00000193812"),
        ("rna-NM_000546.6", "NM_000546"),
        ("gene:ENSG00000141510", "ENSG00000141510"),
        ("AT1G01010.1", "AT1G01010.1"),
        ("AGAP000001-RA", "AGAP000001-RA"),
        ("RP11-34P13.7", "RP11-34P13.7"),
        ("hg38_ncbiRefSeq_mine", "hg38_ncbiRefSeq_mine"),
        ("TP53", "TP53"),
    ],
)
def test_versions_and_prefixes_do_not_matter(identifier, expected):
    assert bare_id(identifier) == expected


@pytest.mark.parametrize(
    ("header", "name", "gene"),
    [
        (GENCODE, "ENST00000641515.2", "ENSG00000186092"),
        (ENSEMBL, "ENST00000632684.1", "ENSG00000282431"),
        (
            "ENSG00000141510|ENST00000269305|TP53",
            "ENST00000269305",
            "ENSG00000141510",
        ),
        ("AGAP004677|AGAP004677-RA", "AGAP004677-RA", "AGAP004677"),
        ("TP53|ENST00000269305", "ENST00000269305", "TP53"),
        ("ENST00000269305.9|TP53", "ENST00000269305.9", "TP53"),
        ("ENST00000269305|", "ENST00000269305", None),
        ("FBtr0071763 type=3UTR; parent=FBgn0000008,x; y", "FBtr0071763", "FBgn0000008"),
        ("Y74C9A.3.1 gene=WBGene00022277", "Y74C9A.3.1", "WBGene00022277"),
        ("Y74C9A.3.1 cdna gene:WBGene00022277.1 x", "Y74C9A.3.1", "WBGene00022277"),
        ("NM_1.2 TP53 [organism=Homo sapiens] [gene=TP53]", "NM_1.2", "TP53"),
        ("hg38_ncbiRefSeq_NM_1.2 range=chr1:1-9", "hg38_ncbiRefSeq_NM_1.2", None),
        ("a|b c", "a|b", None),
        ("lcl|NM_000014.6 x", "NM_000014.6", None),
        ("ENST00000269305|17", "ENST00000269305", None),
        ("ENST00000269305|protein_coding|17", "ENST00000269305", None),
        ("ENST00000269305|tumor protein p53|TP53", "ENST00000269305", "TP53"),
        ("ENST00000269305|TP53 tumor protein", "ENST00000269305", "TP53"),
        ("?|100130426", "?|100130426", "100130426"),
        ("ENST00000269305|7157", "ENST00000269305", "7157"),
        ("AT1G01020|AT1G01020.1", "AT1G01020.1", "AT1G01020"),
        (
            "ENSG00000141510|tumor protein p53 [Acc:HGNC:11998]|ENST00000269305",
            "ENST00000269305",
            "ENSG00000141510",
        ),
        ("", "", None),
    ],
)
def test_ids_of_fasta_headers(header, name, gene):
    assert (transcript_name(header), gene_of_header(header)) == (name, gene)


def test_of_several_ids_in_a_cell_the_right_one_is_taken():
    assert bare_id(GENCODE) == "ENST00000641515"
    assert bare_gene(GENCODE) == "ENSG00000186092"
    assert bare_gene("ENSG00000141510.17|TP53") == "ENSG00000141510"
    assert bare_id("TP53|7157") == "TP53|7157"
    assert bare_gene("TP53|7157") == "TP53"
    assert bare_gene("A1BG|1") == "A1BG"
    assert bare_gene("NM_000546.6") == "NM_000546"


def test_exact_ids_come_before_bare_ones():
    names = ["ENST00000000001.2", "ENST00000000001", "NM_1.3"]
    assert find_ids(["ENST00000000001", "ENST00000000001.9", "NM_1", "x"], names) == {
        "ENST00000000001": "ENST00000000001",
        "ENST00000000001.9": "ENST00000000001",
        "NM_1": "NM_1.3",
    }


def test_a_join_names_the_first_that_it_loses_on_both_sides(caplog):
    with caplog.at_level(logging.INFO, logger="mirsignal"):
        log_join(["A", "B", "B", "C", "D", "E"], ["A", "Z"], ("left", "right"))
    assert caplog.messages == [
        "4 of 5 left are not among right: B, C, D, ...",
        "1 of 2 right are not among left: Z",
    ]
    caplog.clear()
    log_join(["A"], ["A"], ("left", "right"))
    assert not caplog.messages


def test_gene_names_turned_dates_are_counted_once(caplog):
    names = pd.Series(["TP53", "2-Sep", "1-Mar", "Mar-01", "1/3/2024", "SEPTIN2", None])
    warn_of_dates(names.set_axis(range(2, 9)), "t.csv")
    assert len(caplog.messages) == 1
    assert "4 gene names look like dates" in caplog.text
    assert "line 3: '2-Sep'" in caplog.text
    caplog.clear()
    warn_of_dates(pd.Series(["1-mrt", "1-set", "01-déc", "9月2日", "2-Sep-24"]), "t")
    assert "5 gene names look like dates" in caplog.text
