"""Aligned 3' UTRs of many species, and the trees of the species."""

from __future__ import annotations

import contextlib
import gzip
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.files.foreign import refuse_foreign
from mirsignal.files.tables import name_columns, read_table, refuse_duplicates, to_number
from mirsignal.files.text import zip_members
from mirsignal.sequences.codes import encode

COLUMNS = {"transcript": "transcript", "species": "species", "sequence": "sequence"}
"""Columns of aligned sequences, by default."""
LAYOUTS = (
    ["Refseq ID", "Species ID", "UTR sequence"],
    ["gene", "species", "aligned_sequence"],
)
"""The same as TargetScan names them, and others."""
GENERIC = 0
"""Bin of the tree by which 3' UTRs are put into bins."""
GAP = 5
_LETTER = r"(?i)[ACGTUN.-]"


@dataclass(frozen=True)
class Tree:
    """A tree: its species (S), and of each branch (B) the length and what lies beyond."""

    species: pd.Index
    lengths: NDArray[np.float64]
    beyond: NDArray[np.float32]
    """1 where a species (B, S) lies beyond a branch, seen from the root."""

    @classmethod
    def parse(cls, newick: str, where: str = "tree") -> Tree:
        """Read a tree in Newick's format; InputError if it is none or has no lengths."""
        from Bio import Phylo

        try:
            root = Phylo.read(io.StringIO(newick), "newick").root
            names = [leaf.name for leaf in root.get_terminals()]
            clades = [clade for clade in root.find_clades() if clade is not root]
            lengths = np.array([clade.branch_length for clade in clades], float)
        except Exception as error:  # Biopython raises what its parts raise
            words = str(error).split("\n")[0]
            raise InputError(
                f"{where}: not a tree in Newick's format ({words})"
            ) from None
        species = pd.Index(names, dtype="str")
        if len(names) < 2 or species.hasnans or not species.is_unique:
            raise InputError(f"{where}: leaves of a tree need names, each of its own")
        if not (lengths >= 0).all() or np.isinf(lengths).any():
            raise InputError(f"{where}: a branch of the tree has no length of 0 or more")
        beyond = np.zeros((len(clades), len(names)), np.float32)
        for row, clade in zip(beyond, clades, strict=True):
            row[species.get_indexer([leaf.name for leaf in clade.get_terminals()])] = 1
        return cls(species, lengths, beyond)

    def span(self, has: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the length (N,) of the branches that connect species, by set (S, N)."""
        inside = self.beyond @ has.astype(np.float32)
        connects = (inside > 0) & (inside < has.sum(axis=0))
        return self.lengths @ connects


@dataclass(frozen=True)
class Alignment:
    """An aligned 3' UTR: codes (S, C) of species, with GAP, by their names."""

    gene: str
    label: str
    """What messages call it: its file and gene."""
    species: pd.Index
    codes: NDArray[np.uint8]

    def row(self, species: str) -> NDArray[np.uint8]:
        """Return the codes (C,) of a species; InputError without it."""
        at = self.species.get_indexer([species])[0]
        if at < 0:
            raise InputError(
                f"{self.label}: no species {species} in the alignment (it has "
                f"{', '.join(self.species[:3])}, ...); name the one of your transcripts"
            )
        return self.codes[at]

    def rows_of(self, tree: Tree) -> NDArray[np.int64]:
        """Return where each species of the alignment is in a tree; InputError without."""
        rows = tree.species.get_indexer(self.species)
        if (rows < 0).any():
            missing = self.species[int(rows.argmin())]
            raise InputError(
                f"{self.label}: species {missing} of the alignment is not in the tree "
                f"(it has {', '.join(tree.species[:3])}, ...); take it out, or give its "
                "tree"
            )
        return rows


def read_trees(path: str | Path) -> dict[int, Tree]:
    """Return trees by bin from a table (bin, newick): 0 is the generic one, 1 to 10 are
    those of the bins. Raises InputError as `Tree.parse` does, and without bin 0."""
    table = read_table(path, {"bin": "bin", "newick": "newick"})
    bins = to_number(table, "bin", path)
    for line, value in table.loc[~bins.isin(range(11)), "bin"].items():
        raise InputError(f"{path}, line {line}: bin {value!r} is none of 0 to 10")
    refuse_duplicates(table, "bin", path)
    trees = {
        int(number): Tree.parse(text, f"{path}, line {line}")
        for line, number, text in zip(
            table.index, bins, table["newick"].fillna(""), strict=True
        )
    }
    if GENERIC not in trees:
        raise InputError(f"{path}: has no tree of bin 0, by which 3' UTRs are binned")
    return trees


def read_alignments(
    path: str | Path, columns: Mapping[str, str | int] | None = None
) -> Iterator[Alignment]:
    """Yield the aligned 3' UTRs of a file, plain or gzip, one after another.

    A row is a species of a transcript: columns transcript, species and sequence by
    `columns` (names, or numbers from 1 on), else as TargetScan names them, or without a
    header the first three. The rows of a transcript stand together. Raises InputError for
    a file that is none or is truncated, a row that is too short, a species or transcript
    that comes twice, and as `align` does.
    """
    rows: dict[str, str] = {}
    gene, done = "", set[str]()
    for number, fields in _split_lines(path, columns):
        if len(fields) < 3 or not all(fields[:2]):
            raise InputError(
                f"{path}, line {number}: lacks transcript, species or sequence; a row "
                "has the three, separated by tabs"
            )
        name, species, text = fields
        if name != gene:
            if rows:
                yield align(gene, rows, path)
            gene, rows = name, {}
            if name in done:
                raise InputError(
                    f"{path}, line {number}: {name} was there before; put the rows of a "
                    "transcript together"
                )
            done.add(name)
        if species in rows:
            raise InputError(
                f"{path}, line {number}: species {species} of {name} for the second time"
            )
        rows[species] = text
    if not rows:
        raise InputError(f"{path}: no aligned sequence; give TargetScan's layout")
    yield align(gene, rows, path)


def _split_lines(
    path: str | Path, columns: Mapping[str, str | int] | None
) -> Iterator[tuple[int, list[str]]]:
    """Yield number and (transcript, species, sequence) of the rows of a file."""
    places = [0, 1, 2]
    try:
        with _open_text(Path(path)) as lines:
            is_first = True
            for number, line in enumerate(lines, 1):
                fields = line.rstrip("\r\n").split("\t")
                if not any(fields):
                    continue
                if is_first:
                    is_first = False
                    places, is_header = _find_columns(path, fields, columns)
                    if is_header:
                        continue
                yield number, [fields[p] for p in places if p < len(fields)]
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: no text in UTF-8 ({error.reason}); save it so, or fetch it again"
        ) from None
    except InputError:
        raise
    except Exception as error:  # a damaged archive can raise anything
        raise InputError(f"{path}: broken or no text ({error}); fetch it again") from None


