"""The strongest path through the attributions of a pair: a local alignment of both.

A path is a row of cells (target nucleotide, miRNA nucleotide) that runs antiparallel, as
a duplex lies in the pairing matrix: towards the 3' end of the miRNA and the 5' end of the
target. Its score is the sum of its cells' attributions, less the cost of what it skips:
k nucleotides in a row cost gap_open + (k - 1) gap_extend, on each strand by itself. The
best path of each state (at a cell, skipping the target, skipping the miRNA) is kept
apart, as in Gotoh 1982 (Journal of Molecular Biology 162:705), so that the cost of a gap
follows from the path that opened it.

The alignment is local: it starts and ends at a cell and holds only what raises its score.
Where no cell is above zero, the path is empty and its score is 0.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.interpretation.duplexes import count_states
from mirsignal.sequences.codes import UNKNOWN, encode_many

_START, _PAIRED, _TARGET_SKIPPED, _MIRNA_SKIPPED = range(4)
"""What a path was before; arrays by state leave out the start."""


def align_pairs(
    pairs: pd.DataFrame, values: NDArray[np.floating], gap_open: float, gap_extend: float
) -> tuple[pd.DataFrame, list[NDArray[np.int64]]]:
    """Return pairs with their strongest paths through attributions `values` (N, W, M).

    `pairs` have mirna_sequence and target. Added are path_score, the counts of
    `duplexes.count_states` and the path in words, miRNA nt:target nt from 1 on. The cells
    (K, 2) of each path come beside the table.
    """
    mirnas = encode_many(pairs["mirna_sequence"], MIRNA_LENGTH)
    known = mask_unknown(values, encode_many(pairs["target"], WINDOW), mirnas)
    paths, scores = strongest_paths(known, gap_open, gap_extend)
    sequences = zip(pairs["target"], pairs["mirna_sequence"], paths, strict=True)
    counts = pd.DataFrame([count_states(*each) for each in sequences])
    table = pd.concat([pairs.assign(path_score=scores), counts], axis=1)
    steps = [" ".join(f"{m + 1}:{t + 1}" for t, m in path) for path in paths]
    return table.assign(path=steps), paths


def mask_unknown(
    values: NDArray[np.floating], targets: NDArray[np.uint8], mirnas: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """Return values (N, W, M), minus infinity where a base is N or the miRNA has ended.

    `targets` are codes (N, W), `mirnas` (N, M). No path passes through such a cell.
    """
    unknown = (targets == UNKNOWN)[:, :, None] | (mirnas == UNKNOWN)[:, None, :]
    return np.where(unknown, -np.inf, values)


def strongest_paths(
    values: NDArray[np.floating], gap_open: float, gap_extend: float
) -> tuple[list[NDArray[np.int64]], NDArray[np.float64]]:
    """Return the strongest path of each attribution matrix (N, W, M), and its score (N,).

    A path is an array (K, 2) of target and miRNA indices, from the 5' end of the miRNA
    on. Ties are broken the same way each time; a path never starts with cells that add
    nothing. Raises ValueError for NaN and for negative costs.
    """
    if np.isnan(values).any():
        raise ValueError("attributions hold NaN")
    if min(gap_open, gap_extend) < 0:
        raise ValueError("a gap cannot have a negative cost")
    n, width, length = values.shape
    antiparallel = values[:, ::-1]
    origins = np.zeros((3, n, width, length), np.int8)
    scores, ends = np.zeros(n), np.zeros((n, 2), np.int64)
    above = np.full((3, n, length + 1), -np.inf)
    for i in range(width):
        row = np.full_like(above, -np.inf)
        for j in range(length):
            before, above_here, left = above[:, :, j], above[:, :, j + 1], row[:, :, j]
            states = (
                [np.zeros(n), *before],
                [above_here[0] - gap_open, above_here[1] - gap_extend],
                [left[0] - gap_open, left[1] - gap_open, left[2] - gap_extend],
            )
            for state, choices in enumerate(states):
                best = np.argmax(choices, axis=0)
                origins[state, :, i, j] = best + (_PAIRED if state else _START)
                row[state, :, j + 1] = np.take_along_axis(
                    np.stack(choices), best[None], axis=0
                )[0]
            row[0, :, j + 1] += antiparallel[:, i, j]
            better = row[0, :, j + 1] > scores
            scores[better] = row[0, better, j + 1]
            ends[better] = i, j
        above = row
    paths = [
        _trace(origins[:, pair], *ends[pair]) if scores[pair] > 0 else []
        for pair in range(n)
    ]
    return [_to_cells(path, width) for path in paths], scores


def _trace(origins: NDArray[np.int8], i: int, j: int) -> list[tuple[int, int]]:
    """Return the cells of the path that ends at (i, j), from its start on."""
    state, cells = _PAIRED, []
    while state != _START:
        origin = origins[state - 1, i, j]
        if state == _PAIRED:
            cells.append((i, j))
        i -= state in (_PAIRED, _TARGET_SKIPPED)
        j -= state in (_PAIRED, _MIRNA_SKIPPED)
        state = origin
    return cells[::-1]


def _to_cells(path: list[tuple[int, int]], width: int) -> NDArray[np.int64]:
    """Return (target, miRNA) indices (K, 2) of cells counted from the target's 3' end."""
    cells = np.array(path, np.int64).reshape(-1, 2)
    cells[:, 0] = width - 1 - cells[:, 0]
    return cells
