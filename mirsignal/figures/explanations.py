"""Draw how sites contribute to some predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.lines import Line2D

from mirsignal.figures.style import BLUE, GREY, new_figure, save_figure
from mirsignal.figures.tracks import SITE_COLOURS
from mirsignal.sites.seed_sites import SITE_TYPES

OTHER = "no canonical site"
COLOURS = {**SITE_COLOURS, OTHER: BLUE}


def draw_explanations(
    explained: list[dict[str, Any]], path: str | Path, caption: str = ""
) -> None:
    """Draw one panel per prediction: title, length (nt), unit, parts and sites.

    `parts` has start, end, contribution and sites (`occlusion.name_sites`); `sites` are
    all canonical sites of the transcript.
    """
    figure, axes = new_figure(len(explained), 1, width=10, height=2.4)
    for axis, one in zip(axes[:, 0], explained, strict=True):
        _draw_parts(axis, one["parts"])
        _mark_sites(axis, one["sites"])
        axis.axhline(0, color=GREY, linewidth=0.8)
        axis.set(xlim=(0, one["length"]), ylabel=f"contribution\n({one['unit']})")
        axis.set_title(one["title"], fontsize=10)
    axes[-1, 0].set_xlabel("nucleotide of the transcript (0-based)")
    handles = [
        Line2D([], [], color=colour, marker="o", ms=4, label=kind)
        for kind, colour in COLOURS.items()
    ]
    axes[0, 0].legend(
        handles=handles, ncols=5, fontsize=8, loc="lower right", bbox_to_anchor=(1, 1.12)
    )
    save_figure(figure, path, caption)


def _draw_parts(axis: Any, parts: pd.DataFrame) -> None:
    if parts.empty:
        axis.text(0.5, 0.6, "no signal", transform=axis.transAxes, ha="center")
    best = parts["sites"].str.split(" ").str[0].replace("", OTHER)
    for kind in (OTHER, *SITE_TYPES[::-1]):
        some = parts[best == kind]
        if len(some):
            middle = (some["start"] + some["end"]) / 2
            axis.vlines(
                middle, 0, some["contribution"], color=COLOURS[kind], linewidth=1.5
            )
            axis.plot(middle, some["contribution"], "o", color=COLOURS[kind], ms=4)


def _mark_sites(axis: Any, sites: pd.DataFrame) -> None:
    """Mark canonical sites by triangles at the lower edge."""
    for kind, some in sites.groupby("site_type"):
        axis.plot(
            (some["start"] + some["end"]) / 2,
            [0.0] * len(some),
            "^",
            color=COLOURS[kind],
            ms=5,
            transform=axis.get_xaxis_transform(),
            clip_on=False,
        )
