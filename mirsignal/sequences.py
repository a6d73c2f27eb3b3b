"""Nucleotide sequences: normalise, encode, read from FASTA, seed and complement.

Inside mirsignal sequences are upper-case RNA (ACGU, N where unknown) and arrays hold
the codes A 0, C 1, G 2, U 3, N 4.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.errors import InputError
from mirsignal.files import atomic_path
from mirsignal.identifiers import gene_of_header, transcript_name
from mirsignal.text_files import read_text

_log = logging.getLogger(__name__)

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


def seed(mirna: str) -> str:
    """Return nucleotides 2-8, which name a miRNA's family (Bartel 2009)."""
    return mirna[1:8]


def read_fasta(path: str | Path) -> Iterator[tuple[str, str]]:
    """Yield (id, RNA sequence) from a FASTA (plain, gzip or zip) of any case, U or T.

    The id is that of `transcript_name`. Raises InputError for an empty file, text before
    the first header, a repeated id, and what `read_text` and `normalise_all` refuse.
    """
    return normalise_all(_named_records(path), path)


def _named_records(path: str | Path) -> Iterator[tuple[str, str, str]]:
    """Yield (place, id, sequence as it stands there) of each record of a FASTA."""
    seen: set[str] = set()
    for header, body in _read_records(path):
        name = transcript_name(header)
        if not name:
            raise InputError(f"{path}: record {len(seen) + 1} has no id after '>'")
        if name in seen:
            raise InputError(f"{path}: id {name!r} occurs twice; keep one record")
        seen.add(name)
        yield f"{path}: record {name!r}", name, body


def normalise_all(
    records: Iterable[tuple[str, str, str]], path: str | Path
) -> Iterator[tuple[str, str]]:
    """Yield (id, RNA sequence) of records (place, id, sequence as a file has it).

    Gaps (`-`, of aligned 3' UTRs as TargetScan's) are left out. Records that say
    "Sequence unavailable", as BioMart does of transcripts without a 3' UTR, are skipped.
    Both are counted in the log. Raises InputError, with the place, for a record without
    sequence and a letter that is no nucleotide, and when no record has a sequence.
    """
    n_records = n_unavailable = n_gaps = 0
    for place, name, text in records:
        n_records += 1
        if text.strip().lower() == "sequence unavailable":
            n_unavailable += 1
            continue
        sequence = "".join(text.split())
        n_gaps += sequence.count("-")
        sequence = sequence.replace("-", "")
        if not sequence:
            raise InputError(f"{place} has no sequence; remove it")
        try:
            yield name, normalise(sequence)
        except InputError as error:
            raise InputError(f"{place}: {error}; is this a protein?") from None
    if n_unavailable == n_records:
        raise InputError(f"{path}: no record has a sequence; ask BioMart for 3utr")
    if n_unavailable:
        counts = (path, n_unavailable, n_records)
        _log.info("%s: skipped %d of %d records: sequence unavailable", *counts)
    if n_gaps:
        _log.info("%s: %d gaps ('-') of an alignment are left out", path, n_gaps)


def _read_records(path: str | Path) -> Iterator[tuple[str, str]]:
    """Yield (header, lines of sequence) of each record."""
    text = read_text(path).lstrip()
    if not text.startswith(">"):
        raise InputError(
            f"{path}: not FASTA; the first line must start with '>' (of a table, name "
            "the columns of id and sequence in the config)"
        )
    for record in text[1:].split("\n>"):
        header, _, body = record.partition("\n")
        yield header, body


def read_header_genes(path: str | Path) -> dict[str, str]:
    """Return the genes that the headers of a FASTA name, by transcript."""
    genes = {transcript_name(h): gene_of_header(h) for h, _ in _read_records(path)}
    return {name: gene for name, gene in genes.items() if gene}


class Transcripts:
    """Random access to a prepared FASTA through its pyfaidx index."""

    def __init__(self, path: str | Path):
        import pyfaidx

        self._fasta = pyfaidx.Fasta(str(path), as_raw=True, rebuild=False)

    def __getitem__(self, name: str) -> str:
        try:
            return str(self._fasta[name][:])
        except KeyError:
            raise InputError(f"{self._fasta.filename}: no transcript {name!r}") from None

    def __contains__(self, name: str) -> bool:
        return name in self._fasta

    def names(self) -> list[str]:
        """Return all ids, in the order of the FASTA."""
        return list(self._fasta.keys())

    def length(self, name: str) -> int:
        return len(self._fasta[name])


def write_fasta(path: str | Path, records: Iterable[tuple[str, str]]) -> None:
    """Write records in lines of 80 letters, as pyfaidx indexes them."""
    with Path(path).open("w") as handle:
        for name, sequence in records:
            handle.write(f">{name}\n")
            for start in range(0, len(sequence), 80):
                handle.write(sequence[start : start + 80] + "\n")


def write_indexed_fasta(
    path: str | Path, index: str | Path, records: Iterable[tuple[str, str]]
) -> None:
    """Write a FASTA and the index by which pyfaidx finds its records."""
    import pyfaidx

    with atomic_path(index) as temporary_index, atomic_path(path) as temporary:
        write_fasta(temporary, records)
        pyfaidx.Faidx(str(temporary), indexname=str(temporary_index), rebuild=True)
