"""Text of any encoding is read; what is no text is called by its name."""

import gzip
import io
import logging
import os
import threading
import zipfile

import pytest

from mirsignal.errors import InputError
from mirsignal.files.text import read_text

TEXT = "gene\tmiR-1\nGENE1\t-0.5\nä\t1\n"


def workbook(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "<xml/>")
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_text_of_any_encoding_and_line_end(table_of, encoding, end, pack):
    data = pack(TEXT.replace("\n", end).encode(encoding))
    assert read_text(table_of(data)) == TEXT


def test_big_endian_utf_16_and_what_was_guessed(table_of, caplog):
    assert read_text(table_of(b"\xfe\xff" + TEXT.encode("utf-16-be"))) == TEXT
    with caplog.at_level(logging.INFO, logger="mirsignal"):
        read_text(table_of(TEXT.encode("latin-1")))
    assert "not UTF-8; read as Windows-1252" in caplog.text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (workbook("[Content_Types].xml", "xl/workbook.xml"), "save the sheet as CSV"),
        (workbook("mimetype", "content.xml"), "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "save the sheet as CSV"),
        (
            gzip.compress(b"X\n\x00\x00\x00\x03" + bytes(9), mtime=0),
            r"R object .*write\.table",
        ),
        (gzip.compress(b"RDX3\nX\n" + bytes(9), mtime=0), r"R workspace .*write\.table"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\n<!DOCTYPE html>\n<title>404</title>", "a web page .*fetch the file itself"),
        (b"<HTML><body>Sign in", "a web page"),
        (
            b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>',
            "a table as HTML.*save the sheet as CSV",
        ),
        (b"<table border=1><tr><td>gene", "a table as HTML"),
        (
            b"8_30_ENST01_mRNA_MIMAT0000062\nGGCTTACCTGAGGTAGTAG\n"
            b"GGCTTACC           \tENST01_mRNA\t1\t8\n"
            b"((((....))))..(...)\t(-18.2)\n",
            "viennad.*give the table of hybrids",
        ),
        (b'<?xml version="1.0"?>\n<Workbook/>', "XML document; save it as CSV"),
        (b'{"gene": "A"}', "JSON"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"/annex/objects/SHA256E-s12--ab.tsv\n", "git annex get"),
        (b"<!-- saved from x -->\n<html></html>", "a web page"),
        (b"##gff-version 3\n##date 2018-3-5\n", r"GFF or GTF"),
        (b'#!genome-build GRCh38\n1\tx\tgene\t1\t9\t.\t+\t.\tgene_id "A"\n', "GTF"),
        (b"##fileformat=VCFv4.2\n#CHROM\tPOS\n", "VCF"),
        (b"@SQ\tSN:1\tLN:9\n", "SAM"),
        (b"@read\nACGT\n+\nIIII\n", "FASTQ"),
        (b"ID   cel-let-7         standard; RNA; CEL; 99 BP.\nXX\n", "as FASTA"),
        (b"LOCUS       NM_000546     2512 bp    mRNA    linear   PRI\n", "as FASTA"),
        (b"^SERIES = GSE1\n!Series_title = x\n", "lines that start with !"),
        (b'!Series_title\t"x"\n', "lines that start with !"),
        (workbook("[Content_Types].xml", "word/document.xml"), "a Word document"),
        (workbook("Index/Document.iwa", "preview.jpg"), "save the sheet as CSV"),
        (b"\x5d\x00\x00\x80\x00", "xz -d"),
        (b"\x1f\x9d\x90ab", "gunzip"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"ARROW1\x00\x00", "Feather"),
        (b"PAR1\x15\x04", "Parquet"),
        (b"BZh91AY&SY", "bunzip2"),
        (b"\xfd7zXZ\x00", "xz -d"),
        (b"\x26\xfc\x8f\x88\x04\x00", "a bigWig"),
        (b"\x00\x01\x02\x03", "not a text file"),
        (b"ab\x00\xff\xfe", "not a text file"),
    ],
)
def test_what_is_no_text_is_called_by_its_name(table_of, content, words):
    path = table_of(content)
    with pytest.raises(InputError, match=words) as caught:
        read_text(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_what_a_mac_adds_to_a_zip_does_not_count(table_of):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("scores.txt", TEXT)
        archive.writestr("__MACOSX/._scores.txt", "\x00")
        archive.writestr("folder/.DS_Store", "\x00")
    assert read_text(table_of(buffer.getvalue())) == TEXT


def test_utf_16_without_a_mark(table_of):
    assert read_text(table_of(TEXT.encode("utf-16-le"))) == TEXT
    with pytest.raises(InputError, match="not a text file"):
        read_text(table_of(TEXT.encode("utf-16-le")[:-1]))


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def overwritten(archive):
    return archive[:60] + b"\xff" * 20 + archive[80:]


def test_zip_of_one_file_reads_as_that_file(table_of):
    assert read_text(table_of(zipped(a=TEXT))) == TEXT
    windows = zipped(data__="", **{"data__a.txt": "\ufeffa\r\nb\r\n"})
    assert read_text(table_of(windows)) == "a\nb\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped(a="1", b="2"), "a zip of 2 files"),
        (zipped(), "a zip of 0 files"),
        (zipped(a="1" * 9)[:-30], "broken or truncated zip file"),
        (zipped(a=" "), "empty"),
        (overwritten(zipped(a=TEXT * 9)), "broken or truncated zip file"),
    ],
    ids=["two files", "no file", "cut", "empty", "overwritten"],
)
def test_bad_zip_is_one_line(table_of, content, words):
    path = table_of(content)
    with pytest.raises(InputError, match=words) as caught:
        read_text(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pipe_is_read_once_and_known_again(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(
        target=(tmp_path / "pipe").write_text, args=(">T1\nACGU\n",)
    )
    writer.start()
    assert [read_text(tmp_path / "pipe") for _ in range(2)] == [">T1\nACGU\n"] * 2
    writer.join()
