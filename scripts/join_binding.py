"""Put binding networks that differ in their seed into one file, the best one first."""

import pandas as pd

from mirsignal.binding.models.averaging import join_networks
from mirsignal.networks.backend import keras, set_up
from mirsignal.networks.history import best_member
from mirsignal.networks.storage import save_network
from mirsignal.workflow.jobs import run


def main(snakemake):
    set_up(snakemake.threads, 0)
    files = snakemake.input
    best = best_member(pd.read_csv(files.history, sep="\t", comment="#"))[0]
    models = list(files.models)
    models.insert(0, models.pop(best - 1))
    networks = [keras.models.load_model(path) for path in models]
    save_network(snakemake.output[0], join_networks(networks))


if __name__ == "__main__":
    run(main, snakemake)
