"""Fit the occupancy model to all pairs, for new miRNAs and transcripts."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_tsv
from mirsignal.repression.occupancy import fit_seeds, save_occupancy
from mirsignal.sites.regions import GROUPS
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

COLUMNS = {
    "number": "which of the models in model.npz, which started differently",
    "iterations": "steps until its fit had converged",
    "strength": "repression (log2) at which sites begin to compete",
    "mirna": "miRNA",
    "group": "strand and region of the sites",
    "energy": "how much more its sites hold than those of a new miRNA (natural log)",
}


def main(snakemake):
    files = snakemake.input
    pairs, sites, genes = map(pd.read_parquet, (files.pairs, files.sites, files.genes))
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
    write_tsv(snakemake.output.table, pd.DataFrame(rows, columns=[*COLUMNS]), COLUMNS)


if __name__ == "__main__":
    run(main, snakemake)
