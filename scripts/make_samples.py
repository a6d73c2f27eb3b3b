"""Split positives by target cluster and gene, then draw negatives in each split."""

import logging

import pandas as pd

from mirsignal.files import write_parquet
from mirsignal.jobs import run
from mirsignal.samples import make_samples

log = logging.getLogger("mirsignal")


def main(snakemake):
    positives = pd.read_parquet(snakemake.input[0])
    pairs = make_samples(positives, snakemake.params.settings, snakemake.params.seed)
    write_parquet(snakemake.output.pairs, pairs)
    log.info("largest target cluster: %d positives", largest_cluster(pairs))
    for split, rows in pairs.groupby("split", sort=False):
        n = (rows["label"] == 1).sum()
        log.info("%s: %d positives, %d negatives", split, n, len(rows) - n)


def largest_cluster(pairs):
    return pairs.loc[pairs["label"] == 1, "cluster"].value_counts().max()


if __name__ == "__main__":
    run(main, snakemake)
