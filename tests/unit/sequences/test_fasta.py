"""FASTA as BioMart writes it: records without a sequence, and errors in its place."""

import logging

import pytest

from mirsignal.errors import InputError
from mirsignal.sequences.fasta import read_fasta


def test_biomart_fasta_without_sequence_is_skipped_and_counted(table_of, caplog):
    path = table_of(
        ">ENST01|ENSG01|A\nACGT\nAC\n>ENST02|ENSG01|A\nSequence unavailable\n"
        ">ENST03|ENSG02|B\nSequence unavailable\n>ENST04|ENSG02|B\nGGG\n"
    )
    with caplog.at_level(logging.INFO, logger="mirsignal"):
        records = list(read_fasta(path))
    assert records == [("ENST01|ENSG01|A", "ACGUAC"), ("ENST04|ENSG02|B", "GGG")]
    assert "skipped 2 of 4 records" in caplog.text


def test_biomart_fasta_without_any_sequence_is_refused(table_of):
    path = table_of(">ENST01\nSequence unavailable\n")
    with pytest.raises(InputError, match="no record has a sequence"):
        list(read_fasta(path))


def test_biomart_error_is_not_taken_for_fasta(table_of):
    path = table_of("Query ERROR: caught BioMart::Exception: non-BioMart die()\n")
    with pytest.raises(InputError, match="not FASTA"):
        list(read_fasta(path))


GENCODE = (
    ">E1|G1|NAME|9|UTR5:1-2|CDS:3-5|UTR3:6-9|\nAACCCGGUA\n>E2|G2|N|3|CDS:1-3|\nACG\n"
)


def test_3_utrs_are_cut_out_of_mrnas_whose_headers_say_where(table_of, caplog):
    caplog.set_level(logging.INFO)
    path = table_of(GENCODE)
    assert list(read_fasta(path, utrs_alone=True)) == [
        ("E1|G1|NAME|9|UTR5:1-2|CDS:3-5|UTR3:6-9|", "GGUA")
    ]
    assert "1, 1 have none" in caplog.text
    assert [text for _, text in read_fasta(path)] == ["AACCCGGUA", "ACG"]


@pytest.mark.parametrize(
    "header",
    [
        "T1 gene=G1 CDS=7-20",
        "ENST01.1 cdna chromosome:GRCh38:1:1:9:1 gene:ENSG01.1",
        "NM_000546.6 Homo sapiens tumor protein p53 (TP53), transcript variant 1, mRNA",
        "NM_000546.6 TP53 [organism=Homo sapiens] [GeneID=7157] [transcript=1]",
        "lcl|NC_1_cds_NP_1 [gene=TP53] [protein_id=NP_1] [gbkey=CDS]",
        "ENST01.1|ENSG01.5|OTT1.1|OTT2.1|OR4F5-201|OR4F5|2618|protein_coding|",
        "FBtr0070000 type=mRNA; loc=X:1..9; name=CG1-RA",
        "ENST01.1 ncrna contig::ABC:1:9:1 gene:ENSG01.1",
        "ENST01 cdna:known chromosome:GRCh37:14:1:9:1 gene:ENSG01",
        "ENST01\tcds:novel chromosome:GRCh37:14:1:9:1 gene:ENSG01",
    ],
)
def test_other_whole_mrnas_are_refused_where_3_utrs_are_asked_for(table_of, header):
    path = table_of(f">{header}\nACGU\n")
    with pytest.raises(InputError, match="is a whole mRNA, by its header; give 3' UTRs"):
        list(read_fasta(path, utrs_alone=True))
    assert len(list(read_fasta(path))) == 1


def test_3_utrs_that_say_so_are_none_of_these(table_of):
    path = table_of(">NM_1.1 TP53 3' UTR [transcript=1]\nACGU\n")
    assert len(list(read_fasta(path, utrs_alone=True))) == 1


def test_headers_of_genes_alone_are_told(table_of):
    path = table_of(">ENSG00000141510\nACGU\n>ENSG00000141510\nACG\n")
    with pytest.raises(InputError, match="twice; let headers name transcripts too"):
        list(read_fasta(path))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (">ENSP00000000001.2|ENSG00000000001\nMKVTASSW\n", "is a protein, by its id"),
        (">T1\nACGXXXU\n", "write N for what is masked"),
        (">T1\nMKLVEFWQ\n", "is this a protein"),
        (">T1\n1 ACGU\n", "correct or remove it"),
    ],
)
def test_what_is_no_nucleotide_is_told_with_a_remedy(table_of, text, said):
    with pytest.raises(InputError, match=said):
        list(read_fasta(table_of(text)))


def test_a_header_may_begin_with_a_bar(table_of):
    records = list(read_fasta(table_of(">|ENST00000000001|x\nACGU\n")))
    assert records == [("ENST00000000001", "ACGU")]
