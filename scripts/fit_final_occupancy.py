"""Fit the occupancy model to all pairs, and to resampled genes, for new miRNAs."""

import logging

import pandas as pd

from mirsignal.files import write_tsv
from mirsignal.jobs import run
from mirsignal.occupancy import fit_bootstrap, fit_seeds, save_occupancy
from mirsignal.repression import label_pairs
from mirsignal.site_regions import GROUPS

log = logging.getLogger("mirsignal")

COLUMNS = {
    "model": "model.npz: models of all genes; bootstrap.npz: of genes drawn at random",
    "number": "which of them",
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
    sites, genes = pd.read_parquet(files.sites), pd.read_parquet(files.genes)
    given = (pairs, sites, genes, snakemake.params.settings, snakemake.params.seed)
    rows = []
    for name, fit in (("model", fit_seeds), ("bootstrap", fit_bootstrap)):
        models = fit(*given)
        save_occupancy(snakemake.output[name], models)
        rows += [
            (f"{name}.npz", number, mirna, group, energy)
            for number, model in enumerate(models)
            for mirna, energies in zip(
                model.mirnas, model.parameters["mirna_group"], strict=True
            )
            for group, energy in zip(GROUPS, energies, strict=True)
        ]
        log.info("%s.npz: %d models of %s pairs", name, len(models), f"{len(pairs):,}")
    write_tsv(snakemake.output.table, pd.DataFrame(rows, columns=[*COLUMNS]), COLUMNS)


if __name__ == "__main__":
    run(main, snakemake)
