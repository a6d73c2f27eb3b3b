"""Draw how sites contribute to the strongest predictions."""

import pandas as pd

from mirsignal.figures.explanations import draw_explanations
from mirsignal.files.atomic import read_json
from mirsignal.workflow.jobs import run


def main(snakemake):
    explained = [
        one
        | {
            # A pair without signal has no parts, and so no text to give the type.
            "parts": pd.DataFrame(one["parts"]).astype({"sites": "str"}),
            "sites": pd.DataFrame(one["sites"]),
        }
        for one in read_json(snakemake.input[0])
    ]
    draw_explanations(explained, snakemake.output[0], snakemake.params.caption)


if __name__ == "__main__":
    run(main, snakemake)
