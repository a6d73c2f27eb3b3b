"""Fit the occupancy model to all pairs, and to resampled genes, for new miRNAs."""

import logging

import pandas as pd

from mirsignal.files import write_tsv
from mirsignal.jobs import run
from mirsignal.occupancy import fit_ensemble, save_occupancy
from mirsignal.repression import label_pairs
from mirsignal.site_regions import GROUPS

log = logging.getLogger("mirsignal")

COLUMNS = {
    "model": "0: all genes; others: genes drawn again at random",
    "mirna": "miRNA",
    "group": "strand and region of the sites",
    "energy": "how much more its sites hold than those of a new miRNA (natural log)",
}


def main(snakemake):
    files = snakemake.input
    pairs = label_pairs(
        pd.read_parquet(files.fold_changes),
        pd.read_parquet(files.folds),
        snakemake.params.clip_positive,
    )
    models = fit_ensemble(
        pairs,
        pd.read_parquet(files.sites),
        pd.read_parquet(files.genes),
        snakemake.params.settings,
        snakemake.params.seed,
    )
    save_occupancy(snakemake.output.model, models)
    rows = [
        (number, mirna, group, energy)
        for number, model in enumerate(models)
        for mirna, energies in zip(
            model.mirnas, model.parameters["mirna_group"], strict=True
        )
        for group, energy in zip(GROUPS, energies, strict=True)
    ]
    write_tsv(snakemake.output.table, pd.DataFrame(rows, columns=[*COLUMNS]), COLUMNS)
    log.info("%d models of %s pairs", len(models), f"{len(pairs):,}")


if __name__ == "__main__":
    run(main, snakemake)
