"""Train the binding network of a recipe on a sample set."""

import pandas as pd

from mirsignal.backend import set_up
from mirsignal.files import atomic_path, write_tsv
from mirsignal.jobs import run
from mirsignal.training import train_binding

COLUMNS = {
    "epoch": "pass over the training pairs",
    "train_loss": "mean binary cross-entropy while training (with dropout)",
    "validation_loss": "binary cross-entropy on the validation split",
    "validation_ap": "average precision on the validation split; its maximum is kept",
    "seconds": "wall time of the epoch",
}


def main(snakemake):
    set_up(snakemake.threads, snakemake.params.seed)
    pairs = pd.read_parquet(snakemake.input[0])
    model, history = train_binding(
        pairs, snakemake.params.settings, snakemake.params.seed
    )
    with atomic_path(snakemake.output.model) as temporary:
        model.save(temporary)
    write_tsv(snakemake.output.history, history, COLUMNS)


if __name__ == "__main__":
    run(main, snakemake)
