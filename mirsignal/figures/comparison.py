"""Draw predictors of repression side by side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.comparison.predictors import precision_recall, top_target_means
from mirsignal.figures.style import (
    BLACK,
    BLUE,
    CYCLE,
    GREY,
    ORANGE,
    error_bars,
    new_figure,
    save_figure,
)

LABELS = {
    "predicted": "mirsignal: signal",
    "occupancy": "mirsignal: occupancy",
    "stacked": "mirsignal: stacked",
    "stacked_targetscan": "stacked + TargetScan table",
    "seed_counts": "seed counts",
    "site_features": "site features",
    "contextpp": "context++, computed",
    "targetscan": "TargetScan",
}
"""What figures call the predictors."""


def label_predictors(metrics: Mapping[str, Any], reference: str) -> dict[str, str]:
    """Return what figures call the predictors; `reference` is the study's TargetScan."""
    labels = LABELS | {"targetscan": reference}
    return {name: labels[name] for name in metrics["predictors"]}


def draw_scatter(
    pairs: pd.DataFrame,
    names: Mapping[str, str],
    metrics: dict[str, Any],
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw observed against predicted log2 fold change, one panel per predictor."""
    figure, panels = _panels(names, width=3.4, height=3.5)
    ylabel = metrics["target"].replace("log2 fold change", "log2FC")
    for axis, (column, title) in panels:
        r = metrics["predictors"][column]["pearson"]
        axis.scatter(
            pairs[column].fillna(0), pairs["target_log2fc"], s=4, alpha=0.3, linewidths=0
        )
        axis.set(xlabel="predicted", ylabel=f"observed: {ylabel}")
        axis.set_title(f"{title}\n{_interval('r', r)}, n = {len(pairs):,}", fontsize=9)
    save_figure(figure, path, caption)


def draw_cumulative(
    pairs: pd.DataFrame,
    names: Mapping[str, str],
    metrics: dict[str, Any],
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw the cumulative distribution of measured log2FC by rank of the prediction.

    `no_site` of `pairs` marks those that have no canonical site in the 3' UTR.
    """
    figure, panels = _panels(names, width=3.6, height=3.3)
    for axis, (column, title) in panels:
        top = pairs[column].rank(method="first") / len(pairs)
        bins = [
            ("top 2%", top <= 0.02, CYCLE[1]),
            ("2-10%", (top > 0.02) & (top <= 0.1), CYCLE[0]),
            ("10-50%", (top > 0.1) & (top <= 0.5), CYCLE[2]),
            ("others", top > 0.5, GREY),
            ("not scored", top.isna(), CYCLE[3]),
            ("no site", pairs["no_site"], BLACK),
        ]
        for label, inside, colour in bins:
            if inside.any():
                values = np.sort(pairs.loc[inside, "log2fc"])
                share = np.arange(1, len(values) + 1) / len(values)
                axis.step(
                    values,
                    share,
                    "--" if label == "no site" else "-",
                    **{"color": colour, "label": f"{label} (n = {len(values):,})"},
                )
        axis.set(xlabel="observed log2FC", ylabel="share of pairs", title=title)
        axis.set_xlim(*np.quantile(pairs["log2fc"], [0.002, 0.998]))
        axis.legend(fontsize=7, loc="upper left")
    save_figure(figure, path, caption)


def draw_precision_recall(
    pairs: pd.DataFrame,
    names: Mapping[str, str],
    metrics: dict[str, Any],
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw precision against recall of repressed pairs, one panel per threshold."""
    measures = {name: metrics["predictors"][name]["average_precision"] for name in names}
    thresholds = list(next(iter(measures.values())))
    figure, axes = new_figure(1, len(thresholds), width=4.6, height=4.2)
    for axis, threshold in zip(axes[0], thresholds, strict=True):
        for column, title in names.items():
            recall, precision = precision_recall(pairs, column, float(threshold))
            ap = measures[column][threshold]["value"]
            label = title if ap is None else f"{title}: AP {ap:.3f}"
            axis.step(recall, precision, where="post", linewidth=1.2, label=label)
        prevalence = next(iter(measures.values()))[threshold]["prevalence"]
        n = round(prevalence * len(pairs))
        label = f"prevalence {prevalence:.3f}"
        axis.axhline(prevalence, color=GREY, linestyle="--", label=label)
        axis.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
        axis.set_title(f"log2FC < {threshold}: {n:,} of {len(pairs):,} pairs", fontsize=9)
        axis.legend(fontsize=7)
    save_figure(figure, path, caption)


def draw_top_targets(
    pairs: pd.DataFrame,
    names: Mapping[str, str],
    metrics: dict[str, Any],
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw the mean log2FC of the top 4 ... 1,024 pairs of each predictor."""
    figure, axes = new_figure(1, 1, width=6, height=4)
    axis = axes[0][0]
    for column, title in names.items():
        means = top_target_means(pairs, column)
        axis.errorbar(
            means["n"], means["mean"], means["sem"], fmt="o-", ms=4, label=title
        )
    axis.axhline(pairs["log2fc"].mean(), color=GREY, linestyle="--", label="all pairs")
    axis.set(xlabel="top predicted pairs", ylabel="mean log2FC (bars: SEM)", xscale="log")
    axis.set_xticks([4, 16, 64, 256, 1024], ["4", "16", "64", "256", "1,024"])
    axis.legend(fontsize=8)
    save_figure(figure, path, caption)


def draw_per_mirna(
    pairs: pd.DataFrame | None,
    names: Mapping[str, str],
    metrics: dict[str, Any],
    path: str | Path,
    caption: str = "",
) -> None:
    """Draw Pearson r per miRNA, one bar per predictor."""
    mirnas = list(next(iter(metrics["predictors"].values()))["per_mirna"])
    panel = 1.6 + max(1.1, 0.22 * len(names)) * len(mirnas)
    figure, axes = new_figure(1, 1, width=max(panel, 7), height=4.2)
    axis = axes[0][0]
    width = 0.8 / len(names)
    for number, (column, title) in enumerate(names.items()):
        rows = metrics["predictors"][column]["per_mirna"]
        values, low, high = (
            [rows[mirna][key] for mirna in mirnas] for key in ("pearson", "low", "high")
        )
        errors = error_bars(values, low, high)
        at = np.arange(len(mirnas)) + number * width
        bars = {"ecolor": GREY, "error_kw": {"linewidth": 1}}
        axis.bar(at, [r or 0 for r in values], width, yerr=errors, label=title, **bars)
    counts = next(iter(metrics["predictors"].values()))["per_mirna"]
    labels = [f"{mirna}\nn = {counts[mirna]['n']:,}" for mirna in mirnas]
    axis.set_xticks(np.arange(len(mirnas)) + 0.4 - width / 2, labels, fontsize=7)
    axis.axhline(0, color=GREY, linewidth=0.8)
    axis.set_ylabel(f"Pearson r with\n{metrics['target']}")
    axis.legend(fontsize=8, ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1))
    save_figure(figure, path, caption)


FIGURES = {
    "scatter": draw_scatter,
    "cumulative": draw_cumulative,
    "precision_recall": draw_precision_recall,
    "top_targets": draw_top_targets,
    "per_mirna": draw_per_mirna,
}
"""Figures of a comparison, by name; all take the same arguments."""


def draw_experiments(
    table: pd.DataFrame, target: str, path: str | Path, caption: str = ""
) -> None:
    """Draw a forest plot of experiments: r, and how far it is from that of main.

    `table` is that of `ablations.compare_experiments`.
    """
    figure, axes = new_figure(1, 2, width=4.5, height=1.2 + 0.45 * len(table))
    at = np.arange(len(table))
    main = table.set_index("experiment").loc["main", "pearson"]
    for axis, lead, ends, line in zip(
        axes[0],
        ("pearson", "difference"),
        (("low", "high"), ("difference_low", "difference_high")),
        (main, 0.0),
        strict=True,
    ):
        errors = error_bars(table[lead], *(table[end] for end in ends))
        axis.axvline(line, color=GREY, linestyle="--", linewidth=1)
        axis.errorbar(table[lead], at, xerr=errors, fmt="o", color=BLUE)
    seeds = table[["seeds_difference_low", "seeds_difference_high"]].to_numpy()
    axes[0][1].hlines(at + 0.2, *seeds.T, color=ORANGE, linewidth=3)
    minutes = [
        "" if np.isnan(value) else f"  {value:,.0f} min" for value in table["cpu_minutes"]
    ]
    names = [f"{a}{b}" for a, b in zip(table["experiment"], minutes, strict=True)]
    axes[0][0].set_yticks(at, names)
    axes[0][1].set_yticks(at, [""] * len(at))
    for axis in axes[0]:
        axis.invert_yaxis()
    n = "{n:,} pairs of {n_genes:,} genes and {n_mirnas} miRNAs".format(**table.iloc[0])
    axes[0][0].set_xlabel(f"Pearson r with {target}\n(n = {n})")
    axes[0][1].set_xlabel("difference to main\n(orange: networks of one seed)")
    save_figure(figure, path, caption)


def draw_transfer(table: pd.DataFrame, path: str | Path, caption: str = "") -> None:
    """Draw Pearson r with its interval by data set, a panel per protocol.

    `table` is that of `transfer.transfer_table`.
    """
    predictors = list(dict.fromkeys(table["predictor"]))
    protocols = list(dict.fromkeys(table["protocol"]))
    n_datasets = table.groupby("protocol")["dataset"].nunique().max()
    figure, axes = new_figure(len(protocols), 1, width=3 + 0.95 * n_datasets, height=2.8)
    for axis, protocol in zip(axes[:, 0], protocols, strict=True):
        own = table[table["protocol"] == protocol]
        datasets = list(dict.fromkeys(own["dataset"]))
        n = own.groupby("dataset")["n"].first()
        for number, name in enumerate(predictors):
            rows = own[own["predictor"] == name].set_index("dataset").reindex(datasets)
            ends = (rows[f"pearson{end}"] for end in ("", "_low", "_high"))
            values, low, high = (column.to_numpy() for column in ends)
            at = np.arange(len(datasets)) + 0.7 * (number / len(predictors) - 0.5)
            errors = error_bars(values, low, high)
            color = CYCLE[number % len(CYCLE)]
            axis.errorbar(at, values, errors, fmt="o", ms=4, color=color, label=name)
        labels = [f"{dataset}\nn = {n[dataset]:,}" for dataset in datasets]
        axis.set_xticks(np.arange(len(datasets)), labels, fontsize=7)
        axis.set_xlim(-0.6, n_datasets - 0.4)
        axis.set_ylabel("Pearson r")
        axis.set_title(f"new: {protocol.replace('_', ' and ')}", loc="left", fontsize=9)
    axes[0][0].legend(fontsize=7, ncols=3, loc="lower left", bbox_to_anchor=(0, 1.12))
    save_figure(figure, path, caption)


def _panels(names: Mapping[str, str], width: float, height: float):
    """Return a figure and its (axis, (column, title)), at most four beside each other."""
    rows = -(-len(names) // 4)
    figure, axes = new_figure(rows, -(-len(names) // rows), width=width, height=height)
    every = list(axes.ravel())
    for empty in every[len(names) :]:
        empty.set_visible(False)
    return figure, list(zip(every, names.items(), strict=False))


def _interval(name: str, measure: dict[str, float | None]) -> str:
    if measure["value"] is None:
        return f"{name} undefined"
    if measure["low"] is None:
        return f"{name} = {measure['value']:.3f}"
    return f"{name} = {measure['value']:.3f} ({measure['low']:.3f}-{measure['high']:.3f})"
