"""Ragged tracks: one array of values per transcript, kept in a single file.

A file holds `ids` (n,), `offsets` (n + 1,) and `values` (total, C) with `channels` (C,):
the values of ids[i] are values[offsets[i]:offsets[i + 1]].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.files import atomic_path


@dataclass(frozen=True)
class Ragged:
    """Tracks of several ids; `extra` holds further named arrays of the file."""

    ids: NDArray[np.str_]
    offsets: NDArray[np.int64]
    values: NDArray
    channels: tuple[str, ...]
    extra: dict[str, NDArray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> NDArray:
        """Return the values (L, C) of the index-th id."""
        return self.values[self.offsets[index] : self.offsets[index + 1]]

    def items(self) -> Iterator[tuple[str, NDArray]]:
        for index, name in enumerate(self.ids):
            yield str(name), self[index]

    def channel(self, name: str) -> Ragged:
        """Return one channel as a Ragged of its own."""
        column = self.channels.index(name)
        return Ragged(
            self.ids, self.offsets, self.values[:, [column]], (name,), self.extra
        )


def join_tracks(
    ids: Sequence[str],
    tracks: Sequence[NDArray],
    channels: Sequence[str],
    **extra: NDArray,
) -> Ragged:
    """Return a Ragged of arrays (L, C), one per id."""
    offsets = np.r_[0, np.cumsum([len(track) for track in tracks])].astype(np.int64)
    values = np.concatenate(tracks) if len(tracks) else np.zeros((0, len(channels)))
    return Ragged(np.asarray(ids, "str"), offsets, values, tuple(channels), extra)


def save_tracks(path: str | Path, ragged: Ragged) -> None:
    with atomic_path(path) as temporary, temporary.open("wb") as handle:
        np.savez_compressed(
            handle,
            allow_pickle=False,
            ids=ragged.ids,
            offsets=ragged.offsets,
            values=ragged.values,
            channels=np.asarray(ragged.channels, "str"),
            **ragged.extra,
        )


def load_tracks(path: str | Path) -> Ragged:
    """Load a file of `save_tracks`; InputError names a broken one."""
    try:
        with np.load(path) as arrays:
            content = {name: arrays[name] for name in arrays.files}
        ids, offsets, values, channels = (
            content.pop(name) for name in ("ids", "offsets", "values", "channels")
        )
    except OSError:
        raise
    except Exception as error:  # a damaged header can raise anything
        raise InputError(
            f"{path}: not a complete track file ({error}); delete it"
        ) from None
    return Ragged(ids, offsets, values, tuple(channels.tolist()), content)
