"""Predict fold changes from seed sites, their counts and features, on the same folds."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.repression.baselines import seed_count_baseline, site_feature_baseline
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    pairs = pd.read_parquet(snakemake.input.pairs)
    genes = pd.read_parquet(snakemake.input.transcripts)
    mirnas = pd.read_parquet(snakemake.input.mirnas)
    transcripts = Transcripts(snakemake.input.fasta)
    sites, seed = pd.read_parquet(snakemake.input.sites), snakemake.params.seed
    for ending in ("", "_unseen") if snakemake.params.leave_one_mirna_out else ("",):
        unseen = bool(ending)
        pairs[f"seed_counts{ending}"] = seed_count_baseline(
            pairs, mirnas, genes, transcripts, seed, unseen
        )
        pairs[f"site_features{ending}"] = site_feature_baseline(
            pairs, sites, genes, seed, unseen
        )
    write_parquet(snakemake.output[0], pairs)


if __name__ == "__main__":
    run(main, snakemake)
