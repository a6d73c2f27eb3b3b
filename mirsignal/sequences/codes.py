"""Nucleotide sequences: normalise, encode, complement, seed, base pairs.

Inside mirsignal sequences are upper-case RNA (ACGU, N where unknown) and arrays hold
the codes A 0, C 1, G 2, U 3, N 4.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.errors import InputError

LETTERS = "ACGUN"
UNKNOWN = 4
_IUPAC_AMBIGUOUS = "RYSWKMBDHV"
_CODES = np.full(256, 255, dtype=np.uint8)
for _code, _letter in enumerate(LETTERS):
    _CODES[[ord(_letter), ord(_letter.lower())]] = _code
_CODES[[ord("T"), ord("t")]] = LETTERS.index("U")
for _letter in _IUPAC_AMBIGUOUS:
    _CODES[[ord(_letter), ord(_letter.lower())]] = UNKNOWN
_COMPLEMENT = str.maketrans("ACGUN", "UGCAN")

MISMATCH, GU, AU, GC = range(4)
"""Kinds of base pair, weakest first. A:U and G:C are Watson-Crick pairs, G:U a wobble."""
PAIR_KINDS = np.full((len(LETTERS), len(LETTERS)), MISMATCH, np.int8)
"""Kind of pair (5, 5) by the codes of both nucleotides. N pairs with nothing."""
for _letters, _kind in (("GU", GU), ("AU", AU), ("GC", GC)):
    _one, _other = map(LETTERS.index, _letters)
    PAIR_KINDS[_one, _other] = PAIR_KINDS[_other, _one] = _kind


def encode(sequence: str) -> NDArray[np.uint8]:
    """Return codes (L,) of a sequence; lowercase, T and U and IUPAC codes are read.

    Ambiguity codes become N. Raises InputError naming the first letter that is none.
    """
    raw = np.frombuffer(sequence.encode("ascii", "replace"), dtype=np.uint8)
    codes = _CODES[raw]
    bad = np.flatnonzero(codes == 255)
    if bad.size:
        raise InputError(
            f"letter {sequence[bad[0]]!r} at position {bad[0] + 1} is not a nucleotide "
            "(ACGTU, N or an IUPAC code)"
        )
    return codes


def decode(codes: NDArray[np.integer]) -> str:
    """Return the RNA string of codes (L,)."""
    return "".join(LETTERS[code] for code in codes)


def decode_many(codes: NDArray[np.integer]) -> NDArray[np.str_]:
    """Return the RNA strings (N,) of codes (N, L)."""
    letters = np.frombuffer(LETTERS.encode(), dtype=np.uint8)[codes]
    return np.ascontiguousarray(letters).view(f"S{codes.shape[1]}")[:, 0].astype(str)


def normalise(sequence: str) -> str:
    """Return upper-case RNA; raises InputError as `encode` does."""
    return decode(encode(sequence.strip()))


def check_target(sequence: str) -> str:
    """Return a target site as upper-case RNA.

    Raises InputError when it is longer than a window (50 nt), and as `encode` does.
    """
    rna = normalise(sequence)
    if len(rna) > WINDOW:
        raise InputError(
            f"a target of {len(rna)} nt; cut it to the {WINDOW} nt around its site"
        )
    return rna


def encode_many(sequences: Iterable[str], length: int) -> NDArray[np.uint8]:
    """Return codes (N, length): each sequence cut, or padded with N, to `length`.

    The same letters are read as in `encode`.
    """
    texts = [text[:length].ljust(length, "N") for text in sequences]
    raw = np.frombuffer("".join(texts).encode("ascii", "replace"), dtype=np.uint8)
    codes = _CODES[raw].reshape(-1, length)
    bad = np.argwhere(codes == 255)
    if len(bad):
        row, column = bad[0]
        raise InputError(
            f"sequence {row + 1}: letter {texts[row][column]!r} is not a nucleotide"
        )
    return codes


def reverse_complement(sequence: str) -> str:
    """Return the reverse complement of an RNA string."""
    return sequence.translate(_COMPLEMENT)[::-1]


def seed_region(mirna: str) -> str:
    """Return nucleotides 2-8, which name a miRNA's family (Bartel 2009)."""
    return mirna[1:8]
