"""Explain named pairs and a sample of test positives with SHAP."""

import numpy as np
import pandas as pd

from mirsignal.files.atomic import atomic_path, write_json, write_parquet
from mirsignal.interpretation.explanation import explain_pairs, sample_background
from mirsignal.interpretation.selection import (
    choose_test_pairs,
    name_sequences,
    read_named_pairs,
)
from mirsignal.networks.backend import keras, set_up
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    samples, test = map(pd.read_parquet, (files.pairs, files.predictions))
    pairs = choose_test_pairs(test, params.n_pairs, params.n_many, params.seed)
    if files.named:
        known = name_sequences(pd.read_parquet(files.mirnas), pd.concat([samples, test]))
        named = read_named_pairs(files.named, known, params.pair_columns)
        pairs = pd.concat([named, pairs], ignore_index=True)
    set_up(snakemake.threads, params.seed)
    explained, values, summary = explain_pairs(
        keras.models.load_model(files.model),
        pairs,
        sample_background(samples, params.n_background, params.encoding, params.seed),
        params.encoding,
        params.explainer,
        params.seed,
    )
    write_parquet(snakemake.output.pairs, explained)
    write_json(snakemake.output.summary, summary)
    with atomic_path(snakemake.output.shap) as temporary:
        np.savez_compressed(temporary, values=values.astype(np.float32))


if __name__ == "__main__":
    run(main, snakemake)
