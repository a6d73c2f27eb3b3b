"""Draw how each mutation of a pair changes the network's prediction."""

import numpy as np

from mirsignal.figures.mutagenesis import draw_mutants
from mirsignal.files.atomic import read_json
from mirsignal.workflow.jobs import run


def main(snakemake):
    pairs = read_json(snakemake.input.summary)["pairs"]
    with np.load(snakemake.input.mutants) as saved:
        mutants = dict(saved)
    draw_mutants(
        mutants,
        [pair["title"] for pair in pairs],
        snakemake.output[0],
        snakemake.params.caption,
    )


if __name__ == "__main__":
    run(main, snakemake)
