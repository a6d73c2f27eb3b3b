"""Schemas of the tables below results/: what each column holds, by tables.yaml."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from mirsignal.errors import InputError

_ARROW = {
    "text": lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind),
    "integer": pa.types.is_integer,
    "number": pa.types.is_floating,
    "boolean": pa.types.is_boolean,
    "list": pa.types.is_list,
}
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Column:
    """What a column holds: a kind (a key of _ARROW), a unit, a range with its ends."""

    meaning: str
    kind: str
    unit: str = ""
    lowest: float = -math.inf
    highest: float = math.inf
    missing: bool = False
    """Whether values may be missing."""
    optional: bool = False
    """Whether the column may be absent."""

    @property
    def limits(self) -> str:
        """The range in words, empty where there is none."""
        words = f"{self.lowest:g} to {self.highest:g}"
        return words.replace("-inf to inf", "").replace(" to inf", " or more")


@dataclass(frozen=True)
class Table:
    """A table: its files below results/{study}/, what a row is, its columns by name."""

    files: tuple[str, ...]
    row: str
    columns: dict[str, Column]

    def find(self, name: str) -> tuple[int, Column] | None:
        """Return number and description of a column, or None if it is not of the table.

        Columns rise in number; those described by names with braces, one behind another,
        have the same.
        """
        number, is_shared = 0, False
        for pattern, column in self.columns.items():
            number += not (is_shared and "{" in pattern)
            is_shared = "{" in pattern
            if name == pattern or (name not in self.columns and _is_of(pattern, name)):
                return number, column
        return None


@functools.cache
def read_tables() -> tuple[Table, ...]:
    """Return the schemas of all tables, in the order of the data."""
    text = Path(__file__).with_name("tables.yaml").read_text()
    content = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    types, shared = content["types"], content["shared"]

    def column(name: str, given: str) -> Column:
        if given.startswith("shared"):
            given = shared[given.removeprefix("shared").strip() or name]
        kind, meaning = given.split(" - ", 1)
        kind, _, optional = kind.partition(", ")
        missing = kind.endswith("?")
        chosen = types[kind.removesuffix("?")]
        return Column(meaning, missing=missing, optional=bool(optional), **chosen)

    def columns(table: dict[str, dict[str, str]]) -> dict[str, Column]:
        listed = table["columns"].items()
        return {n: column(n, given) for names, given in listed for n in names.split(", ")}

    return tuple(
        Table(tuple(table["files"]), table["row"], columns(table))
        for table in content["tables"]
    )


def find_table(path: str | Path) -> Table | None:
    """Return the schema of a file below results/, or None for one that has none."""
    below = re.split(r"(?:^|/)results/[^/]+/", Path(path).as_posix())[-1]
    matching = (t for t in read_tables() if any(_is_of(f, below) for f in t.files))
    return next(matching, None)


def explain_columns(path: str | Path, names: Iterable[str]) -> dict[str, str]:
    """Return meaning and unit of the columns that the schema of a file has, in its order.

    Raises ValueError for a file without a schema.
    """
    table = find_table(path)
    if table is None:
        raise ValueError(f"{path}: no schema in tables.yaml describes this file")
    found = [(*place, name) for name in names if (place := table.find(name))]
    found.sort(key=lambda each: each[0])
    return {
        name: f"{column.meaning} ({column.unit})" if column.unit else column.meaning
        for _, column, name in found
    }


def arrow_schema(path: str | Path, names: Iterable[str]) -> pa.Schema:
    """Return the types of columns by the schema of a file, also of one without rows."""
    types = {
        "text": pa.large_string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
    }
    table, fields = find_table(path), []
    for name in explain_columns(path, names):
        found = table.find(name) if table else None
        assert found is not None
        fields.append((name, types[found[1].kind]))
    return pa.schema(fields)


def refuse_faults(paths: Iterable[str | Path], remedy: str) -> None:
    """Raise InputError for the first file that is not as its schema says."""
    for path in paths:
        if fault := find_fault(path):
            raise InputError(f"{path}: {fault}; {remedy}")


def find_fault(path: str | Path) -> str | None:
    """Return how a Parquet or TSV file differs from its schema; None: in nothing.

    Of a TSV file the names of its columns are compared. Of Parquet, kinds, missing values
    and ranges too, by the statistics in the file's footer: no values are read.
    """
    table = find_table(path)
    if table is None:
        return None
    if Path(path).suffix == ".tsv":
        with Path(path).open(errors="replace") as handle:
            header = next((line for line in handle if not line.startswith("#")), "")
        return _name_fault(table, header.rstrip("\n").split("\t"))
    try:
        footer = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        return f"not a complete Parquet file ({str(error).splitlines()[0]})"
    fields = footer.schema.to_arrow_schema()
    if fault := _name_fault(table, fields.names):
        return fault
    for name, kind in zip(fields.names, fields.types, strict=True):
        place = table.find(name)
        assert place is not None
        if fault := _value_fault(name, place[1], kind, footer):
            return f"column {name!r} {fault}"
    return None


def _name_fault(table: Table, names: list[str]) -> str | None:
    for name, column in table.columns.items():
        if "{" not in name and name not in names and not column.optional:
            return f"column {name!r} is missing"
    unknown = [name for name in names if table.find(name) is None]
    return f"column {unknown[0]!r} is not one of this table" if unknown else None


def _value_fault(
    name: str, column: Column, kind: pa.DataType, footer: pq.FileMetaData
) -> str | None:
    groups = [footer.row_group(at) for at in range(footer.num_row_groups)]
    chunks = [group.column(at) for group in groups for at in range(group.num_columns)]
    chunks = [chunk for chunk in chunks if chunk.path_in_schema == name]
    found = [chunk.statistics for chunk in chunks if chunk.statistics is not None]
    is_empty = pa.types.is_null(kind)
    n = footer.num_rows if is_empty else sum(each.null_count for each in found)
    if n and not column.missing:
        return f"lacks {n:,} of {footer.num_rows:,} values"
    if not is_empty and not _ARROW[column.kind](kind):
        return f"holds {kind}, where the schema has {column.kind}"
    if column.kind in ("integer", "number"):
        ends = [end for each in found if each.has_min_max for end in (each.min, each.max)]
        lowest, highest = column.lowest - _ROUNDING, column.highest + _ROUNDING
        for end in ends:
            if not (lowest <= end <= highest and math.isfinite(end)):
                return f"has {end:g}, not {column.limits or 'a finite number'}"
    return None


def _is_of(pattern: str, text: str) -> bool:
    parts = map(re.escape, re.split(r"\{\w+\}", pattern))
    return re.fullmatch("[^/]+".join(parts), text) is not None


def describe_tables() -> str:
    """Return the schemas as a Markdown page: what a row is and one line per column."""
    lines = ["# Tables", "", "Made from `mirsignal/files/tables.yaml` by `make docs`."]
    for table in read_tables():
        files = ", ".join(f"`{name}`" for name in table.files)
        lines += ["", f"## {files}", "", f"A row is {table.row}.", ""]
        lines += ["| column | type | unit | range | meaning |", "|---|---|---|---|---|"]
        for name, column in table.columns.items():
            kind = column.kind + ", may be missing" * column.missing
            kind += ", may be absent" * column.optional
            cells = (f"`{name}`", kind, column.unit, column.limits, column.meaning)
            lines.append(
                f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(describe_tables(), end="")
