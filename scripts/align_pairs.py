"""Align explained pairs along the strongest path of their SHAP values."""

from mirsignal.files.atomic import atomic_path, write_parquet, write_table
from mirsignal.interpretation.alignment import align_pairs
from mirsignal.interpretation.duplexes import describe_duplex
from mirsignal.interpretation.selection import read_explained
from mirsignal.workflow.jobs import run


def main(snakemake):
    pairs, values = read_explained(snakemake.input.pairs, snakemake.input.shap)
    table, paths = align_pairs(pairs, values, **snakemake.params.gaps)
    write_table(snakemake.output.table, table)
    cells = {
        "target_at": [path[:, 0] for path in paths],
        "mirna_at": [path[:, 1] for path in paths],
    }
    write_parquet(snakemake.output.paths, pairs[["id"]].assign(**cells))
    with atomic_path(snakemake.output.text) as temporary:
        temporary.write_text("\n".join(map(describe_duplex, table.itertuples(), paths)))


if __name__ == "__main__":
    run(main, snakemake)
