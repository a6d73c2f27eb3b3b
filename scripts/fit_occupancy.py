"""Fit the occupancy model without a fold of genes, and predict that fold."""

import logging

import numpy as np
import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.repression.folds import held_out_folds
from mirsignal.repression.occupancy import fit_seeds
from mirsignal.statistics.metrics import pearson
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    files, settings = snakemake.input, snakemake.params.settings
    fold, seed = int(snakemake.wildcards.fold), snakemake.params.seed
    pairs, sites, genes = map(pd.read_parquet, (files.pairs, files.sites, files.genes))
    test, validation = held_out_folds(fold, snakemake.params.n_folds)
    parts, n_iterations = [], []
    for part, left_out in (("test", [test]), ("validation", [test, validation])):
        train = pairs[~pairs["fold"].isin(left_out)]
        models = fit_seeds(train, sites, genes, settings, seed)
        chosen = pairs[pairs["fold"] == left_out[-1]]
        predicted = [model.predict(chosen, sites, genes) for model in models]
        effects = [model.effects(chosen, sites) for model in models]
        n_iterations += [model.n_iterations for model in models]
        parts.append(
            chosen.assign(
                part=part,
                occupancy=np.mean(predicted, axis=0),
                effect=np.mean(effects, axis=0),
            )
        )
    predictions = pd.concat(parts, ignore_index=True)
    predictions["unseen"] = np.nan
    if settings["leave_one_mirna_out"]:
        for mirna in predictions["mirna"].unique():
            train = pairs[(pairs["fold"] != test) & (pairs["mirna"] != mirna)]
            if train.empty:
                continue
            rows = (predictions["part"] == "test") & (predictions["mirna"] == mirna)
            models = fit_seeds(train, sites, genes, settings, seed)
            n_iterations += [model.n_iterations for model in models]
            effects = [model.effects(predictions[rows], sites) for model in models]
            predictions.loc[rows, "unseen"] = np.mean(effects, axis=0)
    write_parquet(snakemake.output[0], predictions)
    log.info(
        "%d fits, converged in %d-%d iterations",
        len(n_iterations),
        min(n_iterations),
        max(n_iterations),
    )
    for part, rows in predictions.groupby("part"):
        r = pearson(rows["target"].to_numpy(), rows["occupancy"].to_numpy())
        log.info("%s genes: r = %.3f, n = %s", part, r, f"{len(rows):,}")


if __name__ == "__main__":
    run(main, snakemake)
