"""Train a language model on transcripts, or take published weights; measure it."""

from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.networks.backend import set_up
from mirsignal.networks.checkpoints import make_checkpoint
from mirsignal.networks.language import (
    LanguageTraining,
    compare_perplexity,
    load_published,
    train_language,
)
from mirsignal.networks.storage import save_network
from mirsignal.sequences.codes import encode
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params, output = snakemake.input, snakemake.params, snakemake.output
    set_up(snakemake.threads, params.seed)
    training, fasta = LanguageTraining(**params.settings), Transcripts(files.fasta)
    table = pd.read_parquet(files.transcripts)
    genes = np.array(sorted(table["gene"].unique()), dtype=object)
    drawn = np.random.default_rng(params.seed).permutation(genes)
    n = max(len(genes) // 20, 1)  # of genes that choose the epoch, and of those that test
    is_chosen_on, is_held_out = (
        table["gene"].isin(some) for some in (drawn[:n], drawn[n : 2 * n])
    )
    validation, held_out, train = (
        [encode(fasta[name]) for name in table["transcript"][chosen]]
        for chosen in (is_chosen_on, is_held_out, ~(is_chosen_on | is_held_out))
    )
    if files.weights:
        model, history = load_published(files.weights, training.length), pd.DataFrame()
    else:
        checkpoint = make_checkpoint(
            Path(output.model).parent / "checkpoint",
            table.assign(text=[fasta[name] for name in table["transcript"]]),
            training,
            params.seed,
            params.code,
        )
        model, history = train_language(
            train, validation, training, params.seed, checkpoint
        )
        checkpoint.remove()
    columns = ["epoch", "train_loss", "validation_loss", "seconds"]
    save_network(output.model, model)
    write_table(output.history, history.reindex(columns=columns))
    genes = table["gene"][is_held_out].tolist()
    compared = compare_perplexity(
        model, train, held_out, genes, training.length, params.seed
    )
    write_table(output.perplexity, compared)


if __name__ == "__main__":
    run(main, snakemake)
