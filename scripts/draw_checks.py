"""Draw the checks of a network's attributions."""

import pandas as pd

from mirsignal.figures.attribution_checks import draw_checks
from mirsignal.files import read_json
from mirsignal.jobs import run


def main(snakemake):
    draw_checks(
        pd.read_parquet(snakemake.input.checks),
        read_json(snakemake.input.summary),
        *(snakemake.output[0], snakemake.params.caption),
    )


if __name__ == "__main__":
    run(main, snakemake)
