"""Split positives by target cluster and miRNA family, then draw negatives."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.samples.assembly import SampleRecipe, make_samples
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    pairs = make_samples(
        pd.read_parquet(files.positives),
        SampleRecipe(**params.settings),
        params.seed,
        Transcripts(files.transcripts) if files.transcripts else None,
        snakemake.threads,
    )
    write_parquet(snakemake.output.pairs, pairs)


if __name__ == "__main__":
    run(main, snakemake)
