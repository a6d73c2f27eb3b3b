"""Explain some test positives with SHAP and draw them as heat maps."""

import logging

import numpy as np
import pandas as pd

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.backend import keras, set_up
from mirsignal.evaluation import primary_test_set
from mirsignal.explanation import explain_pairs
from mirsignal.figures.pairs import draw_pairs
from mirsignal.files import atomic_path, write_json
from mirsignal.jobs import run
from mirsignal.pairing import pair_matrix
from mirsignal.sequences import encode_many

log = logging.getLogger("mirsignal")


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    set_up(snakemake.threads, seed)
    test = pd.read_parquet(snakemake.input.predictions)
    test = test[test["test_set"] == primary_test_set(test["test_set"].unique())]
    called = test[(test["label"] == 1) & (test["score"] > 0.5)]
    chosen = called if len(called) else test[test["label"] == 1]
    chosen = chosen.sample(min(settings["n_pairs"], len(chosen)), random_state=seed)
    pairs = pd.read_parquet(snakemake.input.pairs)
    train = pairs[pairs["split"] == "train"]
    background = train.sample(
        min(settings["n_background"], len(train)), random_state=seed
    )
    values, base, residual = explain_pairs(
        keras.models.load_model(snakemake.input.model),
        matrices(chosen, snakemake.params.encoding),
        matrices(background, snakemake.params.encoding),
    )
    with atomic_path(snakemake.output.shap) as temporary, temporary.open("wb") as handle:
        np.savez_compressed(handle, values=values, base=base, residual=residual)
    write_json(
        snakemake.output.summary,
        {
            "n_pairs": len(chosen),
            "n_background": len(background),
            "base_value": base,
            "additivity_max": float(residual.max()),
            "pairs": chosen[["mirna_name", "mirna", "target", "score"]].to_dict(
                "records"
            ),
        },
    )
    draw_pairs(chosen, values, base, snakemake.output.figure, snakemake.params.caption)
    log.info("%d pairs; additivity residual at most %.1e", len(chosen), residual.max())


def matrices(pairs, encoding):
    targets, mirnas = (
        encode_many(pairs["target"], WINDOW),
        encode_many(pairs["mirna"], MIRNA_LENGTH),
    )
    return pair_matrix(targets, mirnas, encoding)


if __name__ == "__main__":
    run(main, snakemake)
