"""Fit the occupancy model to all pairs, for new miRNAs and transcripts."""

import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.logs import log
from mirsignal.repression.held_out import tabulate_models
from mirsignal.repression.occupancy import OccupancyTraining, fit_seeds, save_occupancy
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    pairs = pd.read_parquet(files.pairs)
    models = fit_seeds(
        pairs,
        pd.read_parquet(files.sites),
        pd.read_parquet(files.genes),
        OccupancyTraining(**params.settings),
        params.seed,
    )
    save_occupancy(snakemake.output.model, models)
    write_table(snakemake.output.table, tabulate_models(models))
    log.info(
        "%d models of %s pairs, fitted in %s iterations",
        len(models),
        f"{len(pairs):,}",
        ", ".join(str(model.n_iterations) for model in models),
    )


if __name__ == "__main__":
    run(main, snakemake)
