"""Draw the audit of a sample set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mirsignal.figures.style import BLUE, GREY, new_figure, save_figure

_NAMES = {
    "mirna_identity": "which miRNA",
    "target_composition": "target k-mers",
    "target_seen_as_positive": "target seen in training",
    "mirna_and_target": "all of these",
}


def draw_audit(audit: dict[str, Any], path: str | Path, caption: str = "") -> None:
    """Draw the ROC-AUC of shortcut baselines with intervals, and overlap with train."""
    figure, axes = new_figure(1, 2, width=4.6, height=3.2)
    left, right = axes[0]
    shortcuts = audit["shortcuts"]
    names = list(shortcuts)
    values = [shortcuts[name]["roc_auc"] for name in names]
    low = [v - shortcuts[n]["low"] for n, v in zip(names, values, strict=True)]
    high = [shortcuts[n]["high"] - v for n, v in zip(names, values, strict=True)]
    left.errorbar(values, range(len(names)), xerr=[low, high], fmt="o", color=BLUE)
    left.axvline(0.5, color=GREY, linestyle="--", linewidth=1)
    left.set(
        yticks=range(len(names)),
        yticklabels=[_NAMES[name] for name in names],
        xlim=(0.35, 1.02),
        xlabel=f"ROC-AUC without pairing (n = {shortcuts[names[0]]['n']:,})",
        title="Shortcuts (0.5: none)",
    )
    left.invert_yaxis()
    overlap = audit["overlap_with_train"]["test"]
    right.barh(list(overlap), list(overlap.values()), color=BLUE)
    right.set(
        xlim=(0, 1), xlabel="share of test pairs", title="Test pairs known from train"
    )
    right.invert_yaxis()
    save_figure(figure, path, caption)
