"""Give measured pairs the fold of their gene and the target that models train on."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.repression.folds import label_pairs
from mirsignal.workflow.jobs import run


def main(snakemake):
    fold_changes = pd.read_parquet(snakemake.input.fold_changes)
    folds = pd.read_parquet(snakemake.input.folds)
    clip_positive = snakemake.wildcards.clipping == "clipped"
    write_parquet(snakemake.output[0], label_pairs(fold_changes, folds, clip_positive))


if __name__ == "__main__":
    run(main, snakemake)
