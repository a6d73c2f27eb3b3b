"""One look for all figures: colour-blind-safe, readable, the same bytes each time."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cycler
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import ArrayLike, NDArray

from mirsignal.files.atomic import atomic_path

BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
GREY, BLACK, YELLOW, SKY = "#999999", "#222222", "#E69F00", "#56B4E9"
WINE = "#882255"
CYCLE = (BLUE, ORANGE, GREEN, PINK, YELLOW, SKY, BLACK, WINE)
"""Colours of Wong 2011 (Nature Methods 8:441), and one of Tol's."""
DIVERGING = "RdBu_r"
"""Colours of heat maps around zero: blue below, red above."""

matplotlib.rcdefaults()  # whatever the user's matplotlibrc says
plt.rcParams.update(
    {
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": cycler.cycler(color=CYCLE),
        "figure.constrained_layout.use": True,
        "svg.hashsalt": "mirsignal",
        "svg.fonttype": "path",
        "legend.frameon": False,
    }
)


def new_figure(
    rows: int = 1, columns: int = 1, width: float = 5, height: float = 4
) -> Any:
    """Return figure and axes; `width` and `height` are of one panel, in inches."""
    return plt.subplots(
        rows, columns, figsize=(width * columns, height * rows), squeeze=False
    )


def in_words(name: str) -> str:
    """Return "unseen target 1:10" of the test set unseen_target_1_10."""
    words = re.sub(r"_1_(\d+)$", r" 1:\1", name)
    return words.replace("_", " ")


def error_bars(values: ArrayLike, low: ArrayLike, high: ArrayLike) -> NDArray:
    """Return the lengths (2, N) of bars from values (N,) to the ends of their intervals.

    0 at a side where the interval ends before the value, as that of a skewed sample may.
    """
    values, low, high = (np.asarray(part, float) for part in (values, low, high))
    return np.maximum([values - low, high - values], 0)


def mark_seed(line: Callable[..., Any]) -> None:
    """Enclose miRNA nt 2-8, cells of a heat map, by lines (`axhline` or `axvline`)."""
    for edge in (0.5, 7.5):
        line(edge, color=GREY, linewidth=0.8)


def save_figure(figure: Any, path: str | Path, caption: str = "") -> None:
    """Write the figure as SVG, its caption below, whole or not at all, and close it."""
    width = figure.get_figwidth()
    lines = textwrap.wrap(caption, round(13.5 * width))
    figure.text(0.02, -0.02, "\n".join(lines), va="top", fontsize=9, color=BLACK)
    with atomic_path(path) as temporary:
        figure.savefig(
            temporary,
            format="svg",
            bbox_inches="tight",
            metadata={"Date": None, "Creator": None},
        )
    plt.close(figure)
