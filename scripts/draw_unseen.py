"""Draw predictions of miRNAs that no model was trained on, and show the measures."""

from mirsignal.figures.comparison import draw_per_mirna, label_predictors
from mirsignal.figures.pages import write_page
from mirsignal.files.atomic import read_json
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, caption = snakemake.input, snakemake.params.caption
    metrics = read_json(files.metrics)
    names = label_predictors(metrics, snakemake.params.reference_name)
    write_page(snakemake.output.page, files.table, caption)
    draw_per_mirna(None, names, metrics, snakemake.output.per_mirna, caption)


if __name__ == "__main__":
    run(main, snakemake)
