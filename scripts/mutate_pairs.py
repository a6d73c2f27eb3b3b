"""Mutate every nucleotide of the explained pairs, and compare with their SHAP values."""

import logging

import numpy as np
import pandas as pd

from mirsignal.attribution_checks import correlate_rows, nucleotide_sums
from mirsignal.backend import keras, set_up
from mirsignal.figures.mutagenesis import draw_mutants
from mirsignal.files import read_json, write_json, write_tsv
from mirsignal.jobs import run
from mirsignal.mutagenesis import COLUMNS, MIRNA, TARGET, mutate_pairs, tabulate_mutants
from mirsignal.scanning import sigmoid

log = logging.getLogger("mirsignal")


def main(snakemake):
    set_up(snakemake.threads, snakemake.params.seed)
    columns = ["mirna_name", "mirna", "target"]
    pairs = pd.DataFrame(
        read_json(snakemake.input.explanations)["pairs"], columns=columns
    )
    with np.load(snakemake.input.shap) as arrays:
        shap = nucleotide_sums(arrays["values"])
    model = keras.models.load_model(snakemake.input.model)
    sequences = (pairs["target"], pairs["mirna"])
    mutants = mutate_pairs(model, *sequences, snakemake.params.encoding)
    importance = mutants.importance()
    agreement = pd.DataFrame(
        {
            "mirna_name": pairs["mirna_name"],
            "p": sigmoid(mutants.logit),
            "r": correlate_rows(importance, shap),
            "r_target": correlate_rows(importance[:, TARGET], shap[:, TARGET]),
            "r_mirna": correlate_rows(importance[:, MIRNA], shap[:, MIRNA]),
        }
    )
    table = tabulate_mutants(mutants, pairs["mirna_name"])
    write_tsv(snakemake.output.table, table, COLUMNS)
    write_json(snakemake.output.summary, {"pairs": agreement.to_dict("records")})
    titles = [title(row) for row in agreement.itertuples()]
    draw_mutants(mutants, titles, snakemake.output.figure, snakemake.params.caption)
    log.info("%s mutants of %d pairs", f"{len(table):,}", len(pairs))
    for line in titles:
        log.info("%s", line)


def title(row):
    rs = {"all": row.r, "target": row.r_target, "miRNA": row.r_mirna}
    words = ", ".join(
        f"{name} {'undefined' if np.isnan(r) else f'{r:.2f}'}" for name, r in rs.items()
    )
    return f"{row.mirna_name}: P = {row.p:.3f}; r with SHAP per nucleotide: {words}"


if __name__ == "__main__":
    run(main, snakemake)
