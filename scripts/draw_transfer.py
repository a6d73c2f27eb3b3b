"""Draw what models reach on new genes, families and experiments."""

from mirsignal.figures.comparison import draw_transfer
from mirsignal.files.atomic import read_tsv
from mirsignal.workflow.jobs import run


def main(snakemake):
    table = read_tsv(snakemake.input[0])
    draw_transfer(table, snakemake.output[0], snakemake.params.caption)


if __name__ == "__main__":
    run(main, snakemake)
