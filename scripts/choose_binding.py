"""Keep the network that was best on validation pairs, among the seeds of a recipe."""

import shutil

import pandas as pd

from mirsignal.files.atomic import atomic_path, write_table
from mirsignal.networks.history import best_member
from mirsignal.workflow.jobs import run


def main(snakemake):
    histories = [
        pd.read_csv(path, sep="\t", comment="#").assign(member=number)
        for number, path in enumerate(snakemake.input.histories, start=1)
    ]
    history = pd.concat(histories, ignore_index=True)
    member, _, _ = best_member(history)
    with atomic_path(snakemake.output.model) as temporary:
        shutil.copyfile(snakemake.input.models[member - 1], temporary)
    write_table(snakemake.output.history, history)


if __name__ == "__main__":
    run(main, snakemake)
