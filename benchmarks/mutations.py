"""Spoil the bytes of a user's file, as editors, spreadsheets and failing disks do.

Each mutation takes content and two numbers, which choose where and what, and returns new
content; it depends on nothing else, so that a fault can be repeated and made small.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable

Mutation = Callable[[bytes, int, int], bytes]
MUTATIONS: dict[str, Mutation] = {}

LONG = 30_000
"""Letters of a very long cell or line."""
PIECES = (
    b"\x00",
    b"\xff",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b"\r\n",
    b"\x0b",
    b"\x0c",
    b"\x1c",
    b"\x1a",
    "\u2028".encode(),
    "\u0085".encode(),
    b'"',
    b"'",
    b"\t",
    b",",
    b";",
    b" ",
    b"#",
    b">",
    b"@",
    b"\\",
    b"%s",
    b"{}",
    "\u00a0".encode(),
)
CELLS = (
    "",
    " ",
    "NA",
    "nan",
    "NULL",
    "#N/A",
    "None",
    "TRUE",
    "-",
    "?",
    '"',
    "'",
    "=1+1",
    "0",
    "-1",
    "1.5",
    "1e3",
    "1e999",
    "-1.79769e+308",
    "inf",
    "-Inf",
    "1e-320",
    "0x1F",
    "1,5",
    "1.234,5",
    "1_000",
    "\u22121",
    "\uff11",
    "\u0661",
    "9" * 30,
    "9" * 400,
    "N",
    "U",
    "ACGU",
    "acgt" * 6,
    "ACGT" * 13,
    "N" * 50,
    "-" * 50,
    "R" * 22,
    "*",
    "../x",
    "/",
    "a b",
    "a|b",
    "\u00df",
    "\u0130",
    "\u540d",
    "e\u0301",
    "\U0001f9ec",
    "hsa-miR-1-3p",
    "GENE01",
    "ENST00000000001.3",
    "Sequence unavailable",
    "{a: 1}",
)


def _mutation(function: Mutation) -> Mutation:
    MUTATIONS[function.__name__] = function
    return function


@_mutation
def change_byte(content: bytes, where: int, what: int) -> bytes:
    at = where % max(len(content), 1)
    return content[:at] + bytes([what % 256]) + content[at + 1 :]


@_mutation
def insert_piece(content: bytes, where: int, what: int) -> bytes:
    at = where % (len(content) + 1)
    return content[:at] + PIECES[what % len(PIECES)] + content[at:]


@_mutation
def delete_span(content: bytes, where: int, what: int) -> bytes:
    at = where % (len(content) + 1)
    return content[:at] + content[at + 1 + what % 60 :]


@_mutation
def cut_off(content: bytes, where: int, what: int) -> bytes:
    return content[: where % (len(content) + 1)]


@_mutation
def repeat_all(content: bytes, where: int, what: int) -> bytes:
    return content * (2 + what % 20)


@_mutation
def empty(content: bytes, where: int, what: int) -> bytes:
    return (b"", b"\n", b" \n\t\n", b"\x00" * 64, b"\xef\xbb\xbf")[what % 5]


def _lines(content: bytes) -> list[bytes]:
    return content.split(b"\n")


@_mutation
def drop_line(content: bytes, where: int, what: int) -> bytes:
    lines = _lines(content)
    del lines[where % len(lines)]
    return b"\n".join(lines)


@_mutation
def repeat_line(content: bytes, where: int, what: int) -> bytes:
    lines = _lines(content)
    line = lines[where % len(lines)]
    lines.insert(what % (len(lines) + 1), line)
    return b"\n".join(lines)


@_mutation
def join_lines(content: bytes, where: int, what: int) -> bytes:
    lines = _lines(content)
    at = where % len(lines)
    return b"\n".join([*lines[:at], b"".join(lines[at : at + 2]), *lines[at + 2 :]])


@_mutation
def comment_line(content: bytes, where: int, what: int) -> bytes:
    lines = _lines(content)
    lines[where % len(lines)] = b"#" + lines[where % len(lines)]
    return b"\n".join(lines)


@_mutation
def header_alone(content: bytes, where: int, what: int) -> bytes:
    return b"\n".join(_lines(content)[: 1 + what % 2])


@_mutation
def very_long_line(content: bytes, where: int, what: int) -> bytes:
    lines = _lines(content)
    lines.insert(where % (len(lines) + 1), PIECES[what % len(PIECES)] * LONG)
    return b"\n".join(lines)


def separator_of(content: bytes) -> bytes:
    """Return what separates the cells of the first line."""
    first = content.split(b"\n", 1)[0]
    found = [sep for sep in (b"\t", b";", b",", b": ", b" ") if sep in first]
    return found[0] if found else b": "


def _edit_cells(
    content: bytes, where: int, edit: Callable[[list[bytes], int], object]
) -> bytes:
    """Let `edit` change the cells of one line, by their numbers."""
    lines, separator = _lines(content), separator_of(content)
    row = where % len(lines)
    cells = lines[row].split(separator)
    edit(cells, where // len(lines) % len(cells))
    lines[row] = separator.join(cells)
    return b"\n".join(lines)


@_mutation
def change_cell(content: bytes, where: int, what: int) -> bytes:
    new = CELLS[what % len(CELLS)].encode()
    return _edit_cells(content, where, lambda cells, at: cells.__setitem__(at, new))


@_mutation
def very_long_cell(content: bytes, where: int, what: int) -> bytes:
    new = (CELLS[what % len(CELLS)] or "A").encode() * (LONG // 4)
    return _edit_cells(content, where, lambda cells, at: cells.__setitem__(at, new))


@_mutation
def drop_cell(content: bytes, where: int, what: int) -> bytes:
    return _edit_cells(content, where, lambda cells, at: cells.pop(at))


@_mutation
def repeat_cell(content: bytes, where: int, what: int) -> bytes:
    return _edit_cells(content, where, lambda cells, at: cells.insert(at, cells[at]))


@_mutation
def drop_column(content: bytes, where: int, what: int) -> bytes:
    separator = separator_of(content)
    rows = [line.split(separator) for line in _lines(content)]
    at = where % len(rows[0])
    return b"\n".join(separator.join(cells[:at] + cells[at + 1 :]) for cells in rows)


@_mutation
def fill_column(content: bytes, where: int, what: int) -> bytes:
    """Give one column the same cell in every row but the header."""
    separator = separator_of(content)
    header, *rows = [line.split(separator) for line in _lines(content)]
    at = where % len(header)
    for cells in rows:
        if at < len(cells):
            cells[at] = CELLS[what % len(CELLS)].encode()
    return b"\n".join(separator.join(cells) for cells in [header, *rows])


@_mutation
def swap_separator(content: bytes, where: int, what: int) -> bytes:
    others = (b",", b";", b"\t", b" ", b"|", b"\t\t", b", ")
    return content.replace(separator_of(content), others[what % len(others)])


@_mutation
def quote_cells(content: bytes, where: int, what: int) -> bytes:
    quote = (b'"', b"'", b'""')[what % 3]
    separator = separator_of(content)
    rows = [line.split(separator) for line in _lines(content)]
    return b"\n".join(
        separator.join(quote + cell + quote for cell in cells) for cells in rows
    )


@_mutation
def decimal_comma(content: bytes, where: int, what: int) -> bytes:
    return content.replace(b".", b",")


@_mutation
def shorten_header(content: bytes, where: int, what: int) -> bytes:
    """Leave the first name out of the header, as R's write.table does."""
    header, newline, rest = content.partition(b"\n")
    return header.partition(separator_of(content))[2] + newline + rest


