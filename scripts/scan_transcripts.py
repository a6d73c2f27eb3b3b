"""Scan the transcripts of one shard with each miRNA of a batch."""

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.atomic import read_json
from mirsignal.files.tracks import save_scans
from mirsignal.interpretation.explanation import sample_background
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.groups import Progress, read_groups, scan_mirna
from mirsignal.scan.scores import ShapScorer, make_scorer
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    workers = snakemake.threads
    set_up(workers, 0, calls=workers, any_backend=True)
    scorer = choose_scorer(snakemake, keras.models.load_model(snakemake.input.model))
    sequences = pd.read_parquet(snakemake.input.mirnas).set_index("mirna")["sequence"]
    thresholds = read_json(snakemake.input.thresholds)
    shards = pd.read_parquet(snakemake.input.shards)
    shard = shards[shards["shard"] == int(snakemake.wildcards.shard)]
    groups = list(read_groups(shard, Transcripts(snakemake.input.fasta)))
    progress = Progress(int(shard["length"].sum()) * len(snakemake.params.mirnas))

    def scan(mirna):
        threshold = thresholds[mirna]["threshold"]
        return scan_mirna(groups, sequences[mirna], threshold, scorer, progress)

    scans = ((mirna, scan(mirna)) for mirna in snakemake.params.mirnas)
    save_scans(snakemake.output[0], scans)
    progress.finish()


def choose_scorer(snakemake, model):
    """Return what the recipe's `mode` names."""
    settings, encoding = snakemake.params.settings, snakemake.params.encoding
    if settings["mode"] == "deepshap":
        if keras.backend.backend() != "tensorflow":
            raise InputError("mode deepshap needs TensorFlow; unset KERAS_BACKEND")
        pairs = pd.read_parquet(snakemake.input.pairs)
        n, seed = settings["n_background"], snakemake.params.seed
        background = sample_background(pairs, n, encoding, seed)
        step, divisor = settings["window_step"], settings["published_divisor"]
        return ShapScorer(model, background, encoding, step, divisor)
    mode, steps = settings["mode"], settings.get("steps", 0)
    return make_scorer(model, encoding, mode, steps, workers=snakemake.threads)


if __name__ == "__main__":
    run(main, snakemake)
