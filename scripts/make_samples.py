"""Split positives by target cluster and miRNA family, then draw negatives."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.samples.assembly import SampleRecipe, make_samples
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    transcripts = None
    if snakemake.input.get("transcripts"):
        transcripts = Transcripts(snakemake.input.transcripts)
    pairs = make_samples(
        pd.read_parquet(snakemake.input.positives),
        SampleRecipe(**snakemake.params.settings),
        snakemake.params.seed,
        transcripts,
        snakemake.threads,
    )
    write_parquet(snakemake.output.pairs, pairs)
    positive = pairs["label"] == 1
    clusters = pairs.loc[positive, "cluster"].value_counts()
    log.info("%d target clusters, the largest of %d", len(clusters), clusters.iloc[0])
    for split, rows in pairs.groupby("split", sort=False):
        n = int((rows["label"] == 1).sum())
        log.info("%s: %s positives, %s negatives", split, f"{n:,}", f"{len(rows) - n:,}")


if __name__ == "__main__":
    run(main, snakemake)