@_mutation
def line_ends(content: bytes, where: int, what: int) -> bytes:
    return content.replace(b"\n", (b"\r\n", b"\r", b"\n\n", b"\n\r")[what % 4])


@_mutation
def encode_anew(content: bytes, where: int, what: int) -> bytes:
    text = content.decode("utf-8", "replace")
    codec = ("utf-16", "utf-16-le", "utf-8-sig", "utf-32", "latin-1")[what % 5]
    return ("\u00e9" + text).encode(codec, "replace")


@_mutation
def compress(content: bytes, where: int, what: int) -> bytes:
    return gzip.compress(content, 1, mtime=0)


@_mutation
def compress_and_cut(content: bytes, where: int, what: int) -> bytes:
    packed = gzip.compress(content, 1, mtime=0)
    return packed[: 1 + where % len(packed)]


@_mutation
def compress_and_damage(content: bytes, where: int, what: int) -> bytes:
    return change_byte(gzip.compress(content, 1, mtime=0), where, what)


@_mutation
def pack(content: bytes, where: int, what: int) -> bytes:
    """Put it into a zip, which may be damaged or hold two files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(1 + (what % 5 == 0)):
            name = zipfile.ZipInfo(f"{number}.txt")  # of a constant date
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    packed = buffer.getvalue()
    return change_byte(packed, where, what) if what % 2 else packed
