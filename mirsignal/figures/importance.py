"""Draw which miRNA positions make the logit, over many pairs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.figures.style import (
    BLUE,
    CYCLE,
    DIVERGING,
    GREY,
    error_bars,
    mark_seed,
    new_figure,
    save_figure,
)
from mirsignal.interpretation.importance import NO_SITE, describe_contrast
from mirsignal.sites.seed_sites import SITE_TYPES


def draw_importance(
    table: pd.DataFrame,
    contrast: Mapping[str, float],
    family_names: Mapping[str, str],
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw importance by miRNA position: of all pairs, by site type, by family.

    `table` is that of `importance.summarise_importance` with groupings site_type and
    family, `contrast` that of `importance.seed_contrast`; `family_names` name a family's
    miRNAs.
    """
    figure, axes = new_figure(1, 3, width=5, height=4.2)
    groups = dict(list(table.groupby("grouping", sort=False)))
    _all(axes[0][0], groups["all"], contrast)
    _site_types(axes[0][1], groups["site_type"])
    _families(figure, axes[0][2], groups["family"], family_names)
    save_figure(figure, path, caption)


def _all(axis: Any, rows: pd.DataFrame, contrast: Mapping[str, float]) -> None:
    at = rows["position"]
    axis.fill_between(
        at, rows["quarter"], rows["three_quarters"], color=GREY, alpha=0.3, linewidth=0
    )
    error = error_bars(rows["mean"], rows["low"], rows["high"])
    axis.errorbar(at, rows["mean"], error, fmt="o-", ms=4, color=BLUE, capsize=2)
    _frame(axis)
    axis.set_ylabel("SHAP values, summed over the target (logit)")
    title = f"All test positives, n = {contrast['n']:,}\n{describe_contrast(contrast)}"
    axis.set_title(title, fontsize=9)


def _site_types(axis: Any, rows: pd.DataFrame) -> None:
    for number, kind in enumerate((*SITE_TYPES, NO_SITE)):
        group = rows[rows["group"] == kind]
        if group.empty:
            continue
        axis.errorbar(
            group["position"] + 0.1 * (number - 2),
            group["mean"],
            error_bars(group["mean"], group["low"], group["high"]),
            fmt="o-",
            ms=3,
            linewidth=1,
            color=CYCLE[number],
            label=f"{kind}, n = {group['n'].max():,}",
        )
    _frame(axis)
    axis.set_title("By the target's best canonical site", fontsize=9)
    axis.legend(fontsize=8)


def _frame(axis: Any) -> None:
    """Shade the seed; lay a line at zero and a tick at each position."""
    axis.axvspan(1.5, 8.5, color=GREY, alpha=0.15, linewidth=0)
    axis.axhline(0, color=GREY, linewidth=0.8)
    axis.set(xlabel="miRNA position (shaded: seed, nt 2-8)", xticks=range(1, 21))
    axis.tick_params(axis="x", labelsize=7)


def _families(
    figure: Any, axis: Any, rows: pd.DataFrame, names: Mapping[str, str]
) -> None:
    means = rows.pivot(index="group", columns="position", values="mean")
    means = means.loc[rows["group"].unique()]
    n = rows.groupby("group")["n"].max()
    limit = float(np.nanmax(np.abs(means))) or 1.0
    image = axis.imshow(means, cmap=DIVERGING, vmin=-limit, vmax=limit, aspect="auto")
    labels = [f"{names.get(group, group)}\nn = {n[group]:,}" for group in means.index]
    axis.set_yticks(range(len(means)), labels, fontsize=7)
    axis.set_xticks(range(20), range(1, 21), fontsize=7)
    mark_seed(axis.axvline)
    axis.set(xlabel="miRNA position (lines enclose the seed)")
    axis.set_title("Mean by miRNA family (seed)", fontsize=9)
    figure.colorbar(image, ax=axis, label="logit")
