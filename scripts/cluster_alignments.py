"""Group the alignments of test positives by the miRNA positions that carry them."""

import logging

from mirsignal.files.atomic import atomic_path, write_json, write_table
from mirsignal.interpretation.clusters import group_alignments, write_clusters
from mirsignal.interpretation.selection import read_explained, read_paths, usable_for_many
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    pairs, values = read_explained(snakemake.input.pairs, snakemake.input.shap)
    usable = usable_for_many(pairs)
    paths = [
        path
        for path, kept in zip(read_paths(snakemake.input.paths), usable, strict=True)
        if kept
    ]
    table, summary = group_alignments(
        pairs[usable],
        values[usable],
        paths,
        snakemake.params.max_clusters,
        snakemake.params.seed,
    )
    write_table(snakemake.output.table, table)
    with atomic_path(snakemake.output.text) as temporary:
        text = write_clusters(table, summary["examples"])
        temporary.write_text(f"{summary['title']}\n{text}")
    write_json(snakemake.output.summary, summary)
    log.info(summary["title"])


if __name__ == "__main__":
    run(main, snakemake)
