"""Draw which sites carried the strongest predictions."""

import pandas as pd

from mirsignal.figures.explanations import draw_explanations
from mirsignal.files import read_json
from mirsignal.jobs import run


def main(snakemake):
    explained = [
        one | {key: pd.DataFrame(one[key]) for key in ("parts", "sites")}
        for one in read_json(snakemake.input[0])
    ]
    draw_explanations(explained, snakemake.output[0], snakemake.params.caption)


if __name__ == "__main__":
    run(main, snakemake)
