"""Fine-tune the binding network without one fold of genes and predict that fold."""

import logging

import numpy as np
import pandas as pd

from mirsignal.binding.models.averaging import join_networks
from mirsignal.errors import InputError
from mirsignal.files.atomic import write_json, write_parquet, write_tsv
from mirsignal.networks.backend import keras, set_up
from mirsignal.networks.history import REGRESSION_COLUMNS
from mirsignal.networks.seeds import add_predictions, member_seeds
from mirsignal.networks.storage import save_network
from mirsignal.repression.fine_tuning import RepressionModel, fine_tune
from mirsignal.repression.folds import part_pairs
from mirsignal.scan.scanning import mirna_rows
from mirsignal.sequences.codes import encode
from mirsignal.sequences.fasta import Transcripts
from mirsignal.signals.windows import collect_windows
from mirsignal.workflow.jobs import run

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
    labelled = pd.read_parquet(files.pairs)
    pairs = part_pairs(scanned, transcripts, labelled, fold, snakemake.params.n_folds)
    log.info("%s", pairs["part"].value_counts().to_dict())
    fasta = Transcripts(files.fasta)
    codes = {name: encode(fasta[name]) for name in pairs["transcript"].unique()}
    genes = pd.read_parquet(files.genes).set_index("gene")
    windows = collect_windows(candidates, pairs, mirnas, codes, genes)
    rows = strand_rows(mirnas, snakemake.params.encoding)
    models, histories, predictions = [], [], []
    for member, own in enumerate(member_seeds(seed + fold, settings["n_seeds"]), start=1):
        network = keras.models.load_model(files.model)
        models.append(
            RepressionModel(
                network, rows, mirnas["mirna"], genes.shape[1], settings["pooling"]
            )
        )
        history, predicted = fine_tune(models[-1], windows, pairs, settings, own)
        histories.append(history.assign(member=member)[list(REGRESSION_COLUMNS)])
        predictions.append(predicted)
    pairs = add_predictions(pairs, np.stack(predictions, axis=1))
    pairs["no_signal"] = np.diff(windows.offsets) == 0
    joined = join_networks([model.network for model in models])
    save_network(snakemake.output.model, joined)
    heads = [model.describe() for model in models]
    write_json(snakemake.output.head, {"gene_features": list(genes), "members": heads})
    write_tsv(snakemake.output.history, pd.concat(histories), REGRESSION_COLUMNS)
    write_parquet(snakemake.output.predictions, pairs[pairs["part"] != "train"])


def strand_rows(mirnas, encoding):
    """Return the pairing rows (2 miRNAs, 5, M, C) of miRNAs, then of their passengers.

    Those of a miRNA without a passenger are its own; no window reads them.
    """
    guides = mirnas["sequence"]
    strands = pd.concat([guides, mirnas["passenger"].fillna(guides)])
    return np.stack([mirna_rows(strand, encoding) for strand in strands])


if __name__ == "__main__":
    run(main, snakemake)
