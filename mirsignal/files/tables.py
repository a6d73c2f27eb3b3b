"""Read tables with one clear line per fault; write files whole or not at all."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.dialects import ROW_NAMES, parse_table
from mirsignal.files.text import read_text

MISSING = [
    "",
    "NA",
    "N/A",
    "n/a",
    "#N/A",
    "#NV",
    "#N/D",
    "NaN",
    "nan",
    "-nan",
    "NULL",
    "null",
    "<NA>",
]
_LIKE_DATA = re.compile(
    r"[-+]?\d*\.?\d+(e[-+]?\d+)?|[ACGTUN]{15,}|(ENS[A-Z]*[GT]|[NX][MR]_)\d+(\.\d+)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?=.*[^\W\d])[\w.|:-]+")
_CALLED = re.compile(r"id$|^id|entrez|gene", re.IGNORECASE)  # a column of ids
_THOUSANDS = r"[-+]?[1-9]\d{0,2}([,.]\d{3})+"
_NUMBER = re.compile(r"[-+]?\d*[.,]?\d+(e[-+]?\d+)?", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_GROUPED = rf"{_THOUSANDS}\.\d+|[-+]?[1-9]\d{{0,2}}(\.\d{{3}})+,\d+"
_MADE_DATE = (
    r"\d{1,2}[-. ]+[^\W\d]{3,}\.?|[^\W\d]{3}[-. ]+\d{2}|\d+[-/]\d+[-/]\d+( [\d:]+)?"
)


def name_columns(
    known: Mapping[str, str], columns: Mapping[str, Any] | None, setting: str
) -> dict[str, Any]:
    """Return the names of columns in a file: `known` ones, replaced by `columns`.

    Raises InputError when `columns`, which is the config's `setting`, names another.
    """
    if unknown := sorted(set(columns or {}) - set(known)):
        raise InputError(
            f"config: {setting}: {unknown[0]!r} is no column that is read; known: "
            f"{', '.join(known)}"
        )
    return dict(known) | dict(columns or {})


def read_table(
    path: str | Path,
    required: Mapping[str, Any] | None = None,
    *,
    comment: str | None = "#",
    setting: str = "",
    row_names: str = "",
    where: Mapping[str, str | int] | None = None,
) -> pd.DataFrame:
    """Read a table (`table_dialects`) as text, with `required` columns renamed.

    `required` maps the name that the caller uses to the name in the file, or to the
    number of the column (from 1) in a file without header. `row_names` is the caller's
    name that an unnamed first column stands for where that column is missing. `setting`
    is the key of the config that names columns, for messages. `where` (column in the file
    -> value) names the rows to keep. Lines that start with `comment` are skipped. Values
    come back as stripped strings, NaN where missing; the index is the line number in the
    file, for messages.

    Raises InputError when a column is missing or occurs twice, as `parse_table` does, and
    for a table without rows, or without any that `where` keeps.
    """
    given = dict(required or {})
    has_header = not any(isinstance(name, int) for name in given.values())
    wanted = {name: str(in_file) for name, in_file in given.items()}
    sheet = parse_table(read_text(path), path, comment, wanted.values(), has_header)
    if not has_header:
        _refuse_other_numbers(path, given, len(sheet.header), setting)
    for name, in_file in wanted.items():
        if in_file not in sheet.header:  # a header behind "#" has lost it
            wanted[name] = in_file.lstrip("# ")
    first = sheet.header[0]
    unnamed = row_names and wanted[row_names] not in sheet.header and first in ROW_NAMES
    if unnamed and sheet.rows and not _are_numbers_of_rows(sheet.header, sheet.rows):
        wanted[row_names] = first
    for name, in_file in wanted.items():
        if in_file not in sheet.header:
            raise InputError(missing_column(path, sheet.header, name, in_file, setting))
    name, times = Counter(sheet.header).most_common(1)[0]
    if times > 1:
        what = "; is there no header? Add one" if _like_data(sheet.header) else ""
        raise InputError(f"{path}: column {name!r} occurs twice; rename one{what}")
    if not sheet.rows:
        raise InputError(f"{path}: the table has a header but no rows")
    missing = set(MISSING)
    rows = [[None if cell in missing else cell for cell in row] for row in sheet.rows]
    table = pd.DataFrame(rows, columns=sheet.header, dtype="str")
    table.index = pd.Index(sheet.lines, name="line")
    named = table[list(wanted.values())].set_axis(list(wanted), axis=1)
    others = [name for name in table if name not in {*wanted, *wanted.values()}]
    table = pd.concat([named, table[others]], axis=1)
    commas = sheet.separator == ";" and any(
        _DECIMAL_COMMA.fullmatch(cell) for row in sheet.rows for cell in row
    )
    table.attrs |= {
        "separator": sheet.separator,
        "names": wanted,
        "decimal_commas": commas,
    }
    ours = {in_file: name for name, in_file in wanted.items()}
    for column, value in (where or {}).items():
        table = _keep_rows(table, ours.get(column, column), str(value), path, wanted)
    return table


def _are_numbers_of_rows(header: list[str], rows: list[list[str]]) -> bool:
    """Tell whether first cells are what pandas and R call rows that have no name.

    They count the rows; or, of rows that were sorted or chosen, they are whole numbers
    beside a column that may be the ids.
    """
    cells, *others = map(list, zip(*rows, strict=True))
    if len(cells) > 1 and any(
        cells == [str(first + row) for row in range(len(cells))] for first in (0, 1)
    ):
        return True
    if not all(map(str.isdigit, cells)):
        return False
    return any(map(_may_be_ids, header[1:], others))


def _may_be_ids(name: str, cells: list[str]) -> bool:
    """Tell whether cells may be ids of rows: many others, words, or anything but
    decimals under such a name."""
    known = [cell for cell in cells if cell not in MISSING]
    if len(set(known)) * 3 < len(cells):
        return False
    are_numbers = all(map(_NUMBER.fullmatch, known))
    if _CALLED.search(name):
        return not are_numbers or all(map(str.isdigit, known))
    return not are_numbers and all(map(_WORD.fullmatch, known))


def _refuse_other_numbers(
    path: str | Path, given: Mapping[str, Any], width: int, setting: str
) -> None:
    """Raise InputError where not all columns are given by numbers that there are."""
    numbers = list(given.values())
    for name, column in given.items():
        is_there = isinstance(column, int) and 0 < column <= width
        if is_there and numbers.count(column) == 1:
            continue
        key = f"{setting}: {{{name}: NUMBER}}" if setting else "a number"
        raise InputError(
            f"{path}: {column!r} is no column for {name!r}: without a header columns are "
            f"given by number, each its own, from 1 to {width} here; set {key}, or give "
            "all by name if there is a header"
        )


def optional_column(table: pd.DataFrame, name: str) -> str | None:
    """Return what a table calls a column that it may have, in any case of letters."""
    return next((known for known in table.columns if known.lower() == name), None)


def refuse_several_species(table: pd.DataFrame, what: str, remedy: str) -> None:
    """Raise InputError where a column of TargetScan's says that species are mixed.

    `what` leads the message, and `remedy` ends it, with the column and a species in it.
    """
    for column in ("Species ID", "Gene Tax ID"):
        if column in table and table[column].nunique() > 1:
            found = ", ".join(table[column].dropna().unique()[:5])
            one = table[column].mode().iloc[0]
            raise InputError(
                f"{what} of several species ({column}: {found}); "
                + remedy.format(column=column, one=one)
            )


def _keep_rows(
    table: pd.DataFrame,
    column: str,
    value: str,
    path: str | Path,
    names: Mapping[str, str | int],
) -> pd.DataFrame:
    if column not in table.columns:
        in_file = [str(names.get(name, name)) for name in table.columns[:12]]
        raise InputError(
            f"{path}: column {column!r} of `where` is missing (it has: "
            f"{', '.join(in_file)}); correct `where`"
        )
    matches = table[column] == value
    if re.fullmatch(r"-?\d+", value):
        matches |= pd.to_numeric(table[column], errors="coerce") == int(value)
    kept = table[matches]
    if kept.empty:
        present = ", ".join(map(str, table[column].dropna().unique()[:5]))
        raise InputError(
            f"{path}: no row has {value!r} in column {column!r} (it has: {present}); "
            "correct `where`"
        )
    return kept.copy()


def _like_data(header: list[str]) -> bool:
    return any(_LIKE_DATA.fullmatch(cell) for cell in header if len(cell) < 100)


def missing_column(
    path: str | Path, header: list[str], name: str, in_file: str, setting: str
) -> str:
    """Return the line that says what lacks, what the file may be, and what to set.

    `setting` is that of the config where columns are named; an option of a command
    (`--mirnas`) names none.
    """
    lead = f"{path}: column {in_file!r} is missing"
    found = ", ".join(name or "''" for name in header[:12])
    if len(header) == 1:
        return (
            f"{lead}, there is one alone (first line: {found}); separate cells by tab, "
            "comma or semicolon, if this is a table"
        )
    is_option = setting.startswith("--")
    key = f"{setting}: {{{name}: %s}}" if setting and not is_option else ""
    if _like_data(header):
        numbers = f", or give numbers of columns, as {key % 1}" if key else ""
        return f"{lead} (first line: {found}); add a header{numbers}"
    lower = {other.lower(): other for other in header}  # miRNA, Sequence
    close = difflib.get_close_matches(in_file.lower(), lower, n=1)
    guess = f"; did you mean {lower[close[0]]!r}?" if close else ""
    remedy = f", or set {key % 'NAME'} in the config" if key else ""
    if remedy and not header[0]:
        remedy += " ('' for the first)"
    return f"{lead} (it has: {found}){guess}; add or rename it{remedy}"


def to_number(
    table: pd.DataFrame, column: str, path: str | Path, largest: float = 1e12
) -> pd.Series:
    """Return a column as floats, NaN where missing.

    Decimal commas are read where no cell of the column has a point; in a table that `;`
    does not separate, "1,234" alone is refused, since it may be a thousand.

    Raises InputError, with the line, for what is no number, and for one above `largest`
    in size, such as the 1.79769e+308 that Cuffdiff writes for infinity.
    """
    text, shown = table[column], table.attrs.get("names", {}).get(column, column)
    has = {mark: text.str.contains(mark, na=False, regex=False) for mark in ",."}
    if has["."].any() and table.attrs.get("decimal_commas"):
        _refuse_thousands(text[has["."]], "", shown, path)
    if has[","].any() and not has["."].any():
        _refuse_thousands(text[has[","]], table.attrs.get("separator"), shown, path)
        text = text.str.replace(",", ".", regex=False)
    numbers = pd.to_numeric(text, errors="coerce").astype("float64")
    bad = table.index[~(numbers.abs() <= largest).to_numpy() & text.notna().to_numpy()]
    if len(bad):
        value = str(table[column].loc[bad[0]])
        raise InputError(
            f"{path}, line {bad[0]}: {value!r} in column {shown!r} "
            f"{_what_is_wrong(value, shown, largest, bad[0] == table.index[0])}"
        )
    return numbers


def _refuse_thousands(
    values: pd.Series, separator: str | None, column: str, path: str | Path
) -> None:
    """Raise InputError where all marks may separate thousands as well as decimals."""
    if separator != ";" and values.str.fullmatch(_THOUSANDS).all():
        raise InputError(
            f"{path}, line {values.index[0]}: {values.iloc[0]!r} in column {column!r} "
            "may have a decimal comma or a thousands separator; write it without"
        )


def _what_is_wrong(value: str, column: str, largest: float, is_first: bool) -> str:
    """Return why a cell cannot stand in a column of numbers, and the remedy."""
    unknown = "use NA for a missing value"
    if is_first and column.isdigit() and re.match(r"[^\W\d]", value):
        return "looks like a header; give columns by name, not by number, or remove it"
    if re.fullmatch(r"\(\s*[\d.,]+\s*\)", value):
        return "is a negative number as spreadsheets show it; write it with a minus"
    if value.startswith("#"):
        return f"is an error that a spreadsheet shows; {unknown}"
    if re.fullmatch(_GROUPED, value):
        return "has a thousands separator; write it without"
    if value == column:
        return "is the header again, as of files that were joined; remove the line"
    if re.fullmatch(r"[<>]=?\s*[\d.,]+", value):
        return "is a bound and no value; write a number, or leave the row out"
    if re.fullmatch(r"[-+]?[\d.,]+\s*%", value):
        return "has a percent sign; write it without, in the unit that is asked for"
    if re.fullmatch(r"[-+]?\d+,\d+", value):
        return "has a decimal comma, other cells a point; write one of them"
    if re.fullmatch(_MADE_DATE, value):
        return "is a date, as spreadsheets make of numbers such as 1.2; write the number"
    number = pd.to_numeric(value, errors="coerce")
    if np.isnan(number):
        return f"is not a number; {unknown}"
    if 1.7e308 < abs(number) < np.inf:
        return f"is Cuffdiff's infinity: a condition was measured as 0; {unknown}"
    if np.isinf(number):
        return f"is infinite (a ratio with 0?); {unknown}"
    return f"is beyond {largest:g}, which nothing measured here can be; correct it"


def refuse_duplicates(table: pd.DataFrame, column: str, path: str | Path) -> None:
    """Raise InputError when a value of `column` occurs on two lines."""
    missing = table.index[table[column].isna()]
    if len(missing):
        raise InputError(f"{path}, line {missing[0]}: the {column} is missing; fill it")
    repeated = table.index[table[column].duplicated()]
    if len(repeated):
        value = table.loc[repeated[0], column]
        first = table.index[table[column] == value][0]
        raise InputError(
            f"{path}, line {repeated[0]}: {column} {value!r} stands on line {first} "
            "too; keep one of them (of several species, the rows of one)"
        )
