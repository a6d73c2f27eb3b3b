"""Fine-tune the binding network without one fold of genes and predict that fold."""

import numpy as np
import pandas as pd

from mirsignal.binding.models.averaging import join_networks
from mirsignal.files.atomic import write_json, write_parquet, write_table
from mirsignal.networks.backend import keras, set_up
from mirsignal.networks.seeds import add_predictions
from mirsignal.networks.storage import save_network
from mirsignal.repression.fine_tuning import FineTuning, fine_tune_members
from mirsignal.repression.folds import part_pairs
from mirsignal.scan.scanning import strand_rows
from mirsignal.sequences.codes import encode
from mirsignal.sequences.fasta import Transcripts
from mirsignal.signals.windows import collect_windows
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params, output = snakemake.input, snakemake.params, snakemake.output
    fold = int(snakemake.wildcards.fold)
    seed = params.seed + fold
    set_up(snakemake.threads, seed)
    mirnas, candidates, transcripts, labelled = map(
        pd.read_parquet, (files.mirnas, files.windows, files.transcripts, files.pairs)
    )
    scanned = mirnas[["mirna"]].merge(transcripts[["transcript"]], how="cross")
    pairs = part_pairs(scanned, transcripts, labelled, fold, params.n_folds)
    fasta = Transcripts(files.fasta)
    codes = {name: encode(fasta[name]) for name in pairs["transcript"].unique()}
    genes = pd.read_parquet(files.genes).set_index("gene")
    windows = collect_windows(candidates, pairs, mirnas, codes, genes)
    models, history, members = fine_tune_members(
        lambda: keras.models.load_model(files.model),
        strand_rows(mirnas, params.encoding),
        mirnas["mirna"],
        windows,
        pairs,
        FineTuning(**params.settings),
        seed,
    )
    pairs = add_predictions(pairs, members)
    pairs["no_signal"] = np.diff(windows.offsets) == 0
    save_network(output.model, join_networks([m.network for m in models]))
    heads = [model.describe() for model in models]
    write_json(output.head, {"gene_features": list(genes), "members": heads})
    write_table(output.history, history)
    write_parquet(output.predictions, pairs[pairs["part"] != "train"])


if __name__ == "__main__":
    run(main, snakemake)
