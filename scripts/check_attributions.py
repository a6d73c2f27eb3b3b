"""Check how reliable the network's attributions are, on test positives."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_json, write_parquet
from mirsignal.interpretation.checks import check_attributions, summarise_check
from mirsignal.interpretation.selection import choose_positives
from mirsignal.networks.backend import keras, set_up
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    set_up(snakemake.threads, seed)
    test = pd.read_parquet(snakemake.input.predictions)
    positives = choose_positives(test, settings["n_checked"], seed)
    checks, about = check_attributions(
        keras.models.load_model(snakemake.input.model),
        positives,
        pd.read_parquet(snakemake.input.pairs),
        snakemake.params.encoding,
        settings["n_background"],
        snakemake.params.steps,
        seed,
        settings["explainer"],
    )
    mirnas = positives["mirna"]
    summary = {
        name: summarise_check(values, seed, mirnas) for name, values in checks.items()
    }
    write_json(snakemake.output.summary, about | summary)
    write_parquet(snakemake.output.checks, pd.DataFrame(checks))
    if "fast_unsupported" in about:
        log.info(
            "the scan's fast attribution is not checked: %s", about["fast_unsupported"]
        )
    if about["n_failed"]:
        log.warning(
            "SHAP values of %d pairs miss the logit by more than %g",
            about["n_failed"],
            about["largest_residual_allowed"],
        )
    for name, found in summary.items():
        log.info("%s: %s", name, in_words(found))


def in_words(found):
    if not found["n"]:
        return f"undefined ({found['n_undefined']} pairs)"
    interval = (
        "" if found["low"] is None else f" ({found['low']:.3g}-{found['high']:.3g})"
    )
    most = f"at most {found['max']:.3g}"
    return f"median {found['median']:.3g}{interval}, {most}, n = {found['n']:,}"


if __name__ == "__main__":
    run(main, snakemake)
