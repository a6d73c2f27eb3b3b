"""Canonical seed sites: 8mer, 7mer-m8, 7mer-A1 and 6mer (Bartel 2009, Figure 1).

`match_sites` lists the sites of one sequence, `find_sites` tabulates those of many at
once. Both take any 3' UTR, reading frame or window as RNA.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.sequences.codes import LETTERS, encode, reverse_complement

SITE_TYPES = ("8mer", "7mer-m8", "7mer-A1", "6mer")
"""Site types, strongest first."""
SITE_RANKS = {kind: len(SITE_TYPES) - at for at, kind in enumerate(SITE_TYPES)}
"""8mer 4 ... 6mer 1; where there is no site, the rank is 0."""
CLEARED = 15
"""Nucleotides behind the stop codon in which sites do little, since ribosomes clear them
(Grimson 2007, Mol Cell 27:91)."""

_CLEAVED = 17  # miRNA nt up to which all must pair for cleavage opposite nt 10 and 11
_PAD = 40  # unknown nt around each joined sequence: more than any feature looks beyond
_TYPES = np.array([["6mer", "7mer-A1"], ["7mer-m8", "8mer"]], dtype=object)


@dataclass(frozen=True)
class Joined:
    """Sequences in one array: codes (L,), where each starts in it, and its length."""

    codes: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]


def join(sequences: Iterable[str]) -> Joined:
    """Return RNA strings as one array of codes, with unknown nucleotides between them.

    The last few are kept: every miRNA looks for its sites in the same transcripts.
    """
    return _join(tuple(sequences))


@lru_cache(maxsize=4)
def _join(sequences: tuple[str, ...]) -> Joined:
    gap = "N" * _PAD
    codes = encode(gap + "".join(sequence + gap for sequence in sequences))
    lengths = np.fromiter(map(len, sequences), np.int64, len(sequences))
    starts = _PAD + np.cumsum(lengths + _PAD) - (lengths + _PAD)
    for array in (codes, starts, lengths):
        array.setflags(write=False)
    return Joined(codes, starts, lengths)


def match_sites(mirna: str, sequence: str) -> list[tuple[int, int, str]]:
    """Return (start, end, site type) of every match to miRNA nt 2-7, overlaps included.

    Coordinates are 0-based and half open, of the 6 to 8 nt of the site. A 7mer-m8 also
    pairs nt 8, a 7mer-A1 has an A opposite nt 1, an 8mer both.
    """
    at, has_m8, has_a1 = _match_seed(mirna, encode(f"N{sequence}N"))
    starts, ends = at - 1 - has_m8, at + 5 + has_a1
    kinds = _TYPES[has_m8, has_a1]
    return list(zip(starts.tolist(), ends.tolist(), kinds.tolist(), strict=True))


def count_sites(mirna: str, sequence: str) -> NDArray[np.int64]:
    """Return the number of sites of each type, in the order of SITE_TYPES."""
    kinds = [kind for _, _, kind in match_sites(mirna, sequence)]
    return np.array([kinds.count(kind) for kind in SITE_TYPES])


def find_sites(mirna: str, joined: Joined, cleared: int = 0) -> pd.DataFrame:
    """Return the sites of a miRNA: number (of the sequence), start, end, site_type, p8.

    Coordinates are those of `match_sites`; p8 is the nucleotide opposite miRNA nt 8,
    paired or not, from which pairing and accessibility are counted (-1 if the match to
    nt 2-7 starts the sequence). Sites that start in the first `cleared` nucleotides are
    dropped. Of one that starts in the last of these, the pair of nt 8 is taken off: an
    8mer becomes a 7mer-A1, a 7mer-m8 a 6mer (context++: Agarwal 2015, eLife 05005).
    """
    at, has_m8, has_a1 = _match_seed(mirna, joined.codes)
    number = _owner(joined, at)
    core = at - joined.starts[number]
    has_m8 = has_m8 * (core != cleared)
    sites = pd.DataFrame(
        {
            "number": number,
            "start": core - has_m8,
            "end": core + 6 + has_a1,
            "site_type": pd.array(_TYPES[has_m8, has_a1], dtype="str"),
            "p8": core - 1,
        }
    )
    return sites[sites["start"] >= cleared].reset_index(drop=True)


def _match_seed(
    mirna: str, codes: NDArray[np.uint8]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return where codes match miRNA nt 2-7, and whether (0 or 1) nt 8 pairs as well and
    whether an A lies opposite nt 1. Codes begin and end with N."""
    at = _find_word(codes, reverse_complement(mirna[1:7]))
    has_m8 = codes[at - 1] == LETTERS.index(reverse_complement(mirna[7]))
    has_a1 = codes[at + 6] == LETTERS.index("A")
    return at, has_m8.astype(int), has_a1.astype(int)


def _find_word(codes: NDArray[np.uint8], word: str) -> NDArray[np.int64]:
    """Return where `word` starts in codes, overlaps included."""
    text, wanted = codes.tobytes(), encode(word).tobytes()
    found, at = [], text.find(wanted)
    while at >= 0:
        found.append(at)
        at = text.find(wanted, at + 1)
    return np.array(found, dtype=np.int64)


def match_fully(mirna: str, sequences: Mapping[str, str]) -> list[str]:
    """Return the transcripts that pair all of miRNA nt 2-17 without a gap.

    Such a site is cleaved, as plant miRNAs and siRNAs do with their targets (Yekta 2004,
    Science 304:594), and the mRNA falls far below what seed sites do.
    """
    joined = join(sequences.values())
    at = _find_word(joined.codes, reverse_complement(mirna[1:_CLEAVED]))
    names = list(sequences)
    return [names[number] for number in np.unique(_owner(joined, at))]


def count_word(joined: Joined, word: str, unless_before: str = "") -> NDArray[np.int64]:
    """Return how often `word` occurs in each sequence, not counting those that the
    nucleotide `unless_before` follows."""
    at = _find_word(joined.codes, word)
    if unless_before:
        at = at[joined.codes[at + len(word)] != encode(unless_before)[0]]
    return np.bincount(_owner(joined, at), minlength=len(joined.starts))


def _owner(joined: Joined, at: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.searchsorted(joined.starts, at, side="right") - 1


def type_numbers(site_types: pd.Series) -> NDArray[np.int64]:
    """Return the place of each site type in SITE_TYPES."""
    return site_types.map({kind: at for at, kind in enumerate(SITE_TYPES)}).to_numpy(int)
