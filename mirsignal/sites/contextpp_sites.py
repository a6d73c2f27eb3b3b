"""Sites as the context++ model counts them, in many transcripts at once.

They differ from `sites.match_sites` at the start of a 3' UTR, where the ribosome clears
the first nucleotides (Agarwal 2015, eLife 05005): see FIRST.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.sequences.codes import UNKNOWN, encode, reverse_complement
from mirsignal.sites.seed_sites import SITE_TYPES

FIRST = 15
"""Sites that start before this nucleotide (0-based) are dropped. At one before it, what
pairs with miRNA nt 8 is taken off: an 8mer becomes a 7mer-A1, a 7mer-m8 a 6mer."""
PAD = 40
"""Unknown nucleotides around each transcript: more than any feature looks beyond."""
_KIND = np.array([["6mer", "7mer-A1"], ["7mer-m8", "8mer"]], dtype=object)


@dataclass(frozen=True)
class Joined:
    """Transcripts in one array: codes (L,), where each starts in it, and its length."""

    codes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]


def join(sequences: Iterable[str]) -> Joined:
    """Return RNA strings as one array of codes, PAD unknown nucleotides between them."""
    gap = np.full(PAD, UNKNOWN, dtype=np.uint8)
    pieces, starts, lengths, at = [gap], [], [], PAD
    for sequence in sequences:
        starts.append(at)
        lengths.append(len(sequence))
        pieces += [encode(sequence), gap]
        at += len(sequence) + PAD
    return Joined(np.concatenate(pieces), np.array(starts), np.array(lengths))


def find_word(joined: Joined, word: str) -> NDArray[np.int64]:
    """Return where `word` starts in the joined codes, overlaps included."""
    letters = encode(word)
    last = len(joined.codes) - len(letters) + 1
    found = np.ones(last, dtype=bool)
    for offset, letter in enumerate(letters):
        found &= joined.codes[offset : offset + last] == letter
    return np.flatnonzero(found)


def count_word(joined: Joined, word: str, unless_before: str = "") -> NDArray[np.int64]:
    """Return how often `word` occurs in each transcript, not counting those that the
    nucleotide `unless_before` follows."""
    at = find_word(joined, word)
    if unless_before:
        at = at[joined.codes[at + len(word)] != encode(unless_before)[0]]
    return np.bincount(_owner(joined, at), minlength=len(joined.starts))


def _owner(joined: Joined, at: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.searchsorted(joined.starts, at, side="right") - 1


def find_context_sites(mirna: str, joined: Joined) -> pd.DataFrame:
    """Return the sites of a miRNA: number (of the transcript), start, end, site_type, p8.

    Coordinates are 0-based and half open in the transcript; p8 is the nucleotide opposite
    miRNA nt 8, paired or not, from which pairing and accessibility are counted (-1 if the
    match to nt 2-7 starts the transcript).
    """
    at = find_word(joined, reverse_complement(mirna[1:7]))
    has_m8 = joined.codes[at - 1] == encode(reverse_complement(mirna[7]))[0]
    has_a1 = joined.codes[at + 6] == encode("A")[0]
    number = _owner(joined, at)
    core = at - joined.starts[number]
    has_m8 &= core != FIRST
    kinds = _KIND[has_m8.astype(int), has_a1.astype(int)]
    sites = pd.DataFrame(
        {
            "number": number,
            "start": core - has_m8,
            "end": core + 6 + has_a1,
            "site_type": pd.array(kinds, dtype="str"),
            "p8": core - 1,
        }
    )
    return sites[sites["start"] >= FIRST].reset_index(drop=True)


def type_numbers(site_types: pd.Series) -> NDArray[np.int64]:
    """Return the place of each site type in SITE_TYPES."""
    return site_types.map({kind: at for at, kind in enumerate(SITE_TYPES)}).to_numpy(int)
