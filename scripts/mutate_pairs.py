"""Mutate every nucleotide of the pairs that are drawn, and compare with SHAP values."""

import logging

import numpy as np

from mirsignal.axes import MIRNA, TARGET
from mirsignal.files.atomic import atomic_path, write_json, write_table
from mirsignal.interpretation.checks import correlate_rows, nucleotide_sums
from mirsignal.interpretation.mutagenesis import mutate_pairs, tabulate_mutants
from mirsignal.interpretation.selection import name_pair, read_explained
from mirsignal.networks.backend import keras, set_up
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    set_up(snakemake.threads, snakemake.params.seed)
    pairs, values = read_explained(snakemake.input.pairs, snakemake.input.shap)
    drawn = pairs["drawn"].to_numpy()
    pairs, shap = pairs[drawn], nucleotide_sums(values[drawn])
    model = keras.models.load_model(snakemake.input.model)
    sequences = (pairs["target"], pairs["mirna"])
    mutants = mutate_pairs(model, *sequences, snakemake.params.encoding)
    importance = mutants.importance()
    agreement = pairs[["id", "mirna_name", "p", "additive"]].assign(
        **{
            "r": correlate_rows(importance, shap),
            "r_target": correlate_rows(importance[:, TARGET], shap[:, TARGET]),
            "r_mirna": correlate_rows(importance[:, MIRNA], shap[:, MIRNA]),
        }
    )
    table = tabulate_mutants(mutants, pairs)
    write_table(snakemake.output.table, table)
    titles = [title(row) for row in agreement.itertuples()]
    described = agreement.assign(title=titles).to_dict("records")
    write_json(snakemake.output.summary, {"pairs": described})
    with atomic_path(snakemake.output.mutants) as temporary:
        np.savez_compressed(temporary, **mutants.arrays())  # type: ignore[arg-type]
    log.info("%s mutants of %d pairs", f"{len(table):,}", len(pairs))
    for line in titles:
        log.info("%s", line.replace("\n", "; "))


def title(row):
    rs = {"all": row.r, "target": row.r_target, "miRNA": row.r_mirna}
    words = ", ".join(
        f"{name} {'undefined' if np.isnan(r) else f'{r:.2f}'}" for name, r in rs.items()
    )
    failed = "" if row.additive else " (NOT ADDITIVE)"
    return (
        f"{name_pair(row)}: P = {row.p:.3f}\nr with SHAP{failed} per nucleotide: {words}"
    )


if __name__ == "__main__":
    run(main, snakemake)
