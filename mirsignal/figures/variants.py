"""Draw measured variants against the network's change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mirsignal.figures.style import CYCLE, GREY, new_figure, save_figure

_MARKS = "osD^vP*X"
_COLUMNS = 4


def draw_variants(
    variants: pd.DataFrame,
    found: Sequence[dict[str, Any]],
    stronger: str,
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw measurement against change of the logit: a panel for all, one per miRNA.

    `found` are the rows of `correlate_variants`. Sites differ in colour and mark; where
    lower values mean stronger repression, the axis of measurements points down.
    """
    n_rows = -(-len(found) // _COLUMNS)
    n_columns = min(len(found), _COLUMNS)
    figure, axes = new_figure(n_rows, n_columns, width=3.4, height=3.4)
    for axis in axes.flat[len(found) :]:
        axis.set_axis_off()
    for axis, row in zip(axes.flat, found, strict=False):
        pooled = row is found[0]
        shown = variants if pooled else variants[variants["mirna"] == row["mirna"]]
        for number, (_, site) in enumerate(
            shown.groupby("mirna" if pooled else "site_id")
        ):
            axis.scatter(
                site["delta_logit"],
                site["measured"],
                s=12,
                alpha=0.6,
                linewidths=0,
                color=CYCLE[number % len(CYCLE)],
                marker=_MARKS[number % len(_MARKS)],
            )
        axis.axvline(0, color=GREY, linewidth=0.8)
        axis.set_title(_title(row), fontsize=8)
        if stronger == "lower":
            axis.invert_yaxis()
    for axis in axes[:, 0]:
        axis.set_ylabel(f"measured ({stronger}: stronger)")
    for axis in axes.flat[max(len(found) - n_columns, 0) : len(found)]:
        axis.set_xlabel("change of the logit")
    save_figure(figure, path, caption)


def _title(row: dict[str, Any]) -> str:
    lead = f"{row['mirna']}, n = {row['n']:,} of {row['n_sites']} sites"
    r = row["pearson"]
    if r["value"] is None:
        return f"{lead}\nr undefined"
    interval = f"r = {r['value']:.2f} ({r['low']:.2f} to {r['high']:.2f})"
    p = f"p = {r['permutation_p']:.2g}"
    return f"{lead}\n{interval}, {p}\nSpearman {row['spearman']['value']:.2f}"
