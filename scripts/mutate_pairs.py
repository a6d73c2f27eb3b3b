"""Mutate every nucleotide of the pairs that are drawn, and compare with SHAP values."""

import numpy as np

from mirsignal.files.atomic import atomic_path, write_json, write_table
from mirsignal.interpretation.checks import compare_with_shap, nucleotide_sums
from mirsignal.interpretation.mutagenesis import mutate_pairs, tabulate_mutants
from mirsignal.interpretation.selection import read_explained
from mirsignal.networks.backend import keras, set_up
from mirsignal.workflow.jobs import run


def main(snakemake):
    set_up(snakemake.threads, snakemake.params.seed)
    pairs, values = read_explained(snakemake.input.pairs, snakemake.input.shap)
    drawn = pairs["drawn"].to_numpy()
    pairs, shap = pairs[drawn], nucleotide_sums(values[drawn])
    model = keras.models.load_model(snakemake.input.model)
    mutants = mutate_pairs(
        model, pairs["target"], pairs["mirna_sequence"], snakemake.params.encoding
    )
    agreement = compare_with_shap(mutants, pairs, shap)
    write_table(snakemake.output.table, tabulate_mutants(mutants, pairs))
    write_json(snakemake.output.summary, {"pairs": agreement.to_dict("records")})
    with atomic_path(snakemake.output.mutants) as temporary:
        np.savez_compressed(temporary, **mutants.arrays())  # type: ignore[arg-type]


if __name__ == "__main__":
    run(main, snakemake)
