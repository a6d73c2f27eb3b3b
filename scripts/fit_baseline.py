"""Predict fold changes from counts of seed sites alone, on the same folds."""

import pandas as pd

from mirsignal.comparison import seed_count_baseline
from mirsignal.files import write_parquet
from mirsignal.jobs import run
from mirsignal.sequences import Transcripts


def main(snakemake):
    pairs = pd.read_parquet(snakemake.input.fold_changes)
    pairs = pairs.merge(pd.read_parquet(snakemake.input.folds), on="gene")
    clip = snakemake.params.clip_positive
    pairs["target"] = pairs["log2fc"].clip(upper=0) if clip else pairs["log2fc"]
    baseline = seed_count_baseline(
        pairs,
        pd.read_parquet(snakemake.input.mirnas),
        pd.read_parquet(snakemake.input.transcripts),
        Transcripts(snakemake.input.fasta),
        snakemake.params.seed,
    )
    write_parquet(snakemake.output[0], baseline)


if __name__ == "__main__":
    run(main, snakemake)
