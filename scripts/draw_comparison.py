"""Draw how an experiment's predictions compare, and show the measures."""

import pandas as pd

from mirsignal.figures.comparison import FIGURES, label_predictors
from mirsignal.figures.pages import write_page
from mirsignal.files.atomic import read_json
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, output = snakemake.input, snakemake.output
    captions = snakemake.params.captions
    pairs, metrics = pd.read_parquet(files.pairs), read_json(files.metrics)
    names = label_predictors(metrics, snakemake.params.reference_name)
    write_page(output.page, files.table, captions["metrics"])
    for figure, draw in FIGURES.items():
        draw(pairs, names, metrics, output[figure], captions[figure])


if __name__ == "__main__":
    run(main, snakemake)
