"""Tables as programs write them: separators, quotes, row names, rows that say nothing.

Read are TSV and CSV, `;` of European spreadsheets, spaces of R's `write.table`, quoted
cells with line breaks, a header one cell short (R's row names), a header behind `#` (the
UCSC table browser), and the empty rows and columns that spreadsheets leave behind.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from mirsignal.errors import InputError
from mirsignal.logs import log

ROW_NAMES = ("", "X", "Unnamed: 0", "...1", "rowname", "row.names", "Row.names", "rn")
"""What a first column of row names is called: by R, R again, pandas, readr, tibble, R
again, R's merge and data.table."""

AS_TYPED: dict[int, str | None] = {
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-"),
    **dict.fromkeys([*range(0x200B, 0x2010), 0x2060, 0xFEFF], None),
    **dict.fromkeys([0x2009, 0x202F], " "),
}
"""Dashes of word processors, marks without width and narrow blanks, as one types them."""
_ERROR = re.compile(r"#(N/A|NV|N/D|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!)([\t,;]|$)")
"""What a spreadsheet shows in a cell; no comment."""
_MOST_COLUMNS = 50_000
_MOST_LINES = 10  # of one cell: more means a quote that was never closed


@dataclass
class Sheet:
    """Cells of a table: `rows` have one for each name of `header`, `lines` are theirs."""

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    separator: str


def parse_table(
    text: str,
    path: str | Path,
    comment: str | None = "#",
    wanted: Collection[str] = (),
    has_header: bool = True,
) -> Sheet:
    """Split the text of a table into stripped cells.

    Lines that start with `comment` are skipped, but for the last of them where it, and
    not the first row, holds the names that are `wanted`. Without a header columns are
    named by their number, "1" and so on. Raises InputError, with the line, for a row of
    another length than the header, a header of two rows and a quote that is never closed.
    """
    text = text if text.isascii() else text.translate(AS_TYPED)
    if text.lstrip().startswith(">"):
        raise InputError(f"{path}: this is FASTA; give a table")
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    first = lines[0][1].strip(" ") if lines else ""
    stated = re.fullmatch(r'"?sep=([,;|\t])"?', first)
    lines = lines[1:] if stated else lines
    while lines and re.match(r"(track|browser)\s", lines[0][1]):  # of BED
        lines = lines[1:]
    remarks, kept = _split_comments(lines, comment)
    if not kept:
        raise InputError(f"{path}: the file holds comments only; it needs a header")
    lead = [line for _, line in kept[:2]]
    named = _separates_row_names(lead[0], lead[-1], wanted)
    separator = stated.group(1) if stated else named or guess_separator(*lead)
    if not named:
        _refuse_title(kept, path)
    rows = [row for row in _read_rows(kept, separator, path) if any(row[1])]
    if not rows:
        raise InputError(f"{path}: the table has no cells; it needs a header")
    if not has_header:
        header = [str(number + 1) for number in range(len(rows[0][1]))]
    elif (behind := _cells(remarks, separator)) and _is_header(behind, rows, wanted):
        header = behind
    else:
        header = rows.pop(0)[1]
    if len(header) > _MOST_COLUMNS:
        raise InputError(
            f"{path}: {len(header):,} columns; is the table transposed, or are line ends "
            "lost? Give a row per gene, miRNA or site"
        )
    header, rows = _even_out(header, rows, separator, path)
    return _drop_unnamed(header, rows, separator, path)


def guess_separator(header: str, row: str = "") -> str:
    """Return what separates the cells of a header: tab, comma, semicolon or space.

    Where both of ",;" stand in it, it is that of which the row below has as many.
    """
    bare, below = (re.sub(r'"[^"]*"', "x", line) for line in (header, row))
    if "\t" in bare:
        return "\t"
    here = [mark for mark in ";," if mark in bare]
    alike = [mark for mark in here if bare.count(mark) == below.count(mark)]
    if here:
        return max(alike or here, key=bare.count)
    return " " if " " in bare.strip() else "\t"


def _separates_row_names(header: str, row: str, wanted: Collection[str]) -> str:
    """Return what separates R's row names from the one column that a table has beside.

    "" for other tables: a header of several cells, a row of more than two, and one whose
    second cell is no number, unless the header is a name that is wanted.
    """
    name = header.strip('" ')
    if _has_marks(header) or " " in name:
        return ""
    for mark in "\t;, ":
        cells = row.strip(" ").split(mark)
        if len(cells) > 1:
            is_named = name in wanted or _is_number(cells[-1].strip('" '))
            return mark if len(cells) == 2 and is_named else ""
    return ""


def _is_number(cell: str) -> bool:
    if cell == "NA":
        return True
    try:
        return not math.isnan(float(cell.replace(",", ".")))
    except ValueError:
        return False


def _refuse_title(lines: list[tuple[int, str]], path: str | Path) -> None:
    """Raise InputError for a first line without separators above one with them."""
    first, second = lines[0][1], lines[1][1] if len(lines) > 1 else ""
    by_tabs = "\t" in second and "\t" not in first
    by_commas = " " not in second and _has_marks(second) and not _has_marks(first)
    if by_tabs or by_commas:
        raise InputError(
            f"{path}, line {lines[0][0]}: one cell over several; remove the title above "
            "the header"
        )


