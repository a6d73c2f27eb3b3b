"""Sum binding networks of other recipes; measure the sum as the training of one is."""

import pandas as pd

from mirsignal.binding.heads import sum_networks
from mirsignal.binding.training import measure_pairs
from mirsignal.files.atomic import write_table
from mirsignal.networks.backend import keras, set_up
from mirsignal.networks.storage import save_network
from mirsignal.samples.families import leave_families_out
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    encoding = params.settings["encoding"]
    set_up(snakemake.threads, 0)
    pairs = pd.read_parquet(files.pairs)
    if files.strands:
        (pairs,) = leave_families_out([pairs], files.strands)
    parts = [keras.models.load_model(path) for path in files.models]
    network = sum_networks(parts, list(params.shares.values()))
    histories = [pd.read_csv(path, sep="\t", comment="#") for path in files.histories]
    train, validation = (pairs[pairs["split"] == s] for s in ("train", "validation"))
    train_loss, _ = measure_pairs(network, train[train["round"] < 1], encoding)
    loss, ap = measure_pairs(network, validation, encoding)
    row = {
        "epoch": 1,
        "train_loss": train_loss,
        "validation_loss": loss,
        "validation_ap": ap,
    }
    row |= pd.concat(histories)[["seconds", "cpu_seconds"]].sum()
    save_network(snakemake.output.model, network)
    write_table(snakemake.output.history, pd.DataFrame([row]))


if __name__ == "__main__":
    run(main, snakemake)
