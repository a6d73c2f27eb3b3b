"""Draw the audit of a sample set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.figures.style import (
    BLUE,
    CYCLE,
    GREY,
    error_bars,
    in_words,
    new_figure,
    save_figure,
)

_NAMES = {
    "mirna_identity": "which miRNA",
    "mirna_composition": "miRNA k-mers",
    "target_composition": "target k-mers",
    "target_seen_as_positive": "target seen in training",
    "mirna_and_target": "all of these",
}


def draw_audit(audit: dict[str, Any], path: str | Path, caption: str = "") -> None:
    """Draw shortcuts by test set, overlap with train, cluster sizes, balance."""
    figure, axes = new_figure(1, 4, width=4.3, height=3.4)
    _shortcuts(axes[0][0], audit["shortcuts"])
    _overlap(axes[0][1], audit["overlap"])
    _cluster_sizes(axes[0][2], audit["cluster_sizes"])
    _balance(axes[0][3], pd.DataFrame(audit["balance"]["per_mirna"]))
    save_figure(figure, path, caption)


def _shortcuts(axis: Any, shortcuts: dict[str, Any]) -> None:
    for number, (test_set, scores) in enumerate(shortcuts.items()):
        values = np.array([score["roc_auc"] for score in scores.values()])
        low, high = ([s[end] for s in scores.values()] for end in ("low", "high"))
        step = 0.7 / len(shortcuts)
        places = np.arange(len(scores)) + step * (number - (len(shortcuts) - 1) / 2)
        n = next(iter(scores.values()))["n"]
        label = f"{in_words(test_set)}, n = {n:,}"
        axis.errorbar(
            values,
            places,
            xerr=error_bars(values, low, high),
            fmt="o",
            markersize=3,
            color=CYCLE[number % len(CYCLE)],
            label=label,
        )
    axis.axvline(0.5, color=GREY, linestyle="--", linewidth=1)
    axis.set(
        yticks=range(len(_NAMES)),
        yticklabels=list(_NAMES.values()),
        ylim=(len(_NAMES) + 1.6, -0.6),
        xlim=(0.35, 1.02),
        xlabel="ROC-AUC without pairing",
        title="Shortcuts (0.5: none)",
    )
    if shortcuts:
        axis.legend(loc="lower center", fontsize=6.5, ncols=2)


def _overlap(axis: Any, overlap: list[dict[str, Any]]) -> None:
    rows = [row for row in overlap if row["with"] == "train"]
    kinds = ["target", "gene", "cluster", "25-mer", "family"]
    height = 0.8 / max(len(rows), 1)
    for number, row in enumerate(rows):
        places = np.arange(len(kinds)) + height * (number - (len(rows) - 1) / 2)
        axis.barh(
            places,
            [row[kind] for kind in kinds],
            height=0.9 * height,
            color=CYCLE[number - 1] if number else GREY,
            label=row["of"].replace("_", " "),
        )
    axis.set(
        yticks=range(len(kinds)),
        yticklabels=kinds,
        xlim=(0, 1.02),
        xlabel="share of pairs",
        ylim=(len(kinds) - 0.5, -1.6),
        title="Known from train",
    )
    if rows:
        axis.legend(loc="upper right", fontsize=7, ncols=2)


def _cluster_sizes(axis: Any, sizes: dict[str, Any]) -> None:
    for number, (split, found) in enumerate(sizes["splits"].items()):
        shares = {int(n): share for n, share in found["share_at_least"].items()}
        axis.plot(
            list(shares),
            list(shares.values()),
            "o-",
            markersize=3,
            color=CYCLE[number - 1] if number else GREY,
            label=f"{in_words(split)}: {found['clusters']:,}, up to {found['largest']:,}",
        )
    p = f" (p = {sizes['p']:.2g})" if np.isfinite(sizes["p"]) else ""
    axis.set(
        xscale="log",
        xlabel="positives of a target cluster: at least",
        ylabel="share of positives in such clusters",
        ylim=(-0.02, 1.02),
        title=f"Cluster sizes{p}",
    )
    axis.legend(loc="upper right", fontsize=7, title="clusters", title_fontsize=7)


def _balance(axis: Any, counts: pd.DataFrame) -> None:
    axis.scatter(
        counts["positives"] + 0.5, counts["negatives"] + 0.5, s=10, color=BLUE, alpha=0.6
    )
    total = counts[["positives", "negatives"]].sum()
    top = 1.5 * (counts[["positives", "negatives"]].max().max() + 1)
    ratio = total["negatives"] / max(total["positives"], 1)
    line = np.array([0.5, top])
    axis.plot(line, line * ratio, color=GREY, linestyle="--", linewidth=1)
    axis.set(
        xscale="log",
        yscale="log",
        xlabel="training positives of a miRNA (+ 0.5)",
        ylabel="its negatives (+ 0.5)",
        title=f"Balance of {len(counts)} miRNAs",
    )
