"""Tell which sites carried the strongest predictions, by leaving each out in turn."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_json, write_tsv
from mirsignal.files.tracks import load_tracks
from mirsignal.networks.backend import keras, set_up
from mirsignal.repression.occlusion import choose_predictions, explain_prediction
from mirsignal.sequences.fasta import Transcripts
from mirsignal.signals.compression import read_limits
from mirsignal.sites.gene_features import gene_inputs
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

COLUMNS = {
    "mirna": "miRNA",
    "transcript": "transcript",
    "gene": "its gene",
    "fold": "fold of the gene, whose model never saw it",
    "log2fc": "measured log2 fold change",
    "predicted": "predicted from the whole signal; lower is stronger repression",
    "start": "first nucleotide (0-based) of a part of the signal",
    "end": "the nucleotide after its last (half open)",
    "contribution": "prediction without that part less `predicted`: above 0, the part "
    "makes repression stronger; parts need not add up",
    "sites": "canonical sites of the miRNA in it, with their nucleotides (0-based, half "
    "open); empty where there is none",
}


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    set_up(snakemake.threads, 0)
    signals, fasta = load_tracks(files.signals), Transcripts(files.fasta)
    mirnas = pd.read_parquet(files.mirnas).set_index("mirna")["sequence"]
    predictions = pd.read_parquet(files.predictions)
    chosen = choose_predictions(predictions, params.n_predictions)
    tables, explained = [], []
    for pair in chosen.itertuples():
        table, drawn = explain_prediction(
            pair,
            signals,
            keras.models.load_model(files.models[pair.fold]),
            read_limits(files.limits, pair.fold),
            gene_inputs(chosen.loc[[pair.Index]], files.genes, files.mirnas),
            mirnas[pair.mirna],
            fasta[pair.transcript],
            **params.settings,
        )
        tables.append(table)
        explained.append(drawn)
        log.info("%s; %d parts", drawn["title"], len(table))
    table = pd.concat(tables, ignore_index=True)[list(COLUMNS)]
    write_tsv(snakemake.output.table, table, COLUMNS)
    write_json(snakemake.output.drawn, explained)


if __name__ == "__main__":
    run(main, snakemake)
