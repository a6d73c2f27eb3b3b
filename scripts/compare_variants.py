"""Compare measured variants of target sites with the network's change of the logit."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_json, write_table
from mirsignal.interpretation.variant_scores import score_variants
from mirsignal.interpretation.variants import correlate_variants, read_variants
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
            in_words("r", row["pearson"]),
            in_words("Spearman", row["spearman"]),
            row["n"],
            row["n_sites"],
        )


def in_words(name, found):
    if found["value"] is None:
        return f"{name} undefined"
    interval = f"{found['low']:.3f}-{found['high']:.3f}"
    return f"{name} = {found['value']:.3f} ({interval}), p = {found['permutation_p']:.2g}"


if __name__ == "__main__":
    run(main, snakemake)
