"""Train the signal network without one fold of genes and predict that fold."""

import logging

import pandas as pd

from mirsignal.backend import set_up
from mirsignal.errors import InputError
from mirsignal.files import atomic_path, write_parquet, write_tsv
from mirsignal.gene_features import gene_inputs
from mirsignal.jobs import run
from mirsignal.regression import train_regression
from mirsignal.repression import held_out_folds
from mirsignal.signals import read_limits, scale
from mirsignal.tracks import load_tracks

log = logging.getLogger("mirsignal")

COLUMNS = {
    "epoch": "pass over the training signals",
    "train_error": "mean squared error while training, with dropout; in task "
    "classification cross entropy",
    "validation_error": "the same on the validation genes; its minimum is kept",
    "validation_pearson": "Pearson r of prediction and target on the validation genes",
}


def main(snakemake):
    fold, seed = int(snakemake.wildcards.fold), snakemake.params.seed
    set_up(snakemake.threads, seed + fold)
    signals = load_tracks(snakemake.input.signals)
    limits = read_limits(snakemake.input.limits, fold)
    pairs = label_signals(snakemake, signals, fold)
    scaled = [scale(signals[index], limits) for index in pairs["signal"]]
    log.info("%s", pairs["part"].value_counts().to_dict())
    further = gene_inputs(pairs, snakemake.input.genes, snakemake.input.mirnas)
    model, history, predicted = train_regression(
        scaled, pairs, snakemake.params.settings, seed + fold, further
    )
    pairs["predicted"] = predicted
    pairs["no_signal"] = signals.extra["no_signal"][pairs["signal"]]
    with atomic_path(snakemake.output.model) as temporary:
        model.save(temporary)
    write_tsv(snakemake.output.history, history, COLUMNS)
    held_out = pairs[pairs["part"] != "train"].drop(columns="signal")
    write_parquet(snakemake.output.predictions, held_out)


def label_signals(snakemake, signals, fold):
    """Return a row per measured signal: its fold change, fold and part.

    The test part is the fold left out, the validation part the fold after it.
    """
    table = pd.DataFrame({"mirna": signals.extra["mirnas"], "transcript": signals.ids})
    table["signal"] = range(len(table))
    genes = pd.read_parquet(snakemake.input.transcripts)[["transcript", "gene"]]
    folds = pd.read_parquet(snakemake.input.folds)
    measured = pd.read_parquet(snakemake.input.fold_changes)
    pairs = table.merge(genes).merge(folds).merge(measured, on=["mirna", "gene"])
    if pairs.empty:
        raise InputError("no scanned transcript has a measured fold change")
    clip = snakemake.params.settings["clip_positive"]
    pairs["target"] = pairs["log2fc"].clip(upper=0) if clip else pairs["log2fc"]
    test, validation = held_out_folds(fold, folds["fold"].nunique())
    pairs["part"] = pairs["fold"].map({test: "test", validation: "validation"})
    return pairs.assign(part=pairs["part"].fillna("train"))


if __name__ == "__main__":
    run(main, snakemake)
