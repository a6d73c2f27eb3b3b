"""Read tables with one clear line per fault; write files whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import glob
import gzip
import io
import itertools
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.errors import InputError

MISSING = ["", "NA", "N/A", "NaN", "nan", "NULL"]


@contextlib.contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; move it there only if all went well.

    The temporary name keeps the suffix, since several writers choose the format by it.
    What a killed job left of an earlier try is removed. Raises OSError, which names
    `path`, when the disk is full, in whatever words a writer may say so.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        prefix, suffix = f".unfinished-{path.name}-", "".join(path.suffixes[-2:])
        pattern = f"{glob.escape(prefix)}????????{glob.escape(suffix)}"
        for old in path.parent.glob(pattern):
            old.unlink(missing_ok=True)
        handle, name = tempfile.mkstemp(suffix, prefix, path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except InputError:
        raise
    except Exception as error:
        number = getattr(error, "errno", None)
        named = getattr(error, "filename", None)
        if temporary is not None and named not in (None, str(temporary)):
            raise  # another file's fault
        if number is None and disk_is_full(path.parent):
            number = errno.ENOSPC
        if number is None:
            raise
        raise OSError(number, os.strerror(number), str(path)) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def disk_is_full(folder: Path) -> bool:
    """Tell whether less than 64 KiB can be written to the disk of a folder."""
    folder = folder.absolute()
    found = os.statvfs(next(p for p in (folder, *folder.parents) if p.exists()))
    return found.f_bavail * found.f_frsize < 65536


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_json(path: str | Path, value: Any) -> None:
    """Write `value` as indented JSON; NaN and infinity, which JSON lacks, become null."""
    with atomic_path(path) as temporary:
        text = json.dumps(_without_nan(value), indent=2, allow_nan=False)
        temporary.write_text(text + "\n")


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def read_json(path: str | Path, null: float | None = None) -> Any:
    """Read JSON; `null` is what takes the place of null, such as NaN for drawing."""
    return _with_null(json.loads(Path(path).read_text()), null)


def _with_null(value: Any, null: float | None) -> Any:
    if isinstance(value, dict):
        return {key: _with_null(item, null) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_null(item, null) for item in value]
    return null if value is None else value


def write_parquet(path: str | Path, table: pd.DataFrame) -> None:
    with atomic_path(path) as temporary:
        table.to_parquet(temporary, index=False)


def write_tsv(path: str | Path, table: pd.DataFrame, columns: Mapping[str, str]) -> None:
    """Write a table for people: `columns` explains each one in a header comment."""
    if unexplained := set(table.columns) - set(columns):
        raise ValueError(f"columns without an explanation: {sorted(unexplained)}")
    with atomic_path(path) as temporary, temporary.open("w") as handle:
        for name in table.columns:
            handle.write(f"# {name}: {columns[name]}\n")
        table.to_csv(handle, sep="\t", index=False, float_format="%.6g")


def read_tsv(path: str | Path) -> pd.DataFrame:
    """Read a table of `write_tsv`."""
    with Path(path).open() as handle:
        n = sum(1 for _ in itertools.takewhile(lambda line: line.startswith("#"), handle))
    return pd.read_csv(path, sep="\t", skiprows=n)


def read_text(path: str | Path) -> str:
    """Return the text of a plain or gzip file, or of the one file in a zip.

    Raises InputError when it is absent, empty, not text, a truncated gzip or zip file,
    or a zip of several files.
    """
    path = Path(path)
    try:
        with path.open("rb") as handle:
            start = handle.read(4)
        if start in (b"PK\x03\x04", b"PK\x05\x06"):
            text = _read_zip(path)
        else:
            compressed = start.startswith(b"\x1f\x8b")
            opener: Callable[..., Any] = gzip.open if compressed else open
            with opener(path, "rt", encoding="utf-8-sig") as handle:
                text = handle.read()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path in the config") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{path}: broken or truncated gzip file ({error}); fetch it again"
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a text file; give a TSV, CSV or FASTA") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if not text.strip():
        raise InputError(f"{path}: the file is empty")
    return text


def _read_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [name for name in archive.namelist() if not name.endswith("/")]
            if len(members) != 1:
                raise InputError(
                    f"{path}: a zip of {len(members)} files; unpack it and name one"
                )
            with archive.open(members[0]) as binary:
                return io.TextIOWrapper(binary, encoding="utf-8-sig").read()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise InputError(
            f"{path}: broken or truncated zip file ({error}); fetch it again"
        ) from None
    except RuntimeError as error:  # a password, or a compression that Python lacks
        raise InputError(f"{path}: {error}; unpack it by other means") from None


def read_table(
    path: str | Path,
    required: Mapping[str, str] | None = None,
    *,
    comment: str | None = "#",
) -> pd.DataFrame:
    """Read a TSV or CSV (plain, gzip or zip) as text, with `required` columns renamed.

    `required` maps the name that the caller uses to the name in the file. Lines that
    start with `comment` are skipped. Values come back as stripped strings, NaN where
    missing; the index is the line number in the file, for messages.

    Raises InputError when a column is missing or a row has more cells than the header.
    """
    lines = read_text(path).splitlines()
    kept = [
        (number, line)
        for number, line in enumerate(lines, start=1)
        if line.strip() and not (comment and line.startswith(comment))
    ]
    if not kept:
        raise InputError(f"{path}: the file holds comments only; it needs a header")
    separator = "\t" if "\t" in kept[0][1] else ","
    rows = list(_csv_rows([line for _, line in kept], separator))
    header = [name.strip() for name in rows[0]]
    if repeated := {name for name in header if header.count(name) > 1}:
        raise InputError(f"{path}: column {sorted(repeated)[0]!r} occurs twice")
    if len(rows) != len(kept):
        raise InputError(f"{path}: a quote is never closed; remove it")
    for (number, _), row in zip(kept[1:], rows[1:], strict=True):
        if len(row) != len(header):
            raise InputError(
                f"{path}, line {number}: {len(row)} cells where the header has "
                f"{len(header)}; is the file cut off?"
            )
    table = pd.DataFrame(rows[1:], columns=header, dtype="str")
    table.index = pd.Index([number for number, _ in kept[1:]], name="line")
    table = table.apply(lambda column: column.str.strip())
    table = table.mask(table.isin(MISSING))
    wanted = dict(required or {})
    namesakes = (set(wanted) & set(header)) - set(wanted.values())
    for in_file in wanted.values():
        if in_file not in table.columns:
            raise InputError(
                f"{path}: column {in_file!r} is missing (it has: "
                f"{', '.join(header[:12])}); rename it or set its name in the config"
            )
    table = table.drop(columns=sorted(namesakes)).rename(
        columns={in_file: name for name, in_file in wanted.items()}
    )
    if table.empty:
        raise InputError(f"{path}: the table has a header but no rows")
    return table


def _csv_rows(lines: list[str], separator: str) -> Iterator[list[str]]:
    import csv

    csv.field_size_limit(2**31 - 1)
    yield from csv.reader(lines, delimiter=separator)


def to_number(table: pd.DataFrame, column: str, path: str | Path) -> pd.Series:
    """Return a column as floats (NaN where missing); InputError names the bad line."""
    numbers = pd.to_numeric(table[column], errors="coerce")
    bad = table.index[~np.isfinite(numbers) & table[column].notna()]
    if len(bad):
        raise InputError(
            f"{path}, line {bad[0]}: {table.loc[bad[0], column]!r} in column {column!r} "
            "is not a number; use NA for a missing value"
        )
    return numbers.astype("float64")


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
            "too; keep one of them"
        )
