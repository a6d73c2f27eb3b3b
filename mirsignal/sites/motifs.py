"""Motifs of RNA-binding proteins in 3' UTRs: where a position weight matrix fits best."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.files.tables import name_columns, read_table, to_number
from mirsignal.logs import log
from mirsignal.sequences.codes import UNKNOWN, encode

MOTIF_COLUMNS = {
    name: name for name in ("motif", "protein", "position", "A", "C", "G", "U")
}
SETTING = "inputs: motifs: columns"
_ROUNDED = 0.05
_PSEUDO = 0.01
"""Added to probabilities before their logarithm is taken."""


def read_motifs(
    path: str | Path, columns: Mapping[str, str | int] | None = None
) -> dict[str, tuple[str, NDArray[np.float64]]]:
    """Return the protein and the matrix (L, 4) of each motif: log2 odds of A, C, G, U.

    The table has a row per position, 1 to L, with log2 (probability / 0.25), or with
    probabilities, which add up to 1 in every row and are converted. Raises InputError
    for a missing column, a value that is no number, rows of neither kind, a motif of two
    proteins, and one whose positions are not 1 to L.
    """
    names = name_columns(MOTIF_COLUMNS, columns, SETTING)
    table = read_table(path, names, setting=SETTING)
    for name in ("motif", "protein"):
        if (empty := table[name].isna()).any():
            raise InputError(f"{path}: line {table.index[empty][0]}: no {name}; name it")
    values = {name: to_number(table, name, path) for name in ("position", *"ACGU")}
    table = table.assign(**values)
    if (lacking := table[list(values)].isna().any(axis=1)).any():
        raise InputError(
            f"{path}: line {table.index[lacking][0]}: a number is missing; fill it"
        )
    weights = table[list("ACGU")].to_numpy()
    if (weights >= 0).all() and np.allclose(weights.sum(axis=1), 1, atol=0.02):
        table[list("ACGU")] = np.log2((weights + _PSEUDO) / (1 + 4 * _PSEUDO) / 0.25)
        log.info("%s: probabilities; converted to log2 odds", path)
    shares = (0.25 * np.exp2(table[list("ACGU")].to_numpy())).sum(axis=1)
    if len(odd := table.index[~np.isclose(shares, 1, atol=_ROUNDED)]):
        raise InputError(
            f"{path}: line {odd[0]}: neither probabilities, which add up to 1, nor log2 "
            "(probability / 0.25); give either, in all rows"
        )
    motifs = {}
    for motif, rows in table.groupby("motif", sort=False):
        place = f"{path}: line {rows.index[0]}: motif {motif}"
        if rows["protein"].nunique() > 1:
            raise InputError(f"{place} is of two proteins; name two motifs")
        rows = rows.sort_values("position")
        if rows["position"].tolist() != list(range(1, len(rows) + 1)):
            raise InputError(
                f"{place}: positions are not 1 to {len(rows)}, each once; correct them"
            )
        motifs[str(motif)] = (
            str(rows["protein"].iloc[0]),
            rows[list("ACGU")].to_numpy(float),
        )
    return motifs


def proteins_of(text: str) -> list[str]:
    """Return the proteins that a cell names: one, or several as "A;B"."""
    return [name.strip() for name in text.split(";")]


def motif_of(protein: str) -> str:
    """Return how the motifs of a protein are called, to tell them from its peaks."""
    return f"{protein} motif"


def find_motifs(
    motifs: Mapping[str, tuple[str, NDArray[np.float64]]],
    sequences: Mapping[str, str],
    rate: float,
) -> pd.DataFrame:
    """Return where motifs fit best, as rows (transcript, start, end, protein) of peaks.

    Of each motif those places of the `sequences` count that score as the best `rate` of
    all, fewer where the last of them tie with others. 0-based and half open; the name of
    a protein is followed by " motif", since a peak of it is something else. A motif of
    several proteins ("A;B") is one of each.
    """
    codes = [encode(sequence) for sequence in sequences.values()]
    lengths = np.array([len(each) for each in codes])
    names = np.array(list(sequences), dtype=object)
    longest = max(len(matrix) for _, matrix in motifs.values())
    joined = np.concatenate([*codes, np.full(longest, UNKNOWN, np.uint8)])
    first = np.cumsum(lengths) - lengths
    room = np.repeat(first + lengths, lengths) - np.arange(lengths.sum())
    tables = []
    for protein, matrix in motifs.values():
        size = len(matrix)
        weights = np.c_[matrix, np.full(size, -np.inf)].astype(np.float32)  # N
        score = sum(weights[at][joined[at : at + len(room)]] for at in range(size))
        score = np.where(room >= size, score, -np.inf)
        best = np.flatnonzero(score >= _lowest(score, rate))
        owner = np.searchsorted(first, best, side="right") - 1
        start = best - first[owner]
        place = {"transcript": names[owner], "start": start, "end": start + size}
        tables += [
            pd.DataFrame({**place, "protein": motif_of(name)})
            for name in proteins_of(protein)
        ]
    found = pd.concat(tables, ignore_index=True).drop_duplicates(ignore_index=True)
    log.info("%d motifs fit at %s places", len(motifs), f"{len(found):,}")
    return found


def _lowest(score: NDArray[np.float32], rate: float) -> float:
    """Return the lowest score of which no more than `rate` of the places have as much."""
    most = int(rate * np.isfinite(score).sum())
    if not most:
        return np.inf
    cut = np.partition(score, -most - 1)[-most - 1] if most < len(score) else -np.inf
    return float(np.nextafter(cut, np.float32(np.inf)))