def _has_marks(line: str) -> bool:
    return any(mark in line for mark in "\t,;")


def _split_comments(
    lines: list[tuple[int, str]], comment: str | None
) -> tuple[str, list[tuple[int, str]]]:
    """Return the last comment above the first row, and the lines that are none."""
    kept = [
        row
        for row in lines
        if not (comment and row[1].startswith(comment)) or _ERROR.match(row[1])
    ]
    above = [line for n, line in lines if kept and n < kept[0][0]]
    return (above[-1].lstrip(comment or "") if above else ""), kept


def _cells(line: str, separator: str) -> list[str]:
    return [cell.strip() for cell in line.split(separator)] if line else []


def _is_header(
    cells: list[str], rows: list[tuple[int, list[str]]], wanted: Collection[str]
) -> bool:
    names = {name.lstrip("# ") for name in wanted}
    return bool(names) and names <= set(cells) and not names <= set(rows[0][1])


def _read_rows(
    lines: list[tuple[int, str]], separator: str, path: str | Path
) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line and the cells of each row; a quoted cell may span lines."""
    csv.field_size_limit(2**31 - 1)
    taken: list[tuple[int, str]] = []

    def feed() -> Iterator[str]:
        for item in lines:
            taken.append(item)
            yield item[1] + "\n"

    skips = separator != "\t"  # blanks behind a separator
    for row in csv.reader(feed(), delimiter=separator, skipinitialspace=skips):
        if len(taken) > 1 or taken[0] == lines[-1]:
            _refuse_open_quote(taken, row, separator, path)
        yield taken[0][0], [" ".join(c.split("\n")).strip("\ufeff \t\xa0") for c in row]
        taken.clear()


def _refuse_open_quote(
    taken: list[tuple[int, str]], row: list[str], separator: str, path: str | Path
) -> None:
    """Raise InputError for a quote that is closed nowhere, or far below by another."""
    far = any(cell.count("\n") > _MOST_LINES for cell in row)
    across = any("\n" in cell.strip() and "\t" in cell for cell in row)
    if separator != "\t":  # lines within a cell that are whole rows
        within = [line for _, line in taken[1:-1] if '"' not in line]
        across |= any(line.count(separator) >= len(row) - 1 > 0 for line in within)
    try:
        list(csv.reader((t + "\n" for _, t in taken), delimiter=separator, strict=True))
    except csv.Error as error:
        far = far or len(taken) > 1 or "end of data" in str(error)
    if far or across:
        raise InputError(
            f"{path}, line {taken[0][0]}: a quote is never closed; remove it"
        )


def _even_out(
    header: list[str],
    rows: list[tuple[int, list[str]]],
    separator: str,
    path: str | Path,
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Name R's row names, cut empty cells beyond the header, refuse other lengths."""
    while not header[-1] and any(len(cells) < len(header) for _, cells in rows):
        header = header[:-1]  # a separator at the end of the header alone
    width = len(header)
    longer = bool(rows) and all(len(cells) == width + 1 for _, cells in rows)
    is_cut = separator == "," and not all(cells[0].isdigit() for _, cells in rows)
    is_cut &= header[0] in ROW_NAMES and any(cells[-1] for _, cells in rows)
    if longer and is_cut:
        raise InputError(
            f"{path}, line {rows[0][0]}: {width + 1} cells where the header has {width}; "
            "are there decimal commas between commas? Write points, or separate cells "
            "by ; or tabs"
        )
    if longer and any(cells[-1] for _, cells in rows):
        log.info("%s: the first column has no name; taken for row names", path)
        header, width = [ROW_NAMES[0], *header], width + 1
    even = []
    for line, cells in rows:
        if len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        if len(cells) != width:
            asks = "is there a title above the header" if width == 1 else "is it cut off"
            raise InputError(
                f"{path}, line {line}: {len(cells)} cells where the header has {width}; "
                f"{asks}, or a cell unquoted?"
            )
        even.append((line, cells))
    return header, even


def _drop_unnamed(
    header: list[str],
    rows: list[tuple[int, list[str]]],
    separator: str,
    path: str | Path,
) -> Sheet:
    """Leave out columns without a name, but for the first; refuse a name given twice."""
    unnamed = {i for i, name in enumerate(header) if i and not name}
    if len(header) == 1 and _has_marks(header[0]):
        raise InputError(
            f"{path}: each row is one quoted cell; remove the quotes around whole rows"
        )
    if header[0] and len(unnamed) == len(header) - 1 > 0:
        raise InputError(
            f"{path}: only {header[0]!r} is named; remove the title above the header"
        )
    if rows and not rows[0][1][0] and any(rows[0][1][i] for i in unnamed):
        raise InputError(
            f"{path}, line {rows[0][0]}: the header takes two rows (merged cells?); give "
            "each column one name in one row"
        )
    keep = [i for i in range(len(header)) if i not in unnamed]
    return Sheet(
        [header[i] for i in keep],
        [[cells[i] for i in keep] for _, cells in rows],
        [line for line, _ in rows],
        separator,
    )
