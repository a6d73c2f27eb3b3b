"""Draw how binding networks were trained and how good the chosen one is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn.metrics import precision_recall_curve

from mirsignal.binding.evaluation import reliability
from mirsignal.binding.test_sets import each_test_set
from mirsignal.figures.style import (
    BLUE,
    CYCLE,
    GREEN,
    GREY,
    ORANGE,
    error_bars,
    in_words,
    new_figure,
    save_figure,
)
from mirsignal.networks.history import best_member
from mirsignal.sequences.mirnas import short_name

_PREDICTORS = {
    "network": ("prediction", BLUE),
    "rnacofold": ("rnacofold", ORANGE),
    "seed_class": ("seed_class", GREEN),
}
_MOST_CURVES = 7


def draw_evaluation(
    predictions: pd.DataFrame,
    history: pd.DataFrame,
    metrics: dict[str, Any],
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw learning curves, precision-recall, reliability and random-window rates."""
    figure, axes = new_figure(2, 3, width=4.4, height=3.5)
    sets = dict(each_test_set(predictions))
    primary = metrics["primary_test_set"]
    first = next(name for name in sets if name in (primary, f"{primary}_1_1"))
    _loss(axes[0][0], history)
    _validation(axes[0][1], history)
    _precision_recall(axes[0][2], sets[first], metrics["test_sets"][first], first)
    _all_sets(axes[1][0], sets, metrics["test_sets"])
    _reliability(axes[1][1], sets[first], first)
    _random_rates(axes[1][2], metrics["random_windows"])
    save_figure(figure, path, caption)


def _loss(axis: Any, history: pd.DataFrame) -> None:
    for number, (_, rows) in enumerate(history.groupby("member")):
        for name, colour in (("train", GREY), ("validation", BLUE)):
            axis.plot(
                rows["epoch"],
                rows[f"{name}_loss"],
                label=None if number else name,
                color=colour,
            )
    _, epoch, _ = best_member(history)
    axis.axvline(epoch, color=ORANGE, linestyle="--", linewidth=1)
    axis.set(xlabel="epoch", ylabel="loss", title=f"Loss (epoch {epoch} kept)")
    axis.legend()


def _validation(axis: Any, history: pd.DataFrame) -> None:
    member, epoch, ap = best_member(history)
    for name, rows in history.groupby("member"):
        colour = BLUE if name == member else GREY
        axis.plot(rows["epoch"], rows["validation_ap"], color=colour)
    axis.plot([epoch], [ap], "o", color=ORANGE)
    n = history["member"].nunique()
    axis.set(
        xlabel="epoch",
        ylabel="validation AP",
        title=f"Validation AP {ap:.3f}" + (f" (best of {n} seeds)" if n > 1 else ""),
    )


def _precision_recall(
    axis: Any, rows: pd.DataFrame, found: dict[str, Any], name: str
) -> None:
    for predictor, (column, colour) in _PREDICTORS.items():
        if predictor not in found["predictors"]:
            continue
        precision, recall, _ = precision_recall_curve(rows["label"], rows[column])
        ap = found["predictors"][predictor]["average_precision"]
        label = f"{predictor} {ap['value']:.3f} ({ap['low']:.3f}-{ap['high']:.3f})"
        axis.plot(recall, precision, color=colour, label=label)
    _prevalence(axis, found["prevalence"], GREY)
    axis.set_title(f"{in_words(name)}, n = {found['n']:,}")
    axis.legend(fontsize=8, loc="lower left")


def _all_sets(axis: Any, sets: dict[str, pd.DataFrame], found: dict[str, Any]) -> None:
    for number, (name, rows) in enumerate(list(sets.items())[:_MOST_CURVES]):
        precision, recall, _ = precision_recall_curve(rows["label"], rows["prediction"])
        ap = found[name]["predictors"]["network"]["average_precision"]["value"]
        label = f"{in_words(name)} {ap:.3f}"
        axis.plot(recall, precision, color=CYCLE[number], label=label, linewidth=1.2)
        _prevalence(axis, found[name]["prevalence"], CYCLE[number])
    axis.set_title("Network, by test set")
    axis.legend(fontsize=7, loc="lower left")


def _prevalence(axis: Any, prevalence: float, colour: str) -> None:
    axis.axhline(prevalence, color=colour, linestyle="--", linewidth=0.8)
    axis.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall", ylabel="precision")


def _reliability(axis: Any, rows: pd.DataFrame, name: str) -> None:
    labels, scores = rows["label"].to_numpy(), rows["prediction"].to_numpy(float)
    table = reliability(labels, scores, rows["cluster"])
    observed = table["observed"]
    error = error_bars(observed, table["low"], table["high"])
    axis.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1)
    axis.errorbar(table["predicted"], observed, yerr=error, fmt="o-", color=BLUE, ms=4)
    axis.set(xlim=(0, 1), ylim=(0, 1), xlabel="predicted P", ylabel="observed share")
    axis.set_title(f"Reliability, {in_words(name)}")


def _random_rates(axis: Any, random_windows: dict[str, Any]) -> None:
    rates = random_windows["positive_rate"]
    n = random_windows["n_windows"]
    values = np.array(list(rates.values()))
    names = [short_name(name) for name in rates]
    ends = [  # windows are independent
        binomtest(round(n * value), n).proportion_ci(method="wilson") for value in values
    ]
    error = error_bars(values, *np.transpose(ends))
    axis.barh(range(len(names)), values, xerr=error, color=BLUE, ecolor=GREY)
    axis.invert_yaxis()
    axis.set(
        yticks=range(len(names)),
        yticklabels=names,
        xlabel="share of random windows with P > 0.5",
        title=f"Commonest miRNAs, {n:,} windows each",
    )
    axis.tick_params(axis="y", labelsize=7)
