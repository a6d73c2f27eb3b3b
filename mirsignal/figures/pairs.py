"""Draw explained pairs: target against miRNA, and the strongest path as a duplex."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.figures.style import (
    BLACK,
    DIVERGING,
    GREY,
    mark_seed,
    new_figure,
    save_figure,
)
from mirsignal.interpretation.duplexes import (
    WATSON_CRICK,
    WOBBLE,
    pair_kinds,
    write_duplex,
)
from mirsignal.interpretation.selection import name_pair

_PADDING = "-"


def draw_pairs(
    pairs: pd.DataFrame,
    values: NDArray[np.floating],
    paths: Sequence[NDArray[np.int64]],
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw one heat map per pair of values (N, W, M), its path and the path's duplex.

    `pairs` have id, mirna, mirna_sequence, target, p, logit, base, residual, additive.
    Red cells raise the logit, blue ones lower it, on one scale for all pairs.
    """
    figure, axes = new_figure(len(pairs), 1, width=9.5, height=5)
    limit = float(np.abs(values).max()) or 1.0
    for axis, row, value, cells in zip(
        axes[:, 0], pairs.itertuples(), values, paths, strict=True
    ):
        image = axis.imshow(
            value.T, cmap=DIVERGING, vmin=-limit, vmax=limit, aspect="auto"
        )
        _mark_cells(axis, row.target, row.mirna_sequence, cells)
        _label_axes(axis, row.target, row.mirna_sequence.ljust(value.shape[1], _PADDING))
        axis.set_title(_title(row, value), fontsize=9, loc="left")
        axis.set_xlabel(
            write_duplex(row.target, row.mirna_sequence, cells),
            family="monospace",
            fontsize=9,
            loc="left",
            multialignment="left",
        )
    axes[0, 0].legend(
        fontsize=7, ncols=3, loc="lower right", bbox_to_anchor=(1, 1.0), borderpad=0
    )
    figure.colorbar(
        image, ax=axes, label="SHAP value (logit)", shrink=0.8 / len(pairs), anchor=(0, 1)
    )
    save_figure(figure, path, caption)


def _mark_cells(axis: Any, target: str, mirna: str, cells: NDArray[np.int64]) -> None:
    kinds = pair_kinds(target, mirna)
    for kind, name, face in (
        (WATSON_CRICK, "Watson-Crick", GREY),
        (WOBBLE, "G:U wobble", "none"),
    ):
        at = np.nonzero(kinds == kind)
        axis.scatter(*at, s=6, facecolor=face, edgecolor=GREY, linewidth=0.6, label=name)
    axis.plot(
        *cells.T,
        "s-",
        color=BLACK,
        markersize=7,
        markerfacecolor="none",
        linewidth=0.7,
        markeredgewidth=0.8,
        label="strongest path",
    )


def _label_axes(axis: Any, target: str, mirna: str) -> None:
    axis.set_xticks(range(len(target)), list(target), fontsize=8)
    axis.set_yticks(range(len(mirna)), list(mirna), fontsize=7)
    axis.tick_params(length=0)
    axis.set_ylabel("miRNA, 5' at the top")
    mark_seed(axis.axhline)


def _title(row: Any, value: NDArray[np.float64]) -> str:
    warning = f"NOT ADDITIVE: values miss the logit by {row.residual:.2g}\n"
    return (
        f"{'' if row.additive else warning}{name_pair(row)}: P = {row.p:.3f}\n"
        f"logit {row.logit:+.2f} = base {row.base:+.2f} and SHAP {value.sum():+.2f}"
    )
