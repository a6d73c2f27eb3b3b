"""Draw explained pairs: target against miRNA, bases on both axes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.figures.style import GREY, new_figure, save_figure
from mirsignal.pairing import ENCODINGS
from mirsignal.sequences import encode


def draw_pairs(
    pairs: pd.DataFrame,
    values: NDArray[np.float64],
    base: float,
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw one heat map per pair (mirna_name, mirna, target, score) of values (N, W, M).

    Red cells raise the logit, blue ones lower it, on one scale for all pairs; a dot marks
    bases that can pair.
    """
    figure, axes = new_figure(len(pairs), 1, width=9.5, height=4.2)
    limit = float(np.abs(values).max()) or 1.0
    for axis, row, value in zip(axes[:, 0], pairs.itertuples(), values, strict=True):
        mirna = row.mirna[: value.shape[1]]
        image = axis.imshow(
            value[:, : len(mirna)].T,
            cmap="RdBu_r",
            vmin=-limit,
            vmax=limit,
            aspect="auto",
        )
        at = (ENCODINGS["wc_gu"] > 0).max(axis=-1)[
            encode(row.target)[:, None], encode(mirna)[None, :]
        ]
        target_at, mirna_at = np.nonzero(at)
        axis.scatter(target_at, mirna_at, s=3, color=GREY, linewidths=0)
        axis.set_xticks(range(len(row.target)), list(row.target), fontsize=8)
        axis.set_yticks(range(len(mirna)), list(mirna), fontsize=8)
        axis.tick_params(length=0)
        axis.set_ylabel("miRNA, 5' at the top")
        axis.set_title(
            f"{row.mirna_name}: P = {row.score:.3f}, sum of SHAP values "
            f"{value.sum():+.2f} on base {base:+.2f}",
            fontsize=10,
        )
        axis.axhline(0.5, color=GREY, linewidth=0.6)
        axis.axhline(7.5, color=GREY, linewidth=0.6)
    axes[-1, 0].set_xlabel("target, 5' to 3' (lines enclose the seed, nt 2-8)")
    figure.colorbar(image, ax=axes, label="SHAP value (logit)", shrink=0.5)
    save_figure(figure, path, caption)
