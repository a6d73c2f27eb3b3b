"""Draw how a binding network was trained and how good it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import precision_recall_curve

from mirsignal.evaluation import reliability
from mirsignal.figures.style import BLUE, GREY, ORANGE, new_figure, save_figure


def draw_evaluation(
    predictions: pd.DataFrame,
    history: pd.DataFrame,
    metrics: dict[str, Any],
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw learning curve, precision-recall, reliability and random-window rates."""
    figure, axes = new_figure(2, 2, width=4.4, height=3.4)
    labels = predictions["label"].to_numpy()
    scores = predictions["score"].to_numpy()
    _learning(axes[0][0], history)
    _precision_recall(axes[0][1], labels, scores, metrics["test"])
    _reliability(axes[1][0], labels, scores)
    _random_rates(axes[1][1], metrics["random_windows"])
    save_figure(figure, path, caption)


def _learning(axis: Any, history: pd.DataFrame) -> None:
    axis.plot(history["epoch"], history["train_loss"], label="train loss", color=GREY)
    axis.plot(
        history["epoch"], history["validation_loss"], label="validation loss", color=BLUE
    )
    best = history.loc[history["validation_ap"].idxmax()]
    axis.axvline(best["epoch"], color=ORANGE, linestyle="--", linewidth=1)
    axis.set(
        xlabel="epoch",
        ylabel="cross-entropy",
        title=f"Epoch {best['epoch']:.0f}: validation AP {best['validation_ap']:.3f}",
    )
    axis.legend()


def _precision_recall(axis: Any, labels: Any, scores: Any, test: dict[str, Any]) -> None:
    precision, recall, _ = precision_recall_curve(labels, scores)
    ap = test["average_precision"]
    axis.plot(recall, precision, color=BLUE)
    axis.axhline(test["prevalence"], color=GREY, linestyle="--", linewidth=1)
    axis.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        xlabel="recall",
        ylabel="precision",
    )
    interval = f"{ap['low']:.3f}-{ap['high']:.3f}"
    axis.set_title(f"Test AP {ap['value']:.3f} ({interval}), n = {test['n']:,}")


def _reliability(axis: Any, labels: Any, scores: Any) -> None:
    table = reliability(labels, scores)
    axis.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1)
    axis.scatter(table["predicted"], table["observed"], s=8 + 1.5 * np.sqrt(table["n"]))
    axis.plot(table["predicted"], table["observed"], color=BLUE)
    axis.set(xlim=(0, 1), ylim=(0, 1), xlabel="predicted P", ylabel="observed share")
    axis.set_title("Reliability (area: number of pairs)")


def _random_rates(axis: Any, random_windows: dict[str, Any]) -> None:
    rates = random_windows["positive_rate"]
    axis.barh(list(rates), list(rates.values()), color=BLUE)
    axis.invert_yaxis()
    axis.set(
        xlabel="share of random windows with P > 0.5",
        title=f"Commonest miRNAs, {random_windows['n_windows']:,} windows each",
    )
    axis.tick_params(axis="y", labelsize=7)
