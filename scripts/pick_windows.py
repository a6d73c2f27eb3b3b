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
from mirsignal.signals.windows import scan_passengers, tabulate_candidates
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    params, tables = snakemake.params, []
    for mirna, tracks in load_scans(snakemake.input.tracks, params.batches):
        predictions = tracks.channel("prediction").items()
        guide = ((name, p[:, 0]) for name, p in predictions)
        found = tabulate_candidates(guide, params.n_windows)
        tables.append(found.assign(mirna=mirna, strand="guide"))
    if params.n_passenger_windows:
        tables += list(passengers(snakemake, params.n_passenger_windows))
    table = pd.concat(tables, ignore_index=True)
    write_parquet(snakemake.output[0], table)
    counts = table["strand"].value_counts()
    log.info("windows: %s", ", ".join(f"{n:,} of {name}s" for name, n in counts.items()))


def passengers(snakemake, n):
    files, workers = snakemake.input, snakemake.threads
    encoding = snakemake.params.encoding
    set_up(workers, 0, calls=workers, any_backend=True)
    model = keras.models.load_model(files.model)
    scanner = make_scanner(model, ENCODINGS[encoding].shape[-1], workers)
    fasta, shards = Transcripts(files.fasta), pd.read_parquet(files.shards)
    codes = (
        {name: encode(fasta[name]) for name in shard["transcript"]}
        for _, shard in shards.groupby("shard")
    )
    scorer = PredictionScorer(scanner, encoding)
    return scan_passengers(scorer, pd.read_parquet(files.mirnas), codes, n)


if __name__ == "__main__":
    run(main, snakemake)
