"""Scan the transcripts of one shard with each miRNA of a batch."""

import pandas as pd

from mirsignal.files.atomic import read_json
from mirsignal.files.tracks import save_scans
from mirsignal.interpretation.explanation import sample_background
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.groups import Progress, read_groups, scan_mirna
from mirsignal.scan.scores import make_scorer
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    params, workers, background = snakemake.params, snakemake.threads, None
    set_up(workers, 0, calls=workers, any_backend=True)
    if snakemake.input.pairs:
        pairs = pd.read_parquet(snakemake.input.pairs)
        background = sample_background(
            pairs, params.n_background, params.encoding, params.seed
        )
    scorer = make_scorer(
        keras.models.load_model(snakemake.input.model),
        params.encoding,
        **params.settings,
        workers=workers,
        background=background,
    )
    sequences = pd.read_parquet(snakemake.input.mirnas).set_index("mirna")["sequence"]
    thresholds = read_json(snakemake.input.thresholds)
    shards = pd.read_parquet(snakemake.input.shards)
    shard = shards[shards["shard"] == int(snakemake.wildcards.shard)]
    groups = list(read_groups(shard, Transcripts(snakemake.input.fasta)))
    progress = Progress(int(shard["length"].sum()) * len(params.mirnas))

    def scan(mirna):
        threshold = thresholds[mirna]["threshold"]
        return scan_mirna(groups, sequences[mirna], threshold, scorer, progress)

    scans = ((mirna, scan(mirna)) for mirna in params.mirnas)
    save_scans(snakemake.output[0], scans)
    progress.finish()


if __name__ == "__main__":
    run(main, snakemake)
