"""Two sequences along a path: which bases pair, and the duplex written as text."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import MIRNA_LENGTH
from mirsignal.sequences.codes import PAIR_KINDS, encode

STATES = ("outside", "watson_crick", "wobble", "mismatch", "bulge")
"""What a nucleotide of the miRNA is along a path: not reached by it, aligned to a base
with which it pairs or does not, or passed over."""

OUTSIDE, WATSON_CRICK, WOBBLE, MISMATCH, BULGE = range(5)
MARKS = {WATSON_CRICK: "|", WOBBLE: ":", MISMATCH: "x"}

_KINDS = np.array([MISMATCH, WOBBLE, WATSON_CRICK, WATSON_CRICK])[PAIR_KINDS]


def pair_kinds(target: str, mirna: str) -> NDArray[np.int64]:
    """Return WATSON_CRICK, WOBBLE or MISMATCH for each cell (target nt, miRNA nt)."""
    return _KINDS[encode(target)[:, None], encode(mirna)[None, :]]


def mirna_states(target: str, mirna: str, cells: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return the state (M,) of each miRNA nucleotide along a path of cells (K, 2)."""
    states = np.full(MIRNA_LENGTH, OUTSIDE, np.int8)
    if len(cells):
        states[cells[0, 1] : cells[-1, 1] + 1] = BULGE
        states[cells[:, 1]] = pair_kinds(target, mirna)[cells[:, 0], cells[:, 1]]
    return states


def count_states(target: str, mirna: str, cells: NDArray[np.int64]) -> dict[str, int]:
    """Return how many aligned pairs are of each kind, and how many nt are bulged."""
    counts = Counter(mirna_states(target, mirna, cells).tolist())
    span = int(cells[0, 0] - cells[-1, 0]) + 1 if len(cells) else 0
    return {
        **{f"n_{STATES[kind]}": counts[kind] for kind in MARKS},
        "n_mirna_bulge": counts[BULGE],
        "n_target_bulge": span - len(cells),
    }


def lay_out(target: str, mirna: str, cells: NDArray[np.int64]) -> tuple[str, str, str]:
    """Return a duplex as three lines of equal length: target, marks, miRNA.

    The target runs 5' to 3', the miRNA below it 3' to 5'. Capitals are on the path of
    `cells` (K, 2); "|" marks a Watson-Crick pair, ":" a G:U wobble, "x" a mismatch, and
    "-" stands opposite a bulged nucleotide. What lies before and behind the path is in
    small letters. Raises ValueError for an empty path.
    """
    if not len(cells):
        raise ValueError("an empty path has no duplex")
    kinds = pair_kinds(target, mirna)
    path = [(int(t), int(m)) for t, m in cells[::-1]]
    columns = _facing(target[: path[0][0]], mirna[path[0][1] + 1 :], str.rjust)
    last_t, last_m = path[0][0] - 1, path[0][1] + 1
    for t, m in path:
        columns += [(base, " ", "-") for base in target[last_t + 1 : t]]
        columns += [("-", " ", base) for base in mirna[m + 1 : last_m][::-1]]
        columns.append((target[t], MARKS[kinds[t, m]], mirna[m]))
        last_t, last_m = t, m
    columns += _facing(target[last_t + 1 :], mirna[:last_m], str.ljust)
    top, marks, bottom = ("".join(letters) for letters in zip(*columns, strict=True))
    return top, marks, bottom


def _facing(target: str, mirna: str, justify) -> list[tuple[str, str, str]]:
    """Return columns of what is outside the path, in small letters, next to it."""
    width = max(len(target), len(mirna))
    sides = (justify(target, width), " " * width, justify(mirna[::-1], width))
    return list(zip(*(side.lower() for side in sides), strict=True))


def write_duplex(target: str, mirna: str, cells: NDArray[np.int64]) -> str:
    """Return `lay_out` as text with the ends of both strands; a line without a path."""
    if not len(cells):
        return "no path: no cell of known bases raises the logit"
    top, marks, bottom = lay_out(target, mirna, cells)
    rows = ("target 5'", top, "3'"), ("         ", marks, ""), (" miRNA 3'", bottom, "5'")
    return "\n".join(f"{name} {row.rstrip()} {end}".rstrip() for name, row, end in rows)


def describe_duplex(row: Any, cells: NDArray[np.int64]) -> str:
    """Return a pair's heading, what is on its path of cells (K, 2), and its duplex.

    `row` is a row of `align_pairs`.
    """
    lines = [
        f"{row.id}  {row.mirna}".rstrip(),
        f"P = {row.p:.3f}, logit {row.logit:+.2f} on base {row.base:+.2f}",
        write_duplex(row.target, row.mirna_sequence, cells),
    ]
    if row.path_score:
        lines[1] += (
            f"; path {row.path_score:+.2f}: {row.n_watson_crick} Watson-Crick, "
            f"{row.n_wobble} G:U, {row.n_mismatch} mismatched; bulges of "
            f"{row.n_target_bulge} nt of the target, {row.n_mirna_bulge} of the miRNA"
        )
    return "\n".join(lines) + "\n"
