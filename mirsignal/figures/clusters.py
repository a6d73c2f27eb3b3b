"""Draw clusters of alignments: their consensus along the miRNA, and examples."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.figures.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PINK,
    SKY,
    new_figure,
    save_figure,
)
from mirsignal.interpretation.duplexes import STATES

_COLOURS = dict(zip(STATES, ("#eeeeee", BLUE, SKY, ORANGE, PINK), strict=True))

_LABELS = {"outside": "not on the path", "watson_crick": "Watson-Crick"}


def draw_clusters(
    table: pd.DataFrame,
    examples: Mapping[str, str],
    title: str,
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw, per cluster, states by miRNA position with the mean attribution; examples.

    `table` is that of `alignment_clusters.describe_clusters`; `examples` are lines of
    text by cluster, its number as text.
    """
    clusters = list(table.groupby("cluster"))
    figure, axes = new_figure(len(clusters), 2, width=6, height=3.4)
    low, high = min(table["attribution"].min(), 0), max(table["attribution"].max(), 1e-6)
    for (axis, side), (cluster, rows) in zip(axes, clusters, strict=True):
        _states(axis, rows, (1.05 * low, 1.05 * high))
        n, share = rows["n"].iloc[0], rows["share"].iloc[0]
        axis.set_title(f"Cluster {cluster}: n = {n:,} ({share:.0%})", fontsize=10)
        side.axis("off")
        side.text(
            0,
            0.98,
            examples[str(cluster)],
            family="monospace",
            fontsize=7.5,
            va="top",
            transform=side.transAxes,
        )
        side.set_title("Nearest to the centre", fontsize=10, loc="left")
    axes[0][0].legend(
        ncols=len(STATES),
        fontsize=8,
        loc="lower left",
        bbox_to_anchor=(0, 1.1),
        columnspacing=1,
    )
    figure.suptitle(title, fontsize=10)
    save_figure(figure, path, caption)


def _states(axis: Any, rows: pd.DataFrame, limits: tuple[float, float]) -> None:
    below = np.zeros(len(rows))
    for state in STATES[1:] + STATES[:1]:
        axis.bar(
            rows["position"],
            rows[state],
            bottom=below,
            color=_COLOURS[state],
            label=_LABELS.get(state, state),
        )
        below += rows[state].to_numpy()
    ticks = zip(rows["position"], rows["consensus"], strict=True)
    labels = [f"{position}\n{mark}" for position, mark in ticks]
    axis.set_xticks(rows["position"], labels, fontsize=7, family="monospace")
    axis.set(xlabel="miRNA position, and its commonest state", ylabel="share of pairs")
    line = axis.twinx()
    line.plot(rows["position"], rows["attribution"], "o-", color=BLACK, ms=3, linewidth=1)
    line.set_ylim(*limits)
    line.set_ylabel("mean attribution (logit)", fontsize=8)
    line.spines["right"].set(visible=True, color=GREY)
