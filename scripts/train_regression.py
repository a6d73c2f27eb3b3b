"""Train the signal network without one fold of genes and predict that fold."""

import pandas as pd

from mirsignal.files.atomic import write_parquet, write_table
from mirsignal.files.tracks import load_tracks
from mirsignal.networks.backend import set_up
from mirsignal.networks.seeds import add_predictions
from mirsignal.networks.storage import save_network
from mirsignal.repression.folds import part_pairs
from mirsignal.repression.training import SignalTraining, train_regression
from mirsignal.signals.compression import read_limits, scale
from mirsignal.sites.gene_features import gene_inputs
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, training = snakemake.input, SignalTraining(**snakemake.params.settings)
    fold = int(snakemake.wildcards.fold)
    seed = snakemake.params.seed + fold
    set_up(snakemake.threads, seed)
    signals = load_tracks(files.signals)
    table = pd.DataFrame({"mirna": signals.extra["mirnas"], "transcript": signals.ids})
    pairs = part_pairs(
        table.assign(signal=range(len(table))),
        pd.read_parquet(files.transcripts),
        pd.read_parquet(files.pairs),
        fold,
        snakemake.params.n_folds,
    )
    limits = read_limits(files.limits, fold)
    scaled = [scale(signals[index], limits) for index in pairs["signal"]]
    further = gene_inputs(pairs, files.genes, files.mirnas)
    model, history, members = train_regression(scaled, pairs, training, seed, further)
    pairs = add_predictions(pairs, members)
    pairs["no_signal"] = signals.extra["no_signal"][pairs["signal"]]
    save_network(snakemake.output.model, model)
    write_table(snakemake.output.history, history)
    held_out = pairs[pairs["part"] != "train"].drop(columns="signal")
    write_parquet(snakemake.output.predictions, held_out)


if __name__ == "__main__":
    run(main, snakemake)
