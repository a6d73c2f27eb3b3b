"""Draw the checks of a network's attributions."""

import pandas as pd

from mirsignal.figures.checks import draw_checks
from mirsignal.files.atomic import read_json
from mirsignal.workflow.jobs import run


def main(snakemake):
    draw_checks(
        pd.read_parquet(snakemake.input.checks),
        read_json(snakemake.input.summary),
        snakemake.output[0],
        snakemake.params.caption,
    )


if __name__ == "__main__":
    run(main, snakemake)
