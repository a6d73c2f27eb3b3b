"""Fine-tune the binding network without one fold of genes and predict that fold."""

import logging

import numpy as np
import pandas as pd

from mirsignal.backend import keras, set_up
from mirsignal.errors import InputError
from mirsignal.files import write_json, write_parquet, write_tsv
from mirsignal.fine_tuning import RepressionModel, fine_tune
from mirsignal.history import REGRESSION_COLUMNS
from mirsignal.jobs import run
from mirsignal.networks import save_network
from mirsignal.repression import part_pairs
from mirsignal.scanning import mirna_rows
from mirsignal.sequences import Transcripts, encode
from mirsignal.windows import collect_windows

log = logging.getLogger("mirsignal")


def main(snakemake):
    settings, files = snakemake.params.settings, snakemake.input
    fold, seed = int(snakemake.wildcards.fold), snakemake.params.seed
    set_up(snakemake.threads, seed + fold)
    mirnas, candidates, transcripts = map(
        pd.read_parquet, (files.mirnas, files.windows, files.transcripts)
    )
    if candidates.empty:
        raise InputError(f"{files.windows}: no window has P above 0; check the network")
    scanned = mirnas[["mirna"]].merge(transcripts[["transcript"]], how="cross")
    folds, measured = map(pd.read_parquet, (files.folds, files.fold_changes))
    pairs = part_pairs(
        scanned, transcripts, folds, measured, fold, settings["clip_positive"]
    )
    log.info("%s", pairs["part"].value_counts().to_dict())
    fasta = Transcripts(files.fasta)
    codes = {name: encode(fasta[name]) for name in pairs["transcript"].unique()}
    genes = pd.read_parquet(files.genes).set_index("gene")
    windows = collect_windows(candidates, pairs, mirnas, codes, genes)
    model = RepressionModel(
        keras.models.load_model(files.model),
        strand_rows(mirnas, snakemake.params.encoding),
        mirnas["mirna"],
        genes.shape[1],
        settings["pooling"],
    )
    history, pairs["predicted"] = fine_tune(model, windows, pairs, settings, seed + fold)
    pairs["no_signal"] = np.diff(windows.offsets) == 0
    save_network(snakemake.output.model, model.network)
    write_json(snakemake.output.head, model.describe() | {"gene_features": list(genes)})
    write_tsv(snakemake.output.history, history, REGRESSION_COLUMNS)
    write_parquet(snakemake.output.predictions, pairs[pairs["part"] != "train"])


def strand_rows(mirnas, encoding):
    """Return the pairing rows (2 miRNAs, 5, M, C) of miRNAs, then of their passengers."""
    strands = pd.concat([mirnas["sequence"], mirnas["passenger"]])
    return np.stack([mirna_rows(strand, encoding) for strand in strands])


if __name__ == "__main__":
    run(main, snakemake)
