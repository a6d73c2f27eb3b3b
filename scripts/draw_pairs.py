"""Draw the SHAP values of pairs, with their strongest path."""

import numpy as np

from mirsignal.figures.pairs import draw_pairs
from mirsignal.interpretation.selection import read_explained, read_paths
from mirsignal.workflow.jobs import run


def main(snakemake):
    pairs, values = read_explained(snakemake.input.pairs, snakemake.input.shap)
    paths = read_paths(snakemake.input.paths)
    drawn = np.flatnonzero(pairs["drawn"])
    draw_pairs(
        pairs.iloc[drawn],
        values[drawn],
        [paths[at] for at in drawn],
        snakemake.output[0],
        snakemake.params.caption,
    )


if __name__ == "__main__":
    run(main, snakemake)
