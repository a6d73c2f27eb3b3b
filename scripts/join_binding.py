"""Put binding networks that differ in their seed side by side into one file."""

from mirsignal.binding.models.averaging import join_networks
from mirsignal.networks.backend import keras, set_up
from mirsignal.networks.storage import save_network
from mirsignal.workflow.jobs import run


def main(snakemake):
    set_up(snakemake.threads, 0)
    networks = [keras.models.load_model(path) for path in snakemake.input]
    save_network(snakemake.output[0], join_networks(networks))


if __name__ == "__main__":
    run(main, snakemake)
