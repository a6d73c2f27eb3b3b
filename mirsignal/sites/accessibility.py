"""Structural accessibility of sites: how likely 14 nt around a seed match are unpaired.

As context++ uses it (Agarwal 2015, eLife 05005): RNAplfold of ViennaRNA (Bernhart 2006)
with windows of 80 nt and pairs at most 40 nt apart. Only sites are folded, each with the
80 nt on either side that can matter, which gives the numbers of folding the whole
transcript. Sites that are close are folded together. For many miRNAs transcripts are
folded whole, once, and kept (`Folding`): about 0.1 ms a nucleotide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.files.atomic import atomic_path

UNPAIRED = 14
"""Nucleotides that must all be unpaired: p8 - 6 ... p8 + 7."""
FOLDED_WINDOW, LONGEST_PAIR = 80, 40
"""Length (nt) of the windows that are folded, and the farthest that two of a pair lie
apart."""
_BEFORE = 6
_LEAST = 1e-20  # a probability that is 0 in floating point still has a logarithm


def fold_sites(sites: pd.DataFrame, sequences: Mapping[str, str]) -> pd.DataFrame:
    """Return accessibility (log10 probability) by transcript and p8, each of them once.

    `sites` has the columns transcript and p8; NaN where the 14 nt leave the transcript.
    """
    folded: dict[str, NDArray[np.float64]] = {}  # isoforms share regions
    rows = []
    for name, p8 in sites.groupby("transcript", sort=False)["p8"]:
        sequence = sequences[str(name)]
        places = np.unique(p8.to_numpy(int))
        values = np.full(len(places), np.nan)
        for left, right in find_regions(places, len(sequence)):
            region = sequence[left:right]
            if region not in folded:
                folded[region] = fold_region(region)
            inside = (left <= places - _BEFORE) & (places - _BEFORE + UNPAIRED <= right)
            values[inside] = folded[region][places[inside] - _BEFORE - left]
        rows += [(name, *pair) for pair in zip(places, values, strict=True)]
    types = {"transcript": "str", "p8": "int64", "accessibility": "float64"}
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def find_regions(places: Iterable[int], length: int) -> list[tuple[int, int]]:
    """Return the parts (start, end) of a transcript that are folded for sites at `places`
    (p8, rising): the 14 nt and 80 on either side, joined where they overlap.

    A site whose 14 nt reach beyond the transcript of `length` nt has none.
    """
    regions: list[tuple[int, int]] = []
    for place in places:
        first = int(place) - _BEFORE
        last = first + UNPAIRED
        if first < 0 or last > length:
            continue
        left, right = max(first - FOLDED_WINDOW, 0), min(last + FOLDED_WINDOW, length)
        if regions and left <= regions[-1][1]:
            left = regions.pop()[0]
        regions.append((left, right))
    return regions


def fold_region(region: str) -> NDArray[np.float64]:
    """Return log10 of the probability that the 14 nt from each nucleotide on are all
    unpaired (L - 13). An unknown nucleotide pairs with nothing."""
    import RNA

    unpaired = RNA.pfl_fold_up(region, UNPAIRED, FOLDED_WINDOW, LONGEST_PAIR)
    chances = [by_length[UNPAIRED] for by_length in unpaired[UNPAIRED:]]
    return np.log10(np.maximum(chances, _LEAST))


@dataclass(frozen=True)
class Folding:
    """The accessibility of every nucleotide of transcripts."""

    names: pd.Index
    digests: NDArray[np.bytes_]
    """What each transcript's sequence was when it was folded."""
    starts: NDArray[np.int64]
    """Where the values of each transcript (L - 13) begin, and the last end."""
    values: NDArray[np.float32]
    """log10 of the probability that the 14 nt from a nucleotide on are all unpaired."""

    def of_sites(self, sites: pd.DataFrame, sequences: Mapping[str, str]) -> pd.DataFrame:
        """Return the table of `fold_sites`, looked up. `sequences` are those of now.

        Raises InputError for a transcript that is not there or was another sequence.
        """
        table = sites[["transcript", "p8"]].drop_duplicates(ignore_index=True)
        number = self.names.get_indexer(table["transcript"])
        used = np.unique(number)
        if used.size and used[0] < 0:
            name = table["transcript"][int(number.argmin())]
            raise InputError(f"transcript {name!r} was not folded; fold anew")
        for one in used:
            if _digest(sequences[self.names[one]]) != self.digests[one]:
                raise InputError(
                    f"transcript {self.names[one]!r} was folded as another sequence; "
                    "fold anew"
                )
        at = self.starts[number] + table["p8"].to_numpy(int) - _BEFORE
        inside = (self.starts[number] <= at) & (at < self.starts[number + 1])
        values = np.full(len(table), np.nan)
        values[inside] = self.values[at[inside]]
        return table.assign(accessibility=values)

    def lacks(self, sequences: Mapping[str, str]) -> dict[str, str]:
        """Return those of `sequences` that were not folded, or as another sequence."""
        known = dict(zip(self.names, self.digests, strict=True))
        return {n: s for n, s in sequences.items() if known.get(n) != _digest(s)}

    def joined(self, other: Folding) -> Folding:
        """Return both; of a transcript in both, what `other` has."""
        kept = np.flatnonzero(~self.names.isin(other.names))
        values = [self.values[self.starts[n] : self.starts[n + 1]] for n in kept]
        lengths = [*map(len, values), *np.diff(other.starts)]
        return Folding(
            self.names[kept].append(other.names),
            np.concatenate([self.digests[kept], other.digests]),
            np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
            np.concatenate([*values, other.values]),
        )

    def save(self, path: str | Path) -> None:
        """Write an .npz file, whole or not at all."""
        arrays = {
            "names": self.names.to_numpy("str"),
            "digests": self.digests,
            "starts": self.starts,
            "values": self.values,
        }
        with atomic_path(path) as temporary, temporary.open("wb") as handle:
            np.savez_compressed(handle, **arrays)

    @classmethod
    def load(cls, path: str | Path) -> Folding:
        """Read what `save` wrote; raises InputError for another or a broken file."""
        try:
            with np.load(path) as arrays:
                return cls(
                    pd.Index(arrays["names"]),
                    arrays["digests"],
                    arrays["starts"],
                    arrays["values"],
                )
        except FileNotFoundError:
            raise
        except Exception as error:
            raise InputError(
                f"{path}: not what transcripts were folded into ({error}); name "
                "another file, or delete it if mirsignal made it"
            ) from None


def fold_transcripts(
    sequences: Mapping[str, str], each: Callable[[int], object] = lambda length: None
) -> Folding:
    """Fold transcripts whole, each distinct sequence once; `each` is told its length.

    Values equal those of `fold_sites` but for rounding to single precision.
    """
    folded: dict[str, NDArray[np.float32]] = {}
    for sequence in sequences.values():
        if sequence not in folded:
            long_enough = len(sequence) >= UNPAIRED
            values = fold_region(sequence) if long_enough else np.empty(0)
            folded[sequence] = values.astype(np.float32)
            each(len(sequence))
    parts = [folded[sequence] for sequence in sequences.values()]
    return Folding(
        pd.Index(list(sequences), dtype="str"),
        np.array([_digest(sequence) for sequence in sequences.values()], dtype="S16"),
        np.concatenate([[0], np.cumsum([len(part) for part in parts], dtype=np.int64)]),
        np.concatenate([np.empty(0, np.float32), *parts]),
    )


def _digest(sequence: str) -> bytes:
    return hashlib.sha256(sequence.encode()).hexdigest()[:16].encode()
