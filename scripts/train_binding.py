"""Train the binding network of a recipe on a sample set, with one seed."""

from pathlib import Path

import pandas as pd

from mirsignal.binding.training import BindingTraining, train_binding
from mirsignal.files.atomic import write_table
from mirsignal.networks.backend import set_up
from mirsignal.networks.checkpoints import make_checkpoint
from mirsignal.networks.storage import save_network
from mirsignal.samples.families import leave_families_out
from mirsignal.workflow.jobs import run


def main(snakemake):
    seed = snakemake.params.seed + int(snakemake.wildcards.member) - 1
    training = BindingTraining(**snakemake.params.settings)
    set_up(snakemake.threads, seed)
    files = snakemake.input
    pairs, *taught = (pd.read_parquet(p) for p in (files.pairs, files.taught) if p)
    if files.strands:
        pairs, *taught = leave_families_out([pairs, *taught], files.strands)
    folder = Path(snakemake.output.model).parent / "checkpoint"
    shown = pd.concat([pairs, *taught])
    checkpoint = make_checkpoint(folder, shown, training, seed, snakemake.params.code)
    model, history = train_binding(pairs, training, seed, checkpoint, *taught)
    save_network(snakemake.output.model, model)
    write_table(snakemake.output.history, history)
    checkpoint.remove()


if __name__ == "__main__":
    run(main, snakemake)
