"""Predict fold changes from seed sites, their counts and features, on the same folds."""

import pandas as pd

from mirsignal.files import write_parquet
from mirsignal.jobs import run
from mirsignal.sequences import Transcripts
from mirsignal.site_baselines import seed_count_baseline, site_feature_baseline


def main(snakemake):
    pairs = pd.read_parquet(snakemake.input.fold_changes)
    pairs = pairs.merge(pd.read_parquet(snakemake.input.folds), on="gene")
    clip = snakemake.params.clip_positive
    pairs["target"] = pairs["log2fc"].clip(upper=0) if clip else pairs["log2fc"]
    genes = pd.read_parquet(snakemake.input.transcripts)
    pairs["seed_counts"] = seed_count_baseline(
        pairs,
        pd.read_parquet(snakemake.input.mirnas),
        genes,
        Transcripts(snakemake.input.fasta),
        snakemake.params.seed,
    )
    sites = pd.read_parquet(snakemake.input.sites)
    pairs["site_features"] = site_feature_baseline(
        pairs, sites, genes, snakemake.params.seed
    )
    write_parquet(snakemake.output[0], pairs)


if __name__ == "__main__":
    run(main, snakemake)
