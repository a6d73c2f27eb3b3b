"""Models of several experiments on what was new to them, beside published models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.comparison.predictors import compare, metrics_table
from mirsignal.repression.datasets import REFERENCES, bare_names
from mirsignal.repression.mixtures import choose_shares
from mirsignal.statistics.metrics import pearson
from mirsignal.statistics.resampling import GeneResamples, interval_of

Mixtures = Mapping[str, Mapping[str, float] | Sequence[str]]

AGAINST = ("contextpp", "weighted_contextpp")

ABLATED = {
    "all_alike": "genes alike",
    "no_proteins": "no proteins",
    "other_peaks": "peaks of other genes",
}
"""Columns of `protocols.predict_part` that lack what the recipe learns, in words."""


def join_recipes(
    predictions: Mapping[str, pd.DataFrame],
    mixtures: Mixtures | None = None,
    protocol: str = "families",
) -> tuple[pd.DataFrame, list[str]]:
    """Return the pairs of one protocol with a column per recipe, and these columns.

    A column is what sites do, all that is known of a new miRNA; where genes alone are new
    there is another with the baseline of the gene, and where a recipe learns how genes
    respond, or what proteins at sites do, others without that (ABLATED).

    `predictions` are those of `protocols.predict_part` by recipe, all parts together;
    `mixtures` are means of recipes, with columns of their own: weights by recipe, or two
    recipes whose shares are chosen (`mixtures.choose_shares`, by `protocol`).
    """
    keys = ["dataset", "mirna", "gene"]
    joined: pd.DataFrame | None = None
    names: list[str] = []
    for recipe, table in predictions.items():
        columns = {"effect": recipe}
        if not table["effect"].equals(table["occupancy"]):
            columns["occupancy"] = f"{recipe} with baseline"
        for column, words in ABLATED.items():
            if column in table:
                columns[column] = f"{recipe}, {words}"
        own = table.rename(columns=columns)
        names += columns.values()
        if joined is None:
            joined = own
        else:
            joined = joined.merge(
                own[[*keys, *columns.values()]], on=keys, validate="1:1"
            )
    assert joined is not None
    for mixture, weights in (mixtures or {}).items():
        for end in ("", " with baseline"):
            mixed = [f"{recipe}{end}" for recipe in weights]
            if set(mixed) <= set(names):
                if isinstance(weights, Mapping):
                    parts = np.array(list(weights.values())) / sum(weights.values())
                    values = joined[mixed]
                else:
                    one, other = mixed
                    share = choose_shares(joined, one, other, protocol)
                    parts = np.stack([1 - share, share], axis=1)
                    # From the means of data sets, which are not to move with the share.
                    means = joined.groupby("dataset")[mixed].transform("mean")
                    values = joined[mixed] - means
                joined[f"{mixture}{end}"] = (values * parts).sum(axis=1, skipna=False)
                names.append(f"{mixture}{end}")
    return joined, names


def compare_datasets(
    pairs: pd.DataFrame, predictors: Sequence[str], n_resamples: int, seed: int
) -> dict[str, dict[str, Any]]:
    """Return the measures of `compare` by data set, of models and REFERENCES."""
    names = [*predictors, *REFERENCES]
    return {
        str(dataset): compare(own, names, AGAINST, (), n_resamples, seed)
        for dataset, own in pairs.groupby("dataset")
    }


def mean_difference(
    pairs: pd.DataFrame, predictor: str, other: str, n_resamples: int, seed: int
) -> dict[str, Any]:
    """Return by how much r of a predictor is above that of another, over data sets.

    Entries: value, the mean of data sets, which weigh the same, with low and high of its
    95% interval; and `by_dataset`, these three of each. Genes are resampled, a gene that
    several data sets have measured in all of them at once.
    """
    resamples = GeneResamples(bare_names(pairs["gene"]), n_resamples, seed)
    measured = pairs["target_log2fc"].to_numpy(float)
    both = pairs[[predictor, other]].to_numpy(float)
    values, draws = {}, []
    for dataset in sorted(pairs["dataset"].unique()):
        own = (pairs["dataset"] == dataset).to_numpy()
        one, two = (pearson(measured[own], column[own]) for column in both.T)
        drawn = resamples.pearson(measured, both, own)
        draws.append(drawn[:, 0] - drawn[:, 1])
        values[str(dataset)] = {"value": one - two, **interval_of(draws[-1])}
    mean = float(np.mean([found["value"] for found in values.values()]))
    return {
        "value": mean,
        **interval_of(np.mean(draws, axis=0)),
        "by_dataset": values,
    }


def transfer_table(metrics: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return a row per protocol, data set and predictor.

    `metrics` are those of `compare_datasets` by protocol. Beside what `metrics_table`
    has there are, for each of AGAINST, the difference of r, pooled and as the mean over
    miRNAs, with intervals from resampling genes (and miRNAs), and on how many miRNAs r is
    higher (NaN of a reference beside itself).
    """
    tables = []
    for protocol, by_dataset in metrics.items():
        for dataset, found in by_dataset.items():
            differences = pd.DataFrame(
                [_differences(entry) for entry in found["predictors"].values()]
            )
            table = metrics_table(found).drop(columns="coverage").join(differences)
            table.insert(0, "protocol", protocol)
            table.insert(1, "dataset", dataset)
            tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _differences(entry: Mapping[str, Any]) -> dict[str, float]:
    cells = {}
    for reference in AGAINST:
        found = entry.get(f"difference_to_{reference}", {})
        for lead, part in (("", found), ("mean_", found.get("mean_per_mirna", {}))):
            for key, end in (("value", ""), ("low", "_low"), ("high", "_high")):
                value = part.get(key)
                name = f"{lead}above_{reference}{end}"
                cells[name] = np.nan if value is None else float(value)
        cells[f"won_{reference}"] = found.get("mirnas_above", np.nan)
    return cells


def mean_of_datasets(table: pd.DataFrame) -> pd.DataFrame:
    """Return r and its differences by protocol and predictor, the mean over data sets,
    each of which weighs the same, and n, how many they are."""
    columns = ["pearson", "mean_per_mirna", *(f"above_{name}" for name in AGAINST)]
    groups = table.groupby(["protocol", "predictor"], sort=False)
    return groups[columns].mean().assign(n=groups.size()).reset_index()
