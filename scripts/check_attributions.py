"""Check the network's attributions on test positives: can they be trusted?"""

import logging

import pandas as pd

from mirsignal.files.atomic import write_json, write_parquet
from mirsignal.interpretation.checks import (
    check_attributions,
    describe_summary,
    summarise_check,
)
from mirsignal.interpretation.selection import choose_positives
from mirsignal.networks.backend import keras, set_up
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    params, seed = snakemake.params, snakemake.params.seed
    set_up(snakemake.threads, seed)
    test = pd.read_parquet(snakemake.input.predictions)
    positives = choose_positives(test, params.n_checked, seed)
    checks, about = check_attributions(
        keras.models.load_model(snakemake.input.model),
        positives,
        pd.read_parquet(snakemake.input.pairs),
        params.encoding,
        params.n_background,
        params.steps,
        seed,
        params.explainer,
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
        log.info("%s: %s", name, describe_summary(found))


if __name__ == "__main__":
    run(main, snakemake)
