"""Draw what each mutation of a pair does to the network's prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray

from mirsignal.axes import CHANGES, MIRNA, TARGET
from mirsignal.figures.style import DIVERGING, GREY, mark_seed, new_figure, save_figure
from mirsignal.sequences.codes import LETTERS, UNKNOWN

_SIDES = {"target, 5' to 3'": TARGET, "miRNA, 5' to 3' (lines: seed)": MIRNA}
_MEASURES = {"delta_logit": "change of\nlogit", "delta_p": "change of\nP(binding)"}
_COLOURS = colormaps[DIVERGING].with_extremes(bad="#dddddd")


def draw_mutants(
    mutants: Mapping[str, NDArray],
    titles: Sequence[str],
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw the change of logit and P by every mutant, two rows of heat maps per pair.

    `mutants` are `mutagenesis.Mutants.arrays`, `titles` those of the pairs, at least one.
    Each measure has one scale for all pairs, centred at zero.
    """
    figure, axes = new_figure(2 * len(titles), 2, width=6.4, height=1.6)
    axes[0][0].get_gridspec().set_width_ratios([TARGET.stop, MIRNA.stop - MIRNA.start])
    for at, (measure, label) in enumerate(_MEASURES.items()):
        values = mutants[measure]
        limit = float(np.nanmax(np.abs(values), initial=0)) or 1.0
        for pair, title in enumerate(titles):
            row = axes[2 * pair + at]
            for axis, (name, part) in zip(row, _SIDES.items(), strict=True):
                image = _draw(
                    axis, mutants["codes"][pair, part], values[pair, part], limit
                )
                axis.set_xlabel(name if at else "", fontsize=8)
            mark_seed(row[1].axvline)
            if not at:
                row[0].set_title(title, fontsize=10, loc="left")
            if not pair:
                figure.colorbar(image, ax=row[1], label=label, aspect=8)
    save_figure(figure, path, caption)


def _draw(
    axis: Any, codes: NDArray[np.uint8], values: NDArray[np.float32], limit: float
) -> Any:
    """Draw values (S, 5) of one sequence; its own bases are dots, N stays grey."""
    image = axis.imshow(values.T, cmap=_COLOURS, vmin=-limit, vmax=limit, aspect="auto")
    known = np.flatnonzero(codes != UNKNOWN)
    axis.scatter(known, codes[known], s=5, color=GREY, linewidths=0)
    axis.set_xticks(range(len(codes)), [LETTERS[code] for code in codes], fontsize=7)
    axis.set_yticks(range(len(CHANGES)), [*CHANGES[:-1], "del."], fontsize=7)
    axis.tick_params(length=0)
    return image
