"""Scan the transcripts of a shard in groups that fit into memory, and log progress."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.files.tracks import Ragged, join_tracks
from mirsignal.logs import log
from mirsignal.scan.scores import Scorer, Tracks
from mirsignal.sequences.codes import encode
from mirsignal.sequences.fasta import Transcripts

Group = tuple[list[str], list[NDArray[np.uint8]]]
"""Names of transcripts and their codes (L,)."""

GROUP_NT = 200_000
"""Nucleotides that are scored at a time."""


class Progress:
    """Tell now and then how much of `total` nt (of all miRNAs together) is scanned."""

    def __init__(self, total: int):
        self.total, self.done = total, 0
        self.started = self.said = time.monotonic()

    def add(self, nt: int) -> None:
        self.done += nt
        if time.monotonic() - self.said > 20:
            self.said = time.monotonic()
            share = 100 * self.done / self.total
            log.info("%.0f%%: %s of %s nt", share, f"{self.done:,}", f"{self.total:,}")

    def finish(self) -> None:
        log.info("%s nt in %.0f s", f"{self.done:,}", time.monotonic() - self.started)


def read_groups(shard: pd.DataFrame, fasta: Transcripts) -> Iterator[Group]:
    """Yield the transcripts of `shard` (transcript, length), about GROUP_NT nt at once.

    They take a byte per nucleotide, so that a job can keep its shard for all miRNAs.
    """
    names: list[str] = []
    codes: list[NDArray[np.uint8]] = []
    size = 0
    for name, length in zip(shard["transcript"], shard["length"], strict=True):
        names.append(name)
        codes.append(encode(fasta[name]))
        size += length
        if size >= GROUP_NT:
            yield names, codes
            names, codes, size = [], [], 0
    if names:
        yield names, codes


def scan_mirna(
    groups: Iterable[Group],
    mirna_sequence: str,
    threshold: float,
    scorer: Scorer,
    progress: Progress,
) -> Ragged:
    """Return the tracks of one miRNA on all groups, with its sparse attributions."""
    names: list[str] = []
    tracks: Tracks = []
    details: list[dict[str, NDArray]] = []
    done = 0
    for group, codes in groups:
        scored, found = scorer.score(codes, mirna_sequence, threshold)
        names += group
        tracks += scored
        if found:
            details.append(sparse_details(found, done))
        size = sum(map(len, codes))
        done += size
        progress.add(size)
    keys = details[0] if details else ()
    extra = {key: np.concatenate([part[key] for part in details]) for key in keys}
    return join_tracks(names, tracks, scorer.channels, **extra)


def sparse_details(attributions: Tracks, before: int) -> dict[str, NDArray]:
    """Keep the attribution by miRNA position where it is not zero.

    `before` is the number of the shard's nucleotides in front of these transcripts.
    """
    every = np.concatenate(attributions)
    kept = np.flatnonzero(every.any(axis=1))
    return {
        "attribution_at": kept.astype(np.int64) + before,
        "attribution": every[kept].astype(np.float16),
    }
