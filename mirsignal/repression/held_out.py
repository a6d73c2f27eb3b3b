"""Predictions of the occupancy model for genes and miRNAs that it was not fitted to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mirsignal.logs import log
from mirsignal.repression.occupancy import OccupancyModel, OccupancyTraining, fit_seeds
from mirsignal.sites.regions import GROUPS
from mirsignal.statistics.metrics import pearson


def predict_held_out(
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
    test: int,
    validation: int,
    training: OccupancyTraining,
    seed: int,
) -> pd.DataFrame:
    """Return predictions of the genes of fold `test`, and of fold `validation`.

    `pairs` (mirna, gene, target_log2fc, fold) are all pairs of the study. No model was
    fitted to the genes that it predicts, nor to test genes. Added are part (test,
    validation), occupancy (log2 fold change), effect (that of the sites alone) and
    unseen: the effect on test genes by a model that was fitted to the other miRNAs, NaN
    where there is none.
    """
    parts, n_iterations = [], []
    for part, left_out in (("test", [test]), ("validation", [test, validation])):
        train = pairs[~pairs["fold"].isin(left_out)]
        models = fit_seeds(train, sites, genes, training, seed)
        n_iterations += [model.n_iterations for model in models]
        chosen = pairs[pairs["fold"] == left_out[-1]].assign(part=part)
        predicted = [model.predict(chosen, sites, genes) for model in models]
        chosen["occupancy"] = np.mean(predicted, axis=0)
        parts.append(chosen.assign(effect=_mean_effect(models, chosen, sites)))
    predictions = pd.concat(parts, ignore_index=True).assign(unseen=np.nan)
    mirnas = predictions["mirna"].unique() if training.leave_one_mirna_out else ()
    for mirna in mirnas:
        train = pairs[(pairs["fold"] != test) & (pairs["mirna"] != mirna)]
        if train.empty:
            continue
        rows = (predictions["part"] == "test") & (predictions["mirna"] == mirna)
        models = fit_seeds(train, sites, genes, training, seed)
        n_iterations += [model.n_iterations for model in models]
        effect = _mean_effect(models, predictions[rows], sites)
        predictions.loc[rows, "unseen"] = effect
    log.info(
        "%d fits, converged in %d-%d iterations",
        len(n_iterations),
        min(n_iterations),
        max(n_iterations),
    )
    for part, rows in predictions.groupby("part"):
        r = pearson(rows["target_log2fc"].to_numpy(), rows["occupancy"].to_numpy())
        log.info("%s genes: r = %.3f, n = %s", part, r, f"{len(rows):,}")
    return predictions


def _mean_effect(
    models: list[OccupancyModel], pairs: pd.DataFrame, sites: pd.DataFrame
) -> np.ndarray:
    return np.mean([model.effects(pairs, sites) for model in models], axis=0)


def tabulate_models(models: list[OccupancyModel]) -> pd.DataFrame:
    """Return a row per model, miRNA and group of sites, with the energy it was given.

    Columns: number, iterations, strength, mirna, group and energy.
    """
    rows = [
        (number, model.n_iterations, model.strength, mirna, group, energy)
        for number, model in enumerate(models)
        for mirna, energies in zip(
            model.mirnas, model.parameters["mirna_group"], strict=True
        )
        for group, energy in zip(GROUPS, energies, strict=True)
    ]
    columns = ["number", "iterations", "strength", "mirna", "group", "energy"]
    return pd.DataFrame(rows, columns=columns)
