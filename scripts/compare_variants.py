"""Compare measured variants of target sites with the network's change of the logit."""

import pandas as pd

from mirsignal.files.atomic import write_json, write_table
from mirsignal.interpretation.variant_scores import score_variants
from mirsignal.interpretation.variants import correlate_variants, read_variants
from mirsignal.networks.backend import keras, set_up
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    set_up(snakemake.threads, params.seed)
    mirnas = pd.read_parquet(files.mirnas)
    variants = read_variants(files.variants, params.columns, mirnas)
    model = keras.models.load_model(files.model)
    scored = score_variants(model, variants, params.encoding)
    found = correlate_variants(scored, params.stronger, params.seed)
    write_table(snakemake.output.table, scored)
    write_json(snakemake.output.summary, {"stronger": params.stronger, "mirnas": found})


if __name__ == "__main__":
    run(main, snakemake)
