"""Pick the candidate sites of every miRNA and of its passenger strand."""

import logging

import pandas as pd

from mirsignal.binding.pairing import ENCODINGS
from mirsignal.files.atomic import write_parquet
from mirsignal.files.tracks import load_scans
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.scanning import make_scanner
from mirsignal.scan.scores import PredictionScorer
from mirsignal.sequences.codes import encode
from mirsignal.sequences.fasta import Transcripts
from mirsignal.signals.windows import tabulate_candidates
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    n, n_passenger = (
        snakemake.params.settings[key] for key in ("n_windows", "n_passenger_windows")
    )
    scans = load_scans(snakemake.input.tracks, snakemake.params.batches)
    tables = []
    for mirna, tracks in scans:
        predictions = tracks.channel("prediction").items()
        found = tabulate_candidates(((name, p[:, 0]) for name, p in predictions), n)
        tables.append(found.assign(mirna=mirna, strand="guide"))
    if n_passenger:
        tables += list(scan_passengers(snakemake, n_passenger))
    table = pd.concat(tables, ignore_index=True)
    write_parquet(snakemake.output[0], table)
    counts = table["strand"].value_counts()
    log.info("windows: %s", ", ".join(f"{n:,} of {name}s" for name, n in counts.items()))


def scan_passengers(snakemake, n):
    """Yield the candidates of each passenger strand on the transcripts of a shard."""
    workers, encoding = snakemake.threads, snakemake.params.encoding
    set_up(workers, 0, calls=workers, any_backend=True)
    model = keras.models.load_model(snakemake.input.model)
    scanner = make_scanner(model, ENCODINGS[encoding].shape[-1], workers)
    scorer = PredictionScorer(scanner, encoding)
    mirnas = pd.read_parquet(snakemake.input.mirnas)
    mirnas = mirnas[mirnas["passenger_share"] > 0]
    fasta = Transcripts(snakemake.input.fasta)
    for _, shard in pd.read_parquet(snakemake.input.shards).groupby("shard"):
        names = list(shard["transcript"])
        codes = [encode(fasta[name]) for name in names]
        for mirna, passenger in zip(mirnas["mirna"], mirnas["passenger"], strict=True):
            tracks, _ = scorer.score(codes, passenger, 0.0)
            predictions = (track[:, 0] for track in tracks)
            found = tabulate_candidates(zip(names, predictions, strict=True), n)
            yield found.assign(mirna=mirna, strand="passenger")


if __name__ == "__main__":
    run(main, snakemake)
