"""Tell which sites carried the strongest predictions, by leaving each out in turn."""

import pandas as pd

from mirsignal.files.atomic import write_json, write_table
from mirsignal.files.tracks import load_tracks
from mirsignal.networks.backend import keras, set_up
from mirsignal.repression.occlusion import choose_predictions, explain_prediction
from mirsignal.sequences.fasta import Transcripts
from mirsignal.signals.compression import read_limits
from mirsignal.sites.gene_features import gene_inputs
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    set_up(snakemake.threads, 0)
    signals, fasta = load_tracks(files.signals), Transcripts(files.fasta)
    mirnas = pd.read_parquet(files.mirnas).set_index("mirna")["sequence"]
    predictions = pd.read_parquet(files.predictions)
    chosen = choose_predictions(predictions, params.n_predictions)
    further = gene_inputs(chosen, files.genes, files.mirnas)
    explained = [
        explain_prediction(
            pair,
            signals,
            keras.models.load_model(files.models[pair.fold]),
            read_limits(files.limits, pair.fold),
            [array[[row]] for array in further],
            mirnas[pair.mirna],
            fasta[pair.transcript],
            **params.settings,
        )
        for row, pair in enumerate(chosen.itertuples())
    ]
    tables, drawn = zip(*explained, strict=True)
    write_table(snakemake.output.table, pd.concat(tables, ignore_index=True))
    write_json(snakemake.output.drawn, drawn)


if __name__ == "__main__":
    run(main, snakemake)
