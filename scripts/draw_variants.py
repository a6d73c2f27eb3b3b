"""Draw measured variants of target sites against the change of the logit."""

from mirsignal.figures.variants import draw_variants
from mirsignal.files.atomic import read_json, read_tsv
from mirsignal.workflow.jobs import run


def main(snakemake):
    summary = read_json(snakemake.input.summary)
    draw_variants(
        read_tsv(snakemake.input.table),
        summary["mirnas"],
        summary["stronger"],
        snakemake.output[0],
        snakemake.params.caption,
    )


if __name__ == "__main__":
    run(main, snakemake)
