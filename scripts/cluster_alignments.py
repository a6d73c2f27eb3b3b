"""Group the alignments of test positives by the miRNA positions that carry them."""

import numpy as np

from mirsignal.files.atomic import atomic_path, write_json, write_table
from mirsignal.interpretation.clusters import group_alignments, write_clusters
from mirsignal.interpretation.selection import read_explained, read_paths, usable_for_many
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    pairs, values = read_explained(files.pairs, files.shap)
    usable, paths = usable_for_many(pairs), read_paths(files.paths)
    table, summary = group_alignments(
        pairs[usable],
        values[usable],
        [paths[at] for at in np.flatnonzero(usable)],
        params.max_clusters,
        params.seed,
    )
    write_table(snakemake.output.table, table)
    with atomic_path(snakemake.output.text) as temporary:
        text = write_clusters(table, summary["examples"])
        temporary.write_text(f"{summary['title']}\n{text}")
    write_json(snakemake.output.summary, summary)


if __name__ == "__main__":
    run(main, snakemake)
