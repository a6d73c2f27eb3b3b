"""Align explained pairs along the strongest path of their SHAP values."""

import pandas as pd

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.files.atomic import atomic_path, write_parquet, write_table
from mirsignal.interpretation.alignment import mask_unknown, strongest_paths
from mirsignal.interpretation.duplexes import count_states, write_duplex
from mirsignal.interpretation.selection import read_explained
from mirsignal.sequences.codes import encode_many
from mirsignal.workflow.jobs import run


def main(snakemake):
    pairs, values = read_explained(snakemake.input.pairs, snakemake.input.shap)
    targets = encode_many(pairs["target"], WINDOW)
    known = mask_unknown(values, targets, encode_many(pairs["mirna"], MIRNA_LENGTH))
    paths, scores = strongest_paths(known, **snakemake.params.gaps)
    sequences = list(zip(pairs["target"], pairs["mirna"], paths, strict=True))
    counts = pd.DataFrame([count_states(*each) for each in sequences])
    steps = [" ".join(f"{m + 1}:{t + 1}" for t, m in path) for path in paths]
    table = pd.concat([pairs.assign(path_score=scores), counts], axis=1)
    table["path"] = steps
    write_table(snakemake.output.table, table)
    cells = {
        "target_at": [path[:, 0] for path in paths],
        "mirna_at": [path[:, 1] for path in paths],
    }
    write_parquet(snakemake.output.paths, pairs[["id"]].assign(**cells))
    with atomic_path(snakemake.output.text) as temporary:
        blocks = map(describe, table.itertuples(), sequences)
        temporary.write_text("\n".join(blocks))


def describe(row, sequences):
    """Return a pair's heading, what is on its path, and its duplex."""
    lines = [
        f"{row.id}  {row.mirna_name}".rstrip(),
        f"P = {row.p:.3f}, logit {row.logit:+.2f} on base {row.base:+.2f}",
        write_duplex(*sequences),
    ]
    if row.path_score:
        lines[1] += (
            f"; path {row.path_score:+.2f}: {row.n_watson_crick} Watson-Crick, "
            f"{row.n_wobble} G:U, {row.n_mismatch} mismatched; bulges of "
            f"{row.n_target_bulge} nt of the target, {row.n_mirna_bulge} of the miRNA"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    run(main, snakemake)
