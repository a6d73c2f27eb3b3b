"""Check the table of miRNAs; tell which strands of their duplexes are loaded."""

from mirsignal.files import write_parquet, write_tsv
from mirsignal.jobs import run
from mirsignal.mirnas import read_mirnas
from mirsignal.strands import STRAND_COLUMNS, load_strands


def main(snakemake):
    path, params = snakemake.input[0], snakemake.params
    mirnas = load_strands(read_mirnas(path, params.columns, params.species), path)
    write_parquet(snakemake.output.table, mirnas)
    strands = mirnas[list(STRAND_COLUMNS)]
    write_tsv(snakemake.output.strands, strands, STRAND_COLUMNS)


if __name__ == "__main__":
    run(main, snakemake)
