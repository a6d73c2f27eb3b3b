"""Draw the checks of a network's attributions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirsignal.figures.style import BLUE, GREY, ORANGE, new_figure, save_figure

_AGREEMENT = {
    "background_r": "SHAP, another background",
    "fast_r": "scan, best miRNA position",
    "fast_sum_r": "scan, sum over positions",
    "mutagenesis_r": "mutagenesis",
    "shuffled_r": "SHAP, shuffled weights: |r|",
}
_RESIDUALS = {
    "additivity": "SHAP: additivity",
    "fast_completeness": "scan: completeness",
}
_SHOWN_RESIDUALS = (1e-9, 1e2)


def draw_checks(
    checks: Mapping[str, NDArray[np.float64]],
    summary: Mapping[str, Any],
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw r with SHAP by check, and residuals in logits, a point per pair.

    `checks` are arrays (N,), `summary` their `summarise_check`.
    """
    figure, axes = new_figure(1, 2, width=5.6, height=3.2)
    axes[0][0].get_gridspec().set_width_ratios([1.4, 1])
    for axis, names in zip(axes[0], (_AGREEMENT, _RESIDUALS), strict=True):
        labels = []
        for row, (name, label) in enumerate(names.items()):
            labels.append(_draw(axis, row, label, checks.get(name), summary.get(name)))
        axis.set_yticks(range(len(names)), labels, fontsize=8)
        axis.set_ylim(len(names) - 0.5, -0.5)
    axes[0][0].axvline(0, color=GREY, linewidth=0.8)
    axes[0][0].set(xlabel="r with SHAP per nucleotide, within a pair")
    axes[0][0].set_xlim(right=1.02)
    axes[0][1].set(xlabel="residual (logits)", xscale="log", xlim=_SHOWN_RESIDUALS)
    save_figure(figure, path, caption)


def _draw(axis: Any, row: int, label: str, values: Any, found: Any) -> str:
    """Draw the pairs of one check and their median; return its label with the numbers."""
    if values is None:
        return f"{label}\nnot for this network"
    jitter = np.random.default_rng(row).uniform(-0.28, 0.28, len(values))
    axis.scatter(values, row + jitter, s=6, color=BLUE, alpha=0.4, linewidths=0)
    n = f"n = {found['n']:,}"
    if found["n_undefined"]:
        n += f", {found['n_undefined']:,} undefined"
    if not found["n"]:
        return f"{label}\n{n}"
    axis.plot([found["median"]] * 2, [row - 0.36, row + 0.36], color=ORANGE, linewidth=2)
    if found["low"] is None:
        return f"{label}\n{found['median']:.2g}, {n}"
    interval = f"{found['low']:.2g} to {found['high']:.2g}"
    return f"{label}\n{found['median']:.2g} ({interval}), {n}"
