"""The bytes of a file as text, or one line that says what the file is instead."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from pathlib import Path

from mirsignal.errors import InputError
from mirsignal.logs import log

_SHEET = "save the sheet as CSV and give that"
_FROM_R = "write it as text with R's write.table(x, file, sep = '\\t')"
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": ("an Excel workbook (.xls)", _SHEET),
    b"%PDF": ("a PDF", "give its table as CSV"),
    b"{\\rtf": ("a document (RTF)", "save it as plain text"),
    b"RDX": ("an R workspace (.RData)", _FROM_R),
    b"RDA": ("an R workspace (.RData)", _FROM_R),
    b"X\n\x00": ("an R object (.rds)", _FROM_R),
    b"A\n": ("an R object (.rds)", _FROM_R),
    b"B\n": ("an R object (.rds)", _FROM_R),
    b"PAR1": ("a Parquet file", "write it as TSV"),
    b"\x89HDF": ("an HDF5 file", "write its table as TSV"),
    b"\x93NUMPY": ("a NumPy array", "write it as TSV"),
    b"BZh": ("a bzip2 file", "unpack it with bunzip2"),
    b"\xfd7zXZ": ("an xz file", "unpack it with xz -d"),
    b"\x5d\x00\x00": ("an lzma file", "unpack it with xz -d"),
    b"\x1f\x9d": ("a file of compress (.Z)", "unpack it with gunzip"),
    b"SQLite format 3": ("an SQLite data base", "write its table as TSV"),
    b"ARROW1": ("a Feather file", "write it as TSV"),
    b"\x28\xb5\x2f\xfd": ("a Zstandard file", "unpack it with zstd -d"),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it"),
    b"Rar!": ("a RAR archive", "unpack it"),
    b"PK\x03\x04": ("an archive in an archive", "unpack it"),
    b"\x1f\x8b": ("a gzip file in another", "unpack it once"),
    b"\x26\xfc\x8f\x88": ("a bigWig", "give a table or a FASTA"),
    b"BAM\x01": ("a BAM file", "give a table or a FASTA"),
    b"CRAM": ("a CRAM file", "give a table or a FASTA"),
}
"""What a file is by its first bytes, and the remedy."""

_KINDS = {
    r"(<!--|<!doctype html|<html|<head|<body)": (
        "a web page (an error or a login page, saved as if it were the file?)",
        "fetch the file itself",
    ),
    r"<\?xml|<!doctype": ("an XML document", "save it as CSV"),
    r'[{\[]\s*["{\[]': ("a JSON document", "write it as TSV"),
    r"version https://git-lfs": ("a Git LFS pointer", "fetch the file with git lfs pull"),
    r"/annex/objects/": ("a git-annex pointer", "fetch the file with git annex get"),
    r"##gff-version|(#.*\n|\n)*([^\t\n]+\t){3}\d+\t\d+\t[^\t\n]+\t[-+.?]\t[012.]\t": (
        "annotation (GFF or GTF)",
        "give a table, or a FASTA of the sequences",
    ),
    r"##fileformat=VCF": ("variants (VCF)", "give a table"),
    r"@(HD|SQ|RG|PG)\t": ("alignments (SAM)", "give a table"),
    r"@.*\n[ACGTN]+\n\+": ("reads (FASTQ)", "give a FASTA"),
    r"ID   \S.*; .* BP\.|LOCUS   .* bp ": (
        "a flat file (EMBL or GenBank)",
        "fetch it as FASTA",
    ),
    r"\^\w+ = |!\w+[\t =]": (
        "a record of GEO (SOFT or series matrix)",
        "give its table alone, without lines that start with !",
    ),
}
"""What a file is by its first lines, and the remedy."""

_UTF_16_LE = re.compile(rb"([\t\n\r -~]\x00){8}")  # without a byte order mark
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def read_text(path: str | Path) -> str:
    """Return the text of a plain or gzip file, or of the one file in a zip.

    Text is UTF-8, UTF-16 (Excel's "Unicode text", R's UTF-16LE), else Windows-1252, with
    which a line in the log; every kind of line end becomes "\\n".

    Raises InputError when the file is absent, empty, not text (a workbook, an R object, a
    web page and others are named), truncated, or a zip of several files.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); give a file that can"
        ) from None
    data = _unpack(data, path)
    _refuse_foreign(data, path)
    text = _decode(data, path).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise InputError(f"{path}: the file is empty")
    for pattern, (kind, remedy) in _KINDS.items():
        if re.match(pattern, text[:4000].lstrip(), re.IGNORECASE):
            raise InputError(f"{path}: this is {kind}; {remedy}")
    return text


def _unpack(data: bytes, path: Path) -> bytes:
    try:
        if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _unzip(data, path)
        return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except RuntimeError as error:  # a password, or a compression that Python lacks
        raise InputError(f"{path}: {error}; unpack it by other means") from None
    except InputError:
        raise
    except Exception as error:  # a damaged archive can raise anything
        kind = "zip" if data.startswith(b"PK") else "gzip"
        raise InputError(
            f"{path}: broken or truncated {kind} file ({error}); fetch it again"
        ) from None


def _unzip(data: bytes, path: Path) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if "word/document.xml" in names:
            raise InputError(f"{path}: this is a Word document; save its table as text")
        if {"[Content_Types].xml", "content.xml", "Index/Document.iwa"} & set(names):
            raise InputError(f"{path}: this is an Excel or other workbook; {_SHEET}")
        members = [
            name
            for name in names
            if not name.rpartition("/")[2].startswith(".") and not name.endswith("/")
        ]
        if len(members) != 1:
            raise InputError(
                f"{path}: a zip of {len(members)} files; unpack it and name one"
            )
        return archive.read(members[0])


def _refuse_foreign(data: bytes, path: Path) -> None:
    for start, (kind, remedy) in _FOREIGN.items():
        if data.startswith(start):
            raise InputError(f"{path}: this is {kind}; {remedy}")
    if data[257:262] == b"ustar":
        raise InputError(f"{path}: this is a tar archive; unpack it and name one file")


def _decode(data: bytes, path: Path) -> str:
    encoding = "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif _UTF_16_LE.match(data):
        encoding = "utf-16-le"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8-sig" or _BINARY.search(data):
            raise _not_text(path) from None
        log.info("%s: not UTF-8; read as Windows-1252 (Latin-1)", path)
        return data.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise _not_text(path)
    return text


def _not_text(path: Path) -> InputError:
    return InputError(f"{path}: not a text file; give a TSV, CSV or FASTA")
