"""Candidate sites of a transcript: the windows at the highest summits of P(binding)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import CENTRE, WINDOW
from mirsignal.errors import InputError
from mirsignal.scan.groups import Group
from mirsignal.scan.scores import Scorer
from mirsignal.scan.summits import pick_summits
from mirsignal.sequences.codes import UNKNOWN
from mirsignal.sites.seed_sites import CLEARED
from mirsignal.sites.surroundings import au_share, distance_of_nucleotides

MIN_DISTANCE = 10
"""Nucleotides between two candidates, a little more than a seed match has."""
MIN_PROMINENCE = 0.25
"""Share of its P by which a candidate rises out of the flank of a higher one."""
CANDIDATE_FLANK = 35
"""Nucleotides to each side of a candidate that count for its AU content."""
BLOCK = 8
"""Windows of a batch are filled up to a multiple of it: the gradient of `resnet` on odd
numbers of windows, or of any network on none, now and then crashes TensorFlow 2.21."""
CONTEXT = ("au", "distance", "length", "behind_stop")


def tabulate_candidates(
    tracks: Iterable[tuple[str, NDArray[np.float32]]], n: int
) -> pd.DataFrame:
    """Return transcript, position and prediction of the candidates of P tracks (L,).

    Those are the `n` highest summits of each, MIN_DISTANCE nt apart and of MIN_PROMINENCE
    (`summits.pick_summits`), highest first.
    """
    columns = ["transcript", "position", "prediction"]
    tables = [pd.DataFrame(columns=columns)]
    for name, prediction in tracks:
        at = pick_summits(prediction, MIN_DISTANCE, MIN_PROMINENCE)[:n]
        found = {"transcript": name, "position": at, "prediction": prediction[at]}
        tables.append(pd.DataFrame(found))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def scan_passengers(
    scorer: Scorer,
    mirnas: pd.DataFrame,
    groups: Iterable[Group],
    n: int,
) -> Iterator[pd.DataFrame]:
    """Yield the `n` candidates per transcript of each passenger strand that is loaded.

    `mirnas` has mirna, passenger and passenger_share; `groups` are transcripts that are
    scanned together.
    """
    loaded = mirnas[mirnas["passenger_share"] > 0]
    for names, codes in groups:
        for mirna, passenger in zip(loaded["mirna"], loaded["passenger"], strict=True):
            tracks, _ = scorer.score(codes, passenger, 0.0)
            predictions = (track[:, 0] for track in tracks)
            found = tabulate_candidates(zip(names, predictions, strict=True), n)
            yield found.assign(mirna=mirna, strand="passenger")


def cut_windows(
    codes: NDArray[np.uint8], positions: NDArray[np.intp]
) -> NDArray[np.uint8]:
    """Return the windows (N, W) of positions (N,) in codes (L,), N beyond the ends."""
    around = np.pad(codes, CENTRE, constant_values=UNKNOWN)
    return around[positions[:, None] + np.arange(WINDOW)]


def describe_context(
    codes: NDArray[np.uint8], positions: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return the CONTEXT (N, 4) of positions (N,) in a 3' UTR's codes (L,).

    au: `au_share` within CANDIDATE_FLANK; distance: `distance_of_nucleotides`; length:
    log10 of L; behind_stop: 1 in the first nt, CLEARED by ribosomes.
    """
    first, stop = positions - CANDIDATE_FLANK, positions + CANDIDATE_FLANK
    columns = (
        au_share(codes, first, stop),
        distance_of_nucleotides(positions, len(codes)),
        np.full(len(positions), np.log10(len(codes))),
        positions < CLEARED,
    )
    return np.stack(columns, axis=1).astype(np.float32)


