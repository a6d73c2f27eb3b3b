"""Draw one transcript scanned with one miRNA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    YELLOW,
    new_figure,
    save_figure,
)
from mirsignal.sites import SITE_TYPES

SITE_COLOURS = dict(zip(SITE_TYPES, (ORANGE, YELLOW, PINK, GREY), strict=True))


def draw_scans(scans: list[dict[str, Any]], path: str | Path, caption: str = "") -> None:
    """Draw scans: title, prediction (L,), score (L,), threshold, peaks and sites."""
    figure, axes = new_figure(2 * len(scans), 1, width=10, height=1.9)
    for number, scan in enumerate(scans):
        _draw_prediction(axes[2 * number, 0], scan)
        _draw_score(axes[2 * number + 1, 0], scan["score"], scan["peaks"], scan["sites"])
    save_figure(figure, path, caption)


def _draw_prediction(axis: Any, scan: dict[str, Any]) -> None:
    axis.plot(scan["prediction"], color=BLUE, linewidth=0.7)
    axis.axhline(scan["threshold"], color=GREY, linestyle="--", linewidth=0.8)
    axis.set(ylim=(0, 1.02), ylabel="P(binding)", xlim=(0, len(scan["prediction"])))
    axis.set_title(scan["title"], fontsize=10)


def _draw_score(
    axis: Any, score: NDArray[np.float32], peaks: pd.DataFrame, sites: pd.DataFrame
) -> None:
    axis.plot(score, color=GREEN, linewidth=0.7)
    top = max(float(score.max()), 1e-6)
    axis.plot(peaks["summit"], np.full(len(peaks), 1.08 * top), "v", color="black", ms=4)
    for kind in SITE_TYPES:
        rows = sites[sites["site_type"] == kind]
        if len(rows):
            middle = (rows["start"] + rows["end"]) / 2
            axis.plot(
                middle,
                np.full(len(rows), -0.12 * top),
                "^",
                color=SITE_COLOURS[kind],
                label=kind,
            )
    axis.set(
        ylim=(-0.25 * top, 1.2 * top),
        xlim=(0, len(score)),
        ylabel="score",
        xlabel="nucleotide",
    )
    axis.legend(ncols=4, fontsize=7, loc="lower right", bbox_to_anchor=(1, 0.98))
