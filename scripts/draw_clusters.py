"""Draw the clusters of alignments."""

from mirsignal.figures.clusters import draw_clusters
from mirsignal.files.atomic import read_json, read_tsv
from mirsignal.workflow.jobs import run


def main(snakemake):
    summary = read_json(snakemake.input.summary)
    draw_clusters(
        read_tsv(snakemake.input.table),
        summary["examples"],
        summary["title"],
        snakemake.output[0],
        snakemake.params.caption,
    )


if __name__ == "__main__":
    run(main, snakemake)
