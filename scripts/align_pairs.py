"""Align explained pairs along the strongest path of their SHAP values."""

from mirsignal.files.atomic import atomic_path, write_parquet, write_tsv
from mirsignal.interpretation.alignment import align_pairs
from mirsignal.interpretation.duplexes import describe_duplex
from mirsignal.interpretation.selection import read_explained
from mirsignal.workflow.jobs import run

COLUMNS = {
    "id": "the pair, as named, or its test set and row",
    "source": "named, or the test set",
    "mirna_name": "name of the miRNA, where it was given",
    "mirna": "sequence of the miRNA, 5' to 3', as far as networks see it (20 nt)",
    "target": "target window, 5' to 3'",
    "p": "P(binding)",
    "logit": "its logit: base value and the sum of SHAP values",
    "residual": "by how much the two miss each other",
    "additive": "whether that is little enough",
    "path_score": "attribution of the strongest path less its gaps (logit); 0: no path",
    "n_watson_crick": "Watson-Crick pairs on the path",
    "n_wobble": "G:U wobbles on the path",
    "n_mismatch": "aligned bases that do not pair",
    "n_mirna_bulge": "nt of the miRNA that the path passes over",
    "n_target_bulge": "nt of the target that the path passes over",
    "path": "cells of the path, miRNA nt:target nt; nt 1 is the 5' end of either",
}


def main(snakemake):
    pairs, values = read_explained(snakemake.input.pairs, snakemake.input.shap)
    table, paths = align_pairs(pairs, values, **snakemake.params.gaps)
    write_tsv(snakemake.output.table, table[list(COLUMNS)], COLUMNS)
    cells = {
        "target_at": [path[:, 0] for path in paths],
        "mirna_at": [path[:, 1] for path in paths],
    }
    write_parquet(snakemake.output.paths, pairs[["id"]].assign(**cells))
    with atomic_path(snakemake.output.text) as temporary:
        temporary.write_text("\n".join(map(describe_duplex, table.itertuples(), paths)))


if __name__ == "__main__":
    run(main, snakemake)
