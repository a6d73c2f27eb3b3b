"""Tracks of the user: bigWig files with a value per nucleotide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.files.bigwig import BigWig
from mirsignal.logs import log
from mirsignal.sequences.places import Places

TRACK = "track:"
"""What leads the name of a track where a channel or a feature of sites is named."""


class Wiggle:
    """A bigWig file with one value per nucleotide, of transcripts or of a genome.

    It is one of transcripts if it has the first that it is asked for by its name; else
    `places` say where in its genome transcripts lie.
    """

    def __init__(self, path: str | Path, places: Places | None = None):
        self._path, self._file = path, BigWig(path)
        self._places = places
        self._place = {}
        if places is not None:
            table = places.transcripts
            contigs = table["chrom"].map(
                {c: self._in_file(c) for c in set(table["chrom"])}
            )
            pairs = zip(contigs, table["strand"], strict=True)
            self._place = dict(zip(table["transcript"], pairs, strict=True))

    def _in_file(self, contig: str) -> str:
        """Return what the file calls a contig, with or without `chr`."""
        bare = contig.removeprefix("chr")
        names = (contig, bare, f"chr{bare}")
        return next((name for name in names if name in self._file.lengths), contig)

    def check(self, transcript: str, length: int) -> None:
        """Raise InputError for a transcript that is lacking or has another length, and
        for one whose place is beyond the end of its contig."""
        if self._places is not None and transcript not in self._file.lengths:
            self._check_place(transcript)
            return
        found = self._file.lengths.get(transcript)
        if found is None:
            held = ", ".join(map(repr, sorted(self._file.lengths)[:3]))
            raise InputError(
                f"{self._path}: no transcript {transcript!r} (it has {held}, ...); name "
                "the sequences in it as the study's transcripts, and give it all of "
                "them; for the track of a genome give `coordinates` under `inputs`"
            )
        if found != length:
            raise InputError(
                f"{self._path}: {transcript!r} has {found} nt, in the study {length}; "
                "make the file from the same sequences"
            )

    def _check_place(self, transcript: str) -> None:
        assert self._places is not None
        if transcript not in self._place:
            return
        chrom, end = self._place[transcript][0], self._places.blocks[transcript][-1][1]
        contigs = self._file.lengths
        if not any(name in contigs for name, _ in self._place.values()):
            raise InputError(
                f"{self._path}: has none of the contigs of the transcripts (there: "
                f"{', '.join(sorted(contigs)[:3])}; `coordinates`: {chrom}); give a "
                "track with the same names"
            )
        if end > contigs.get(chrom, end):
            raise InputError(
                f"{self._path}: {transcript} ends at {end:,} of {chrom}, which has "
                f"{contigs[chrom]:,} nt there; give the track of the genome build of "
                "`coordinates`"
            )

    def knows(self, transcript: str) -> bool:
        """Tell whether the transcript is in the file, or has a place in its genome."""
        chrom = self._place.get(transcript, ("", ""))[0]
        return transcript in self._file.lengths or chrom in self._file.lengths

    def values(self, transcript: str, length: int) -> NDArray[np.floating]:
        """Return the values (L,), 0 where the file has none; checks as `check`."""
        self.check(transcript, length)
        if transcript in self._file.lengths:
            return _known(self._file.values(transcript))
        if self._places is None or not self.knows(transcript):
            return np.zeros(length)
        chrom, strand = self._place[transcript]
        blocks = self._places.blocks[transcript]
        parts = [self._file.values(chrom, start, end) for start, end in blocks]
        return _known(np.concatenate(parts)[:: 1 if strand == "+" else -1])


def _known(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the values (L,), 0 where there is none and where one is infinite."""
    return np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)


def check_tracks(
    paths: Sequence[str | Path],
    transcripts: pd.DataFrame,
    places: Places | None = None,
) -> int:
    """Check that each bigWig file holds the transcripts (transcript, length), or their
    `places`; count the files. Reads no values. Raises InputError as `Wiggle`, and for a
    file that holds fewer than half of them.
    """
    for path in paths:
        wiggle = Wiggle(path, places)
        for row in transcripts.itertuples():
            wiggle.check(row.transcript, row.length)
        n_known = sum(map(wiggle.knows, transcripts["transcript"]))
        if n_known * 2 < len(transcripts):
            raise InputError(
                f"{path}: has values of {n_known:,} of {len(transcripts):,} transcripts; "
                "give `coordinates` of the others and a track with all of their contigs"
            )
        log.info("%s: of %d of %d transcripts", path, n_known, len(transcripts))
    return len(paths)


def open_wiggles(
    names: Sequence[str], paths: Sequence[str | Path], places: Places | None
) -> dict[str, Wiggle]:
    """Return the tracks by name."""
    return {name: Wiggle(path, places) for name, path in zip(names, paths, strict=True)}


def average_tracks(
    sites: pd.DataFrame, wiggles: Mapping[str, Wiggle], lengths: Mapping[str, int]
) -> pd.DataFrame:
    """Return `sites` (transcript, group, start, end) with the mean of each track over
    their nucleotides as column track:NAME, NaN of those in reading frames and of
    transcripts without a place in the track's genome.

    `lengths` (nt) are those of the 3' UTRs. Raises InputError as `Wiggle`.
    """
    in_utr = sites["group"].str.endswith("utr").to_numpy()
    columns = {name: np.full(len(sites), np.nan) for name in wiggles}
    starts, ends = sites["start"].to_numpy(), sites["end"].to_numpy()
    for transcript, rows in sites[in_utr].groupby("transcript").indices.items():
        at = np.flatnonzero(in_utr)[rows]
        for name, wiggle in wiggles.items():
            if not wiggle.knows(str(transcript)):
                continue
            values = wiggle.values(str(transcript), lengths[str(transcript)])
            total = np.concatenate([[0.0], np.cumsum(values, dtype=float)])
            spans = total[ends[at]] - total[starts[at]]
            columns[name][at] = spans / (ends[at] - starts[at])
    return sites.assign(**{TRACK + name: own for name, own in columns.items()})