@dataclass(frozen=True)
class PairWindows:
    """Candidate windows of N pairs of miRNA and transcript, n in all.

    Those of pair i are offsets[i] to offsets[i + 1]. `strands` is the number of the
    strand that scanned the window: of the miRNA, or behind all miRNAs of its passenger.
    `log_loading` is the log of the share of duplexes that load this strand.
    """

    offsets: NDArray[np.int64]  # (N + 1,)
    codes: NDArray[np.uint8]  # (n, W)
    strands: NDArray[np.int32]  # (n,)
    context: NDArray[np.float32]  # (n, CONTEXT)
    log_loading: NDArray[np.float32]  # (n,)
    mirnas: NDArray[np.float32]  # (N, miRNAs): 1 in the column of the pair's miRNA
    genes: NDArray[np.float32]  # (N, features of the gene)

    def __len__(self) -> int:
        return len(self.mirnas)

    def batch(self, pairs: NDArray[np.integer]) -> tuple[NDArray, ...]:
        """Return codes, strands, number of the pair, context, log_loading; mirnas, genes.

        The windows of `pairs` (B,) come one after another, in their order. Windows of N,
        which belong to a pair B that is not there, fill up to a multiple of BLOCK.
        """
        at, of_pair = self._find(pairs)
        more = (0, -len(at) % BLOCK if len(at) else BLOCK)
        return (
            np.pad(self.codes[at], (more, (0, 0)), constant_values=UNKNOWN).astype("i4"),
            np.pad(self.strands[at], more),
            np.pad(of_pair, more, constant_values=len(pairs)),
            np.pad(self.context[at], (more, (0, 0))),
            np.pad(self.log_loading[at], more),
            self.mirnas[pairs],
            self.genes[pairs],
        )

    def take(self, pairs: NDArray[np.integer]) -> PairWindows:
        """Return `pairs` (B,) alone."""
        at, of_pair = self._find(pairs)
        counts = np.bincount(of_pair, minlength=len(pairs))
        offsets = np.r_[0, np.cumsum(counts)]
        windows = (self.codes[at], self.strands[at], self.context[at])
        more = (self.log_loading[at], self.mirnas[pairs], self.genes[pairs])
        return PairWindows(offsets, *windows, *more)

    def _find(self, pairs: NDArray[np.integer]) -> tuple[NDArray, NDArray]:
        """Return the windows of `pairs`, and which of these each belongs to."""
        sizes = np.diff(self.offsets)[pairs]
        of_pair = np.repeat(np.arange(len(pairs), dtype=np.int32), sizes)
        shift = self.offsets[pairs] - (np.cumsum(sizes) - sizes)
        return np.arange(len(of_pair)) + shift[of_pair], of_pair


def collect_windows(
    candidates: pd.DataFrame,
    pairs: pd.DataFrame,
    mirnas: pd.DataFrame,
    sequences: Mapping[str, NDArray[np.uint8]],
    genes: pd.DataFrame,
) -> PairWindows:
    """Return the windows of `pairs` (mirna, transcript, gene), in their order.

    `candidates` has mirna, strand, transcript and position; `mirnas` mirna, sequence and
    passenger_share; `sequences` the codes (L,) of transcripts; `genes` features by gene,
    its index. Raises InputError where there is no candidate.
    """
    if candidates.empty:
        raise InputError("no window has P above 0; check the binding network")
    number = pd.Series(range(len(mirnas)), index=mirnas["mirna"])
    known = pairs[["mirna", "transcript"]].assign(pair=range(len(pairs)))
    table = candidates.merge(known, on=["mirna", "transcript"])
    table = table.sort_values("pair", kind="stable", ignore_index=True)
    positions = table["position"].to_numpy(np.intp)
    codes = np.empty((len(table), WINDOW), np.uint8)
    context = np.empty((len(table), len(CONTEXT)), np.float32)
    for name, rows in table.groupby("transcript").indices.items():
        codes[rows] = cut_windows(sequences[str(name)], positions[rows])
        context[rows] = describe_context(sequences[str(name)], positions[rows])
    mirna = table["mirna"].map(number).to_numpy(np.int32)
    passenger = (table["strand"] == "passenger").to_numpy()
    share = mirnas["passenger_share"].to_numpy(float)[mirna]
    log_loading = np.log(np.where(passenger, share, 1 - share))
    counts = np.bincount(table["pair"], minlength=len(pairs))
    return PairWindows(
        np.r_[0, np.cumsum(counts)],
        codes,
        (mirna + len(mirnas) * passenger).astype(np.int32),
        context,
        log_loading.astype(np.float32),
        np.eye(len(mirnas), dtype=np.float32)[pairs["mirna"].map(number)],
        genes.loc[pairs["gene"]].to_numpy(np.float32),
    )
