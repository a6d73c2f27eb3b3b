"""The bytes of a file as text, or one line that says what the file is instead."""

from __future__ import annotations

import gzip
import io
import logging
import re
import zipfile
from pathlib import Path

from mirsignal.errors import InputError

_log = logging.getLogger(__name__)

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

_MARKUP = {
    r"<!doctype html|<html|<head|<body": (
        "a web page (an error or a login page, saved as if it were the file?)",
        "fetch the file itself",
    ),
    r"<\?xml|<!doctype": ("an XML document", "save it as CSV"),
    r'[{\[]\s*["{\[]': ("a JSON document", "write it as TSV"),
    r"version https://git-lfs": ("a Git LFS pointer", "fetch the file with git lfs pull"),
}
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def read_text(path: str | Path) -> str:
    """Return the text of a plain or gzip file, or of the one file in a zip.

    Text is UTF-8, UTF-16 with a byte order mark (Excel's "Unicode text"), else
    Windows-1252, with which a line in the log; every kind of line end becomes "\\n".

    Raises InputError when the file is absent, empty, not text (a workbook, an R object, a
    web page and others are named), truncated, or a zip of several files.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path in the config") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    data = _unpack(data, path)
    _refuse_foreign(data, path)
    text = _decode(data, path).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise InputError(f"{path}: the file is empty")
    for pattern, (kind, remedy) in _MARKUP.items():
        if re.match(pattern, text[:500].lstrip(), re.IGNORECASE):
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
        if {"[Content_Types].xml", "content.xml"} & set(names):
            raise InputError(f"{path}: this is an Excel or other workbook; {_SHEET}")
        members = [
            name
            for name in names
            if not name.endswith("/") and not name.startswith("__MACOSX/")
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
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-16" or _BINARY.search(data):
            raise _not_text(path) from None
        _log.info("%s: not UTF-8; read as Windows-1252 (Latin-1)", path)
        return data.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise _not_text(path)
    return text


def _not_text(path: Path) -> InputError:
    return InputError(f"{path}: not a text file; give a TSV, CSV or FASTA")