@contextlib.contextmanager
def _open_text(path: Path) -> Iterator[TextIO]:
    """Open a file of lines: plain, gzip, or the one file in a zip."""
    if not path.is_file():
        raise InputError(f"{path}: no such file; check the path")
    with path.open("rb") as handle:
        start = handle.read(300)
    if start[:2] not in (b"PK", b"\x1f\x8b"):
        refuse_foreign(start, path)
    if start[:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            names = zip_members(archive)
            if len(names) != 1:
                raise InputError(f"{path}: a zip of {len(names)} files; unpack it")
            with archive.open(names[0]) as member:
                yield io.TextIOWrapper(member, encoding="utf-8-sig")
        return
    opened = gzip.open if start[:2] == b"\x1f\x8b" else open
    with opened(path, "rt", encoding="utf-8-sig") as lines:
        yield lines


def _find_columns(
    path: str | Path, fields: list[str], columns: Mapping[str, str | int] | None
) -> tuple[list[int], bool]:
    """Return where the three columns stand by the first line, and if it is a header."""
    setting = "inputs: alignments: columns"
    names = [str(name) for name in name_columns(COLUMNS, columns, setting).values()]
    if all(name.isdigit() for name in names):
        return [int(name) - 1 for name in names], False
    for layout in [names] if columns else [names, *LAYOUTS]:
        if set(layout) <= set(fields):
            return [fields.index(name) for name in layout], True
    if columns:
        raise InputError(
            f"{path}: lacks a column of {', '.join(names)} (it has: "
            f"{', '.join(fields[:6])[:200]}); correct `{setting}`"
        )
    if len(fields) > 2 and len(fields[2]) > 2 * len(re.findall(_LETTER, fields[2])):
        raise InputError(
            f"{path}: the first line is neither TargetScan's header nor a row of "
            f"transcript, species and sequence ({', '.join(fields[:6])[:200]}); set "
            f"`{setting}`"
        )
    return [0, 1, 2], False


def align(gene: str, rows: Mapping[str, str], path: str | Path = "") -> Alignment:
    """Return aligned sequences by species, `-` or `.` a gap, as an alignment.

    Raises InputError, which names `path`, for sequences of unequal length and for other
    letters.
    """
    label = f"{path}: {gene}" if path else gene
    codes = []
    for species, text in rows.items():
        letters = text.replace(".", "-")
        try:
            own = encode(letters.replace("-", "N"))
        except InputError as error:
            raise InputError(f"{label}, species {species}: {error}") from None
        own[np.frombuffer(letters.encode(), np.uint8) == ord("-")] = GAP
        codes.append(own)
    lengths = {len(own) for own in codes}
    if len(lengths) > 1:
        raise InputError(
            f"{label}: aligned sequences of {min(lengths)} to {max(lengths)} columns; "
            "give all of them with their gaps"
        )
    return Alignment(gene, label, pd.Index(list(rows), dtype="str"), np.array(codes))
