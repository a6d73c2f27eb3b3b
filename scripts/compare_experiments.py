"""Set all experiments of a study side by side."""

import pandas as pd

from mirsignal.comparison.ablations import compare_experiments
from mirsignal.files.atomic import read_json, write_table
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    pairs = map(pd.read_parquet, files.pairs)
    table = compare_experiments(
        [read_json(path) for path in files.metrics],
        dict(zip(params.experiments, pairs, strict=True)),
        params.benchmarks,
        params.jobs,
        params.n_resamples,
        params.seed,
    )
    write_table(snakemake.output[0], table)


if __name__ == "__main__":
    run(main, snakemake)
