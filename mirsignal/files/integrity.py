"""Notice files that were damaged or changed between two jobs.

A job keeps the CRC-32 and the size of each file that it wrote in a hidden file beside it,
`.NAME.crc32`; a job that reads the file compares. One way serves every format: checksums
inside formats (zip, Parquet) leave out headers, and JSON, FASTA and tables have none.
"""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from mirsignal.errors import InputError
from mirsignal.files.atomic import atomic_path

LARGEST_TOTAL = 20 * 2**30
"""Bytes that a job compares at most, smallest files first: some seconds to read.

Beyond them arrays and networks still have the CRC-32 that zip files hold and readers
check.
"""
LARGEST_ARRAYS = 64 * 2**20
"""Bytes of an .npz file that is compared at most. In a larger one, such as the scan of
many miRNAs, each array has a CRC-32 that numpy checks: who reads one miRNA, as thousands
of jobs do, is not to read all."""


def record_path(path: str | Path) -> Path:
    """Return where the checksum of a file is kept."""
    path = Path(path)
    return path.with_name(f".{path.name}.crc32")


def checksum(path: str | Path) -> str:
    """Return CRC-32 (hexadecimal) and size (bytes) of a file, read in pieces."""
    value = size = 0
    with Path(path).open("rb") as handle:
        while piece := handle.read(1 << 20):
            value = zlib.crc32(piece, value)
            size += len(piece)
    return f"{value:08x} {size}"


def forget(paths: Iterable[str | Path]) -> None:
    """Remove the checksums of files that are about to be made anew."""
    for path in paths:
        record_path(path).unlink(missing_ok=True)


def record(paths: Iterable[str | Path]) -> None:
    """Keep the checksum of each of these files; folders are left out."""
    for path in map(Path, paths):
        if path.is_file():
            with atomic_path(record_path(path)) as temporary:
                temporary.write_text(checksum(path) + "\n")


def verify(paths: Iterable[str | Path]) -> None:
    """Raise InputError, which names the file, for the first that is not as recorded.

    Files without a checksum are a user's own and pass. A link leads into the cache that
    several folders share, where no checksum is kept: of zip files (arrays, networks) the
    CRC-32 inside is compared. Arrays above LARGEST_ARRAYS are left to who reads them.
    """
    sizes = {path: path.stat().st_size for path in map(Path, paths) if path.is_file()}
    left = LARGEST_TOTAL
    for path, size in sorted(sizes.items(), key=lambda item: item[1]):
        if path.suffix == ".npz" and size > LARGEST_ARRAYS:
            continue
        left -= size
        if left < 0:
            return
        if not (_is_whole_zip(path) if path.is_symlink() else _is_as_recorded(path)):
            raise InputError(
                f"{path}: damaged or changed since it was written; delete it and run "
                "again"
            )


def _is_as_recorded(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return record_path(path).read_bytes().decode("latin-1").strip() == checksum(path)
    return True


def _is_whole_zip(path: Path) -> bool:
    if path.suffix not in (".npz", ".keras"):
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return False
