"""Read bigWig files in a process of its own.

The C library behind pyBigWig crashes on some truncated or altered files. In another
process that is an error which can be reported, and not the end of the job.
"""

from __future__ import annotations

import faulthandler
import functools
import gzip
import io
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyBigWig
from numpy.typing import NDArray

from mirsignal.errors import InputError


class BigWig:
    """A bigWig file: lengths of its sequences, and their values.

    Raises InputError where the file is another or damaged.
    """

    def __init__(self, path: str | Path):
        self._path = str(path)
        self._process = ProcessPoolExecutor(  # whose crash needs no traceback
            1, mp_context=get_context("fork"), initializer=faulthandler.disable
        )
        self.lengths: dict[str, int] = self._ask(_read_lengths)

    def values(
        self, name: str, start: int = 0, end: int | None = None
    ) -> NDArray[np.float64]:
        """Return the values of a sequence from start to end, NaN where there is none."""
        end = self.lengths[name] if end is None else end
        return self._ask(_read_values, name, start, end)

    def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return self._process.submit(function, self._path, *arguments).result()
        except Exception as error:  # of a damaged file: anything, or a dead process
            self._process.shutdown(wait=False)
            if not Path(self._path).is_file():
                raise InputError(f"{self._path}: no such file; check its path") from None
            raise InputError(
                f"{self._path}: not a bigWig file, or a damaged one ({error}); fetch or "
                "make it anew"
            ) from None


@functools.cache
def _open(path: str) -> Any:
    return pyBigWig.open(path)


def _read_lengths(path: str) -> dict[str, int]:
    if not _open(path).isBigWig():
        raise RuntimeError("bigBed cannot be used")
    return _open(path).chroms()


def _read_values(path: str, name: str, start: int, end: int) -> NDArray[np.float64]:
    return _open(path).values(name, start, end, numpy=True)


def write_bigwig(tracks: Mapping[str, NDArray]) -> bytes:
    """Return the bytes of a bigWig file of scores (L,) by transcript; zeros are left out.

    It is made in memory, since pyBigWig ends the whole process when a disk is full.
    """
    with os.fdopen(os.memfd_create("bigwig"), "rb") as memory:
        bigwig = pyBigWig.open(f"/proc/self/fd/{memory.fileno()}", "w")
        names = sorted(tracks)
        bigwig.addHeader([(name, len(tracks[name])) for name in names], maxZooms=5)
        for name in names:
            starts, ends, values = find_runs(tracks[name])
            if len(starts):
                bigwig.addEntries([name] * len(starts), starts, ends=ends, values=values)
        bigwig.close()
        return memory.read()


def write_bedgraph(tracks: Mapping[str, NDArray], header: bytes) -> bytes:
    """Return the bytes of a gzipped bedGraph file of scores (L,), led by a header."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", fileobj=packed, mtime=0) as text:  # no name, no date
        text.write(header)
        for name in sorted(tracks):
            for start, end, value in zip(*find_runs(tracks[name]), strict=True):
                text.write(f"{name}\t{start}\t{end}\t{value:.5g}\n".encode())
    return packed.getvalue()


def find_runs(score: NDArray) -> tuple[list[int], list[int], list[float]]:
    """Return starts, ends and values of runs of equal, non-zero score (L,)."""
    edges = np.r_[0, np.flatnonzero(np.diff(score)) + 1, len(score)]
    values = score[edges[:-1]]
    kept = values != 0
    return (
        edges[:-1][kept].tolist(),
        edges[1:][kept].tolist(),
        values[kept].astype(float).tolist(),
    )
