"""Fit the occupancy model without a fold of genes, and predict that fold."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.repression.folds import held_out_folds
from mirsignal.repression.held_out import predict_held_out
from mirsignal.repression.occupancy import OccupancyTraining
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    test, validation = held_out_folds(int(snakemake.wildcards.fold), params.n_folds)
    predictions = predict_held_out(
        pd.read_parquet(files.pairs),
        pd.read_parquet(files.sites),
        pd.read_parquet(files.genes),
        test,
        validation,
        OccupancyTraining(**params.settings),
        params.seed,
    )
    write_parquet(snakemake.output[0], predictions)


if __name__ == "__main__":
    run(main, snakemake)
