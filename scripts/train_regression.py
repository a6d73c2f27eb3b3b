"""Train the signal network without one fold of genes and predict that fold."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_parquet, write_tsv
from mirsignal.files.tracks import load_tracks
from mirsignal.networks.backend import set_up
from mirsignal.networks.history import REGRESSION_COLUMNS
from mirsignal.networks.seeds import add_predictions
from mirsignal.networks.storage import save_network
from mirsignal.repression.folds import part_pairs
from mirsignal.repression.training import train_regression
from mirsignal.signals.compression import read_limits, scale
from mirsignal.sites.gene_features import gene_inputs
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    fold, seed = int(snakemake.wildcards.fold), snakemake.params.seed
    set_up(snakemake.threads, seed + fold)
    signals = load_tracks(snakemake.input.signals)
    limits = read_limits(snakemake.input.limits, fold)
    pairs = label_signals(snakemake, signals, fold)
    scaled = [scale(signals[index], limits) for index in pairs["signal"]]
    log.info("%s", pairs["part"].value_counts().to_dict())
    further = gene_inputs(pairs, snakemake.input.genes, snakemake.input.mirnas)
    model, history, members = train_regression(
        scaled, pairs, snakemake.params.settings, seed + fold, further
    )
    pairs = add_predictions(pairs, members)
    pairs["no_signal"] = signals.extra["no_signal"][pairs["signal"]]
    save_network(snakemake.output.model, model)
    write_tsv(snakemake.output.history, history, REGRESSION_COLUMNS)
    held_out = pairs[pairs["part"] != "train"].drop(columns="signal")
    write_parquet(snakemake.output.predictions, held_out)


def label_signals(snakemake, signals, fold):
    """Return a row per measured signal (`repression.part_pairs`) with its number."""
    table = pd.DataFrame({"mirna": signals.extra["mirnas"], "transcript": signals.ids})
    return part_pairs(
        table.assign(signal=range(len(table))),
        pd.read_parquet(snakemake.input.transcripts),
        pd.read_parquet(snakemake.input.pairs),
        fold,
        snakemake.params.n_folds,
    )


if __name__ == "__main__":
    run(main, snakemake)
