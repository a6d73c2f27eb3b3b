"""Write files whole or not at all: JSON, Parquet, TSV with a header of its columns."""

from __future__ import annotations

import contextlib
import errno
import glob
import itertools
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.schemas import explain_columns


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


def write_table(path: str | Path, table: pd.DataFrame) -> None:
    """Write a Parquet or TSV file: the columns that its schema has, in their order.

    Other columns are left out. Raises ValueError for a file without a schema.
    """
    meanings = explain_columns(path, table.columns)
    if Path(path).suffix == ".parquet":
        write_parquet(path, table[list(meanings)])
    else:
        write_tsv(path, table[list(meanings)], meanings)


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
