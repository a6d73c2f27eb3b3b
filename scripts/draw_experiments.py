"""Draw all experiments of a study side by side, and show their measures."""

from mirsignal.figures.comparison import draw_experiments
from mirsignal.figures.pages import write_page
from mirsignal.files.atomic import read_json, read_tsv
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, caption = snakemake.input, snakemake.params.caption
    write_page(snakemake.output.page, files.table, caption)
    draw_experiments(
        read_tsv(files.table),
        read_json(files.metrics)["target"],
        snakemake.output.figure,
        caption,
    )


if __name__ == "__main__":
    run(main, snakemake)
