"""Explain named pairs and a sample of test positives with SHAP."""

import logging
import time

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.atomic import atomic_path, write_json, write_parquet
from mirsignal.interpretation.explanation import (
    LARGEST_RESIDUAL,
    PairExplainer,
    pairs_to_matrices,
    sample_background,
    summarise_additivity,
)
from mirsignal.interpretation.selection import (
    choose_test_pairs,
    name_sequences,
    read_named_pairs,
)
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.scanning import sigmoid
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    params = snakemake.params
    seed, kind = params.seed, params.explainer
    samples = pd.read_parquet(snakemake.input.pairs)
    pairs = choose_pairs(snakemake.input, samples, params)
    set_up(snakemake.threads, seed)
    background = sample_background(samples, params.n_background, params.encoding, seed)
    model = keras.models.load_model(snakemake.input.model)
    explainer = PairExplainer(model, background, kind, seed)
    matrices = pairs_to_matrices(pairs, params.encoding)
    started = time.monotonic()
    values, residual = explainer.explain(matrices)
    seconds = time.monotonic() - started
    refuse_non_numbers(pairs, values)
    logit = explainer.logits(matrices)
    pairs = pairs.assign(
        p=sigmoid(logit.astype(np.float32)),
        logit=logit,
        base=explainer.base,
        residual=residual,
        additive=residual <= LARGEST_RESIDUAL[kind],
    )
    write_parquet(snakemake.output.pairs, pairs)
    with atomic_path(snakemake.output.shap) as temporary, temporary.open("wb") as handle:
        np.savez_compressed(handle, values=values.astype(np.float32))
    summary = {
        "explainer": kind,
        "n_background": len(background),
        "base_value": explainer.base,
        "n_by_source": pairs["source"].value_counts(sort=False).to_dict(),
        **summarise_additivity(pairs, LARGEST_RESIDUAL[kind]),
    }
    write_json(snakemake.output.summary, summary)
    report(pairs, kind, seconds)


def choose_pairs(tables, samples, params):
    """Return the named pairs, where there are any, and then those of a test set."""
    test = pd.read_parquet(tables.predictions)
    chosen = choose_test_pairs(test, params.n_pairs, params.n_many, params.seed)
    if not tables.named:
        return chosen
    sequences = name_sequences(pd.read_parquet(tables.mirnas), pd.concat([samples, test]))
    named = read_named_pairs(tables.named, sequences, params.pair_columns)
    return pd.concat([named, chosen], ignore_index=True)


def refuse_non_numbers(pairs, values):
    bad = pairs.loc[~np.isfinite(values).all(axis=(1, 2)), "id"]
    if len(bad):
        raise InputError(
            f"{len(bad)} of {len(pairs)} pairs, such as {bad.iloc[0]!r}, have SHAP "
            "values that are no numbers; train the network anew"
        )


def report(pairs, kind, seconds):
    failed = pairs.loc[~pairs["additive"], "id"].tolist()
    log.info(
        "%s pairs, %.0f s per 1,000; additivity residual at most %.1e; %d failed",
        f"{len(pairs):,}",
        1000 * seconds / len(pairs),
        pairs["residual"].max(),
        len(failed),
    )
    if failed:
        log.warning(
            "SHAP values of %d pairs miss the logit by more than %g: %s%s; they are left "
            "out of importance and clusters",
            len(failed),
            LARGEST_RESIDUAL[kind],
            ", ".join(failed[:5]),
            ", ..." if len(failed) > 5 else "",
        )
    n_named = (pairs["source"] == "named").sum()
    if n_named > (n_drawn := (pairs["drawn"] & (pairs["source"] == "named")).sum()):
        log.warning("heat maps show the first %d of %d named pairs", n_drawn, n_named)


if __name__ == "__main__":
    run(main, snakemake)
