"""Explain some test positives with SHAP and draw them as heat maps."""

import logging

import numpy as np
import pandas as pd

from mirsignal.backend import keras, set_up
from mirsignal.evaluation import primary_test_set
from mirsignal.explanation import PairExplainer, pairs_to_matrices, sample_background
from mirsignal.figures.pairs import draw_pairs
from mirsignal.files import atomic_path, write_json
from mirsignal.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    encoding = snakemake.params.encoding
    set_up(snakemake.threads, seed)
    test = pd.read_parquet(snakemake.input.predictions)
    test = test[test["test_set"] == primary_test_set(test["test_set"].unique())]
    called = test[(test["label"] == 1) & (test["score"] > 0.5)]
    chosen = called if len(called) else test[test["label"] == 1]
    chosen = chosen.sample(min(settings["n_pairs"], len(chosen)), random_state=seed)
    background = sample_background(
        pd.read_parquet(snakemake.input.pairs), settings["n_background"], encoding, seed
    )
    model = keras.models.load_model(snakemake.input.model)
    explainer = PairExplainer(model, background)
    values, residual = explainer.explain(pairs_to_matrices(chosen, encoding))
    with atomic_path(snakemake.output.shap) as temporary, temporary.open("wb") as handle:
        np.savez_compressed(handle, values=values, base=explainer.base, residual=residual)
    write_json(
        snakemake.output.summary,
        {
            "n_pairs": len(chosen),
            "n_background": len(background),
            "base_value": explainer.base,
            "additivity_max": float(residual.max()),
            "pairs": chosen[["mirna_name", "mirna", "target", "score"]].to_dict(
                "records"
            ),
        },
    )
    draw_pairs(
        *(chosen, values, explainer.base),
        *(snakemake.output.figure, snakemake.params.caption),
    )
    log.info("%d pairs; additivity residual at most %.1e", len(chosen), residual.max())


if __name__ == "__main__":
    run(main, snakemake)
