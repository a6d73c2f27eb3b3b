"""Fit the occupancy model to all pairs, for new miRNAs and transcripts."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.repression.folds import label_pairs
from mirsignal.repression.occupancy import fit_seeds, save_occupancy
from mirsignal.sites.regions import GROUPS
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    files = snakemake.input
    pairs = label_pairs(
        pd.read_parquet(files.fold_changes),
        pd.read_parquet(files.folds),
        snakemake.params.clip_positive,
    )
    sites, genes = pd.read_parquet(files.sites), pd.read_parquet(files.genes)
    models = fit_seeds(
        pairs, sites, genes, snakemake.params.settings, snakemake.params.seed
    )
    save_occupancy(snakemake.output.model, models)
    rows = [
        (number, model.n_iterations, model.strength, mirna, group, energy)
        for number, model in enumerate(models)
        for mirna, energies in zip(
            model.mirnas, model.parameters["mirna_group"], strict=True
        )
        for group, energy in zip(GROUPS, energies, strict=True)
    ]
    log.info(
        "%d models of %s pairs, fitted in %s iterations",
        len(models),
        f"{len(pairs):,}",
        ", ".join(str(model.n_iterations) for model in models),
    )
    columns = ["number", "iterations", "strength", "mirna", "group", "energy"]
    write_table(snakemake.output.table, pd.DataFrame(rows, columns=columns))


if __name__ == "__main__":
    run(main, snakemake)
