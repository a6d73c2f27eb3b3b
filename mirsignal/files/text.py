"""The bytes of a file as text, or one line that says what the file is instead."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from functools import cache
from pathlib import Path

from mirsignal.errors import InputError
from mirsignal.files.foreign import SHEET, refuse_foreign, refuse_kind
from mirsignal.logs import log

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
        data = path.read_bytes() if path.is_file() else _read_once(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); give a file that can"
        ) from None
    data = _unpack(data, path)
    refuse_foreign(data, path)
    text = _decode(data, path).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise InputError(f"{path}: the file is empty")
    refuse_kind(text, path)
    return text


@cache
def _read_once(path: Path) -> bytes:
    """Return what a pipe gives, as of `<(zcat FILE)`, also when it is asked again."""
    return path.read_bytes()


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
            raise InputError(f"{path}: this is an Excel or other workbook; {SHEET}")
        members = zip_members(archive)
        if len(members) != 1:
            raise InputError(
                f"{path}: a zip of {len(members)} files; unpack it and name one"
            )
        return archive.read(members[0])


def zip_members(archive: zipfile.ZipFile) -> list[str]:
    """Return the files of a zip, without folders and what macOS adds (._NAME)."""
    return [
        name
        for name in archive.namelist()
        if not name.rpartition("/")[2].startswith(".") and not name.endswith("/")
    ]


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
