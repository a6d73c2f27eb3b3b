"""Pick the candidate sites of every miRNA and of its passenger strand."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.files.tracks import load_scans
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.groups import read_groups
from mirsignal.scan.scores import make_scorer
from mirsignal.sequences.fasta import Transcripts
from mirsignal.signals.windows import scan_passengers, tabulate_candidates
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params, workers = snakemake.input, snakemake.params, snakemake.threads
    tables = []
    for mirna, tracks in load_scans(files.tracks, params.batches):
        predictions = tracks.channel("prediction").items()
        guide = ((name, p[:, 0]) for name, p in predictions)
        found = tabulate_candidates(guide, params.n_windows)
        tables.append(found.assign(mirna=mirna, strand="guide"))
    if params.n_passenger_windows:
        set_up(workers, 0, calls=workers, any_backend=True)
        model = keras.models.load_model(files.model)
        scorer = make_scorer(model, params.encoding, "prediction", workers=workers)
        groups = read_groups(pd.read_parquet(files.shards), Transcripts(files.fasta))
        mirnas, n = pd.read_parquet(files.mirnas), params.n_passenger_windows
        tables += scan_passengers(scorer, mirnas, groups, n)
    write_parquet(snakemake.output[0], pd.concat(tables, ignore_index=True))


if __name__ == "__main__":
    run(main, snakemake)
