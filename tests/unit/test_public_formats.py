"""What the files of public data bases look like, and what the readers make of them."""

import io
import logging
import urllib.parse
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import yaml

from mirsignal.errors import InputError
from mirsignal.files.tables import read_table
from mirsignal.files.text import read_text
from mirsignal.repression.targetscan import read_targetscan
from mirsignal.samples.chimeras import read_clash_table
from mirsignal.sequences.fasta import Transcripts, read_fasta, write_fasta
from mirsignal.workflow.config import complete_config, read_schema

ROOT = Path(__file__).resolve().parents[2]
SUMMARY_COUNTS = (
    "Transcript ID\tGene Symbol\tmiRNA family\tSpecies ID\t"
    "Cumulative weighted context++ score\tAggregate PCT\n"
    "ENST1.3\tHMGA2\tGAGGUAG\t9606\t-1.5\t0.99\n"
    "ENST2.1\tHMGA2\tGAGGUAG\t9606\t-1.1\t0.99\n"
    "ENST1.3\tHmga2\tGAGGUAG\t10090\t-1.9\t0.99\n"
    "ENST3.1\tLIN28B\tGAGGUAG\t9606\tNULL\tNULL\n"
    "ENST4.1\tRAB10\tAAAGUGC\t9606\t-0.4\t0.5\n"
)
S1_COLUMNS = (
    "seq_ID microRNA_name miRNA_start miRNA_end miRNA_seq mRNA_name mRNA_start "
    "mRNA_end_extended mRNA_seq_extended chimeras_decompressed experiments "
    "experiments_list microRNA_first two_way_merged seed_type num_basepairs "
    "seed_basepairs folding_energy 5'UTR CDS 3'UTR folding_class conservation_score "
    "log2_target_enrichment CLASH_single_reads_ovlp CLASH_cluster_ovlp "
    "PAR_CLIP_cluster_ovlp"
)
COLUMNS = {
    "seed": "miRNA family",
    "gene": "Gene Symbol",
    "score": "Cumulative weighted context++ score",
}
LET7 = pd.DataFrame({"mirna": ["let-7c"], "sequence": ["UGAGGUAGUAGGUUGUAUGGUU"]})


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def overwritten(archive: bytes) -> bytes:
    return archive[:60] + b"\xff" * 20 + archive[80:]


@pytest.fixture
def targetscan(tmp_path):
    path = tmp_path / "counts.txt.zip"
    path.write_bytes(zipped(**{"Summary_Counts.txt": SUMMARY_COUNTS}))
    return path


def test_zip_of_one_file_reads_as_that_file(tmp_path, targetscan):
    assert read_text(targetscan) == SUMMARY_COUNTS
    assert read_table(targetscan, COLUMNS)["gene"].iloc[2] == "Hmga2"
    windows = tmp_path / "crlf.zip"
    windows.write_bytes(zipped(data__="", **{"data__a.txt": "\ufeffa\r\nb\r\n"}))
    assert read_text(windows) == "a\nb\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped(a="1", b="2"), "a zip of 2 files"),
        (zipped(), "a zip of 0 files"),
        (zipped(a="1" * 9)[:-30], "broken or truncated zip file"),
        (zipped(a=" "), "empty"),
        (overwritten(zipped(a=SUMMARY_COUNTS)), "broken or truncated zip file"),
    ],
    ids=["two files", "no file", "cut", "empty", "overwritten"],
)
def test_bad_zip_is_one_line(tmp_path, content, words):
    path = tmp_path / "bad.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        read_text(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_biomart_fasta_without_sequence_is_skipped_and_counted(tmp_path, caplog):
    path = tmp_path / "utr.fa"
    path.write_text(
        ">ENST01|ENSG01|A\nACGT\nAC\n>ENST02|ENSG01|A\nSequence unavailable\n"
        ">ENST03|ENSG02|B\nSequence unavailable\n>ENST04|ENSG02|B\nGGG\n"
    )
    with caplog.at_level(logging.INFO, logger="mirsignal.sequences.fasta"):
        records = list(read_fasta(path))
    assert records == [("ENST01|ENSG01|A", "ACGUAC"), ("ENST04|ENSG02|B", "GGG")]
    assert "skipped 2 of 4 records" in caplog.text


def test_biomart_fasta_without_any_sequence_is_refused(tmp_path):
    path = tmp_path / "utr.fa"
    path.write_text(">ENST01\nSequence unavailable\n")
    with pytest.raises(InputError, match="no record has a sequence"):
        list(read_fasta(path))


def test_biomart_error_is_not_taken_for_fasta(tmp_path):
    path = tmp_path / "utr.fa"
    path.write_text("Query ERROR: caught BioMart::Exception: non-BioMart die()\n")
    with pytest.raises(InputError, match="not FASTA"):
        list(read_fasta(path))


@pytest.mark.parametrize("species", ["9606", 9606])
def test_targetscan_of_one_species(targetscan, species):
    scores = read_targetscan(targetscan, LET7, COLUMNS, {"Species ID": species})
    assert scores.to_dict("records") == [
        {"mirna": "let-7c", "gene": "HMGA2", "score": -1.5}
    ]
    assert set(read_targetscan(targetscan, LET7, COLUMNS)["gene"]) == {"HMGA2", "Hmga2"}


def test_targetscan_where_may_name_a_mapped_column(targetscan):
    scores = read_targetscan(targetscan, LET7, COLUMNS, {"Gene Symbol": "Hmga2"})
    assert scores["score"].tolist() == [-1.9]


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"Species": "9606"}, "'Species' of `where` is missing"),
        ({"Species ID": "human"}, "no row has 'human'.*it has: 9606, 10090"),
    ],
)
def test_targetscan_where_that_cannot_be_met(targetscan, where, words):
    with pytest.raises(InputError, match=words):
        read_targetscan(targetscan, LET7, COLUMNS, where)


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


@pytest.fixture(scope="module")
def full_study():
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    config |= yaml.safe_load((ROOT / "studies/hct116.yaml").read_text())
    checked = complete_config(config, read_schema(ROOT / "schemas/config.schema.yaml"))
    return checked["studies"]["hct116"]


def test_full_study_fetches_every_file_that_it_reads(full_study):
    inputs = full_study["inputs"]
    read = {table["file"] for table in inputs.values() if "file" in table}
    read |= {inputs["hybrids"]["transcripts"], inputs["transcripts"]["genes"]}
    read |= {inputs["contextpp"]["ta_sps"]}
    assert {name for name in read if "/" not in name} == set(full_study["downloads"])
    for download in full_study["downloads"].values():
        assert " " not in download["url"]


@pytest.mark.parametrize(
    ("name", "formatter", "attributes"),
    [
        ("ensembl_grch37_3utr.fa", "FASTA", ["ensembl_transcript_id", "3utr"]),
        (
            "ensembl_grch37_genes.tsv",
            "TSV",
            ["ensembl_transcript_id", "external_gene_name"],
        ),
    ],
)
def test_full_study_asks_biomart_in_valid_xml(full_study, name, formatter, attributes):
    url = urllib.parse.urlsplit(full_study["downloads"][name]["url"])
    (query,) = urllib.parse.parse_qs(url.query)["query"]
    tree = ElementTree.fromstring(query.encode())
    assert tree.attrib["formatter"] == formatter
    assert [node.attrib["name"] for node in tree.iter("Attribute")] == attributes
