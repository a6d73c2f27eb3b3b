"""Train a language model with a regression head without a fold, and predict it."""

import pandas as pd

from mirsignal.axes import MIRNA_LENGTH
from mirsignal.files.atomic import write_parquet, write_table
from mirsignal.networks.backend import set_up
from mirsignal.networks.language import load_language
from mirsignal.networks.seeds import add_predictions
from mirsignal.networks.storage import save_network
from mirsignal.repression.folds import part_pairs
from mirsignal.repression.models.language import build_on_language, write_text
from mirsignal.repression.training import SignalTraining, train_regression
from mirsignal.sequences.codes import encode
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sites.gene_features import gene_inputs
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    training = SignalTraining(**params.settings)
    fold = int(snakemake.wildcards.fold)
    seed = params.seed + fold
    set_up(snakemake.threads, seed)
    mirnas, transcripts, labelled = map(
        pd.read_parquet, (files.mirnas, files.transcripts, files.pairs)
    )
    scanned = mirnas[["mirna"]].merge(transcripts[["transcript"]], how="cross")
    pairs = part_pairs(scanned, transcripts, labelled, fold, params.n_folds)
    fasta = Transcripts(files.fasta)
    codes = {name: encode(fasta[name]) for name in pairs["transcript"].unique()}
    strands = zip(mirnas["mirna"], mirnas["sequence"].str[:MIRNA_LENGTH], strict=True)
    guides = {name: encode(guide) for name, guide in strands}
    texts = [
        write_text(guides[row.mirna], codes[row.transcript], params.length)
        for row in pairs.itertuples()
    ]

    def make():
        language = load_language(files.model)
        return build_on_language(language, training.n_hidden, training.dropout)

    further = gene_inputs(pairs, files.genes, files.mirnas)
    model, history, members = train_regression(
        texts, pairs, training, seed, further, make
    )
    pairs = add_predictions(pairs, members).assign(no_signal=False)
    save_network(snakemake.output.model, model)
    write_table(snakemake.output.history, history)
    write_parquet(snakemake.output.predictions, pairs[pairs["part"] != "train"])


if __name__ == "__main__":
    run(main, snakemake)
