"""Compare measured variants of target sites with the network's change of the logit."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_json, write_table
from mirsignal.interpretation.variant_scores import score_variants
from mirsignal.interpretation.variants import (
    correlate_variants,
    describe_correlation,
    read_variants,
)
from mirsignal.networks.backend import keras, set_up
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    params, seed = snakemake.params, snakemake.params.seed
    set_up(snakemake.threads, seed)
    mirnas = pd.read_parquet(snakemake.input.mirnas)
    variants = read_variants(snakemake.input.variants, params.columns, mirnas)
    model = keras.models.load_model(snakemake.input.model)
    scored = score_variants(model, variants, params.encoding)
    found = correlate_variants(scored, params.stronger, seed)
    write_table(snakemake.output.table, scored)
    write_json(snakemake.output.summary, {"stronger": params.stronger, "mirnas": found})
    for row in found:
        log.info(
            "%s: %s, %s, n = %d of %d sites",
            row["mirna"],
            describe_correlation("r", row["pearson"]),
            describe_correlation("Spearman", row["spearman"]),
            row["n"],
            row["n_sites"],
        )


if __name__ == "__main__":
    run(main, snakemake)
