"""Draw how good the binding network of a recipe is, and show its measures."""

import numpy as np
import pandas as pd

from mirsignal.figures.binding import draw_evaluation
from mirsignal.figures.pages import write_page
from mirsignal.files.atomic import read_json, read_tsv
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, captions = snakemake.input, snakemake.params.captions
    write_page(snakemake.output.page, files.table, captions["binding_metrics"])
    draw_evaluation(
        pd.read_parquet(files.predictions),
        read_tsv(files.history),
        read_json(files.metrics, null=np.nan),
        snakemake.output.figure,
        captions["evaluation"],
    )


if __name__ == "__main__":
    run(main, snakemake)
