"""Ragged tracks: one array of values per transcript, kept in a single file.

A file holds `ids` (n,), `offsets` (n + 1,) and `values` (total, C) with `channels` (C,):
the values of ids[i] are values[offsets[i]:offsets[i + 1]]. The file of a scan holds
several miRNAs on the same transcripts: ids, offsets and channels once, and the other
arrays of each miRNA as `{mirna}/values` and so on, so that one is read without the rest.
"""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.files.atomic import atomic_path


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
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        _write(archive, _shared(ragged))
        _write(archive, _own(ragged))


def save_scans(path: str | Path, scans: Iterable[tuple[str, Ragged]]) -> None:
    """Write the (miRNA, tracks) of one set of transcripts, each as soon as it comes.

    `scans` may be a generator: only one miRNA is in memory at a time. Raises ValueError
    when miRNAs differ in ids, lengths or channels, or when there is none.
    """
    first: dict[str, NDArray] = {}
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for mirna, ragged in scans:
            shared = _shared(ragged)
            if not first:
                first = shared
                _write(archive, first)
            if not all(np.array_equal(shared[name], first[name]) for name in first):
                raise ValueError(f"{mirna}: not the transcripts or channels of the first")
            _write(archive, _own(ragged), f"{mirna}/")
            del ragged  # before the next one is made
        if not first:
            raise ValueError(f"{path}: no miRNA to save")


def _shared(ragged: Ragged) -> dict[str, NDArray]:
    channels = np.asarray(ragged.channels, "str")
    return {"ids": ragged.ids, "offsets": ragged.offsets, "channels": channels}


def _own(ragged: Ragged) -> dict[str, NDArray]:
    # A channel after another: they compress better so, and are read one by one.
    return {"values": np.asfortranarray(ragged.values), **ragged.extra}


def _write(
    archive: zipfile.ZipFile, arrays: Mapping[str, NDArray], lead: str = ""
) -> None:
    """Add arrays to an archive as numpy's savez_compressed does."""
    for name, array in arrays.items():
        member = zipfile.ZipInfo(f"{lead}{name}.npy")  # its date is a constant
        member.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(member, "w", force_zip64=True) as handle:
            np.lib.format.write_array(handle, np.asanyarray(array), allow_pickle=False)


def load_tracks(path: str | Path, mirna: str | None = None) -> Ragged:
    """Load a file of `save_tracks`, or one miRNA of a file of `save_scans`.

    Raises InputError, which names the file, for a broken one and for one that lacks the
    miRNA.
    """
    lead = f"{mirna}/" if mirna else ""
    try:
        with np.load(path) as arrays:
            content = {name: arrays[name] for name in ("ids", "offsets", "channels")}
            own = {
                name.removeprefix(lead): arrays[name]
                for name in arrays.files
                if name.startswith(lead) and name not in content
            }
        values = own.pop("values")
    except OSError:
        raise
    except Exception as error:  # a damaged header can raise anything
        what = f"tracks of {mirna}" if mirna else "tracks"
        raise InputError(
            f"{path}: not a complete file of {what} ({error}); delete it"
        ) from None
    channels = tuple(content["channels"].tolist())
    return Ragged(content["ids"], content["offsets"], values, channels, own)


def load_scans(
    paths: Iterable[str], batches: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, Ragged]]:
    """Yield (miRNA, its tracks) for every shard of each miRNA, one miRNA after another.

    `batches` gives the miRNAs of the files in the folder {batch}/; `paths` are those
    files, of which each miRNA has as many as there are shards.
    """
    files = defaultdict(list)
    for path in paths:
        files[Path(path).parent.name].append(path)
    for batch, mirnas in batches.items():
        for mirna in mirnas:
            for path in files[batch]:
                yield mirna, load_tracks(path, mirna)
