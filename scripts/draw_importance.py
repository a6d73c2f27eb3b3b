"""Draw how much each miRNA position adds to the logit."""

from mirsignal.figures.importance import draw_importance
from mirsignal.files.atomic import read_json, read_tsv
from mirsignal.workflow.jobs import run


def main(snakemake):
    summary = read_json(snakemake.input.summary)
    draw_importance(
        read_tsv(snakemake.input.table),
        summary["seed_less_other_positions"]["all"]["all"],
        summary["families"],
        snakemake.output[0],
        snakemake.params.caption,
    )


if __name__ == "__main__":
    run(main, snakemake)
