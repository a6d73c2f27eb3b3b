"""Draw one transcript scanned with one miRNA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.figures.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    YELLOW,
    new_figure,
    save_figure,
)
from mirsignal.sites.seed_sites import SITE_TYPES

SITE_COLOURS = dict(zip(SITE_TYPES, (ORANGE, YELLOW, PINK, GREY), strict=True))
_ZOOM = 300
"""Nucleotides of the part that is also shown enlarged."""
_MOST_POINTS = 2000
"""Points of a line; a longer one is drawn by the maxima of as many parts."""


def draw_scan(scan: dict[str, Any], path: str | Path, caption: str = "") -> None:
    """Draw a scan: title, prediction (L,), score (L,), threshold, peaks and sites.

    `sites` are the canonical ones, `context` those of the context++ model with their
    score (contextpp). A transcript of more than two enlarged parts is shown whole, and
    beside it the part around its highest peak.
    """
    parts = [(0, len(scan["score"]))]
    if len(scan["score"]) > 2 * _ZOOM:
        parts.append(_around_best(scan))
    figure, axes = new_figure(4, len(parts), width=11 / len(parts), height=1.25)
    grid = axes[0, 0].get_gridspec()
    grid.set_height_ratios([1.2, 1.4, 0.8, 0.9])
    grid.set_width_ratios([1.7, 1][: len(parts)])
    for column, part in zip(axes.T, parts, strict=True):
        _draw_prediction(column[0], scan, part)
        _draw_score(column[1], scan, part)
        _draw_sites(column[2], scan["sites"])
        _draw_context(column[3], scan["context"])
        for axis in column:
            axis.set_xlim(*part)
            axis.tick_params(labelbottom=axis is column[3])
        column[3].set_xlabel("nucleotide (0-based)")
        column[3].xaxis.set_major_formatter("{x:,.0f}")
    for axis, name in zip(
        axes[:, 0], ("P(binding)", "score", "site", "context++"), strict=True
    ):
        axis.set_ylabel(name)
    figure.suptitle(scan["title"], fontsize=10, x=0.02, ha="left")
    save_figure(figure, path, caption)


def _around_best(scan: dict[str, Any]) -> tuple[int, int]:
    peaks, length = scan["peaks"], len(scan["score"])
    best = peaks.loc[peaks["height"].idxmax(), "summit"] if len(peaks) else length // 2
    start = min(max(int(best) - _ZOOM // 2, 0), length - _ZOOM)
    return start, start + _ZOOM


def _draw_line(
    axis: Any, track: NDArray[np.float32], part: tuple[int, int], colour: str
) -> None:
    start, stop = part
    step = max((stop - start) // _MOST_POINTS, 1)
    at = np.arange(start, stop, step)
    axis.plot(at, np.maximum.reduceat(track[:stop], at), color=colour, linewidth=0.7)


def _draw_prediction(axis: Any, scan: dict[str, Any], part: tuple[int, int]) -> None:
    _draw_line(axis, scan["prediction"], part, BLUE)
    axis.axhline(scan["threshold"], color=GREY, linestyle="--", linewidth=0.8)
    axis.set(ylim=(0, 1.05))


def _draw_score(axis: Any, scan: dict[str, Any], part: tuple[int, int]) -> None:
    _draw_line(axis, scan["score"], part, GREEN)
    top = float(scan["score"].max()) or 1.0
    summits = scan["peaks"]["summit"]
    axis.plot(summits, np.full(len(summits), 1.12 * top), "v", color=BLACK, ms=3)
    axis.set(ylim=(0, 1.25 * top))


def _draw_sites(axis: Any, sites: pd.DataFrame) -> None:
    for row, kind in enumerate(SITE_TYPES):
        found = sites[sites["site_type"] == kind]
        middle = (found["start"] + found["end"]) / 2
        axis.plot(
            middle, np.full(len(found), row), "|", color=SITE_COLOURS[kind], ms=7, mew=2
        )
    axis.set_yticks(range(len(SITE_TYPES)), SITE_TYPES, fontsize=7)
    axis.set_ylim(len(SITE_TYPES) - 0.4, -0.6)


def _draw_context(axis: Any, sites: pd.DataFrame) -> None:
    for kind in SITE_TYPES:
        found = sites[sites["site_type"] == kind]
        middle = (found["start"] + found["end"]) / 2
        axis.vlines(middle, 0, found["contextpp"], color=SITE_COLOURS[kind], linewidth=2)
    axis.axhline(0, color=BLACK, linewidth=0.6)
    axis.set_ylim(min(1.1 * sites["contextpp"].min(), -0.1) if len(sites) else -0.1, 0.02)
