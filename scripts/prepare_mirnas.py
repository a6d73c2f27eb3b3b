"""Check the table of miRNAs; predict which strands of their duplexes are loaded."""

from mirsignal.files.atomic import write_parquet, write_table
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.sequences.strands import load_strands
from mirsignal.workflow.jobs import run


def main(snakemake):
    path, params = snakemake.input[0], snakemake.params
    found = read_mirnas(path, params.columns, params.species, where=params.where)
    mirnas = load_strands(found, path)
    write_parquet(snakemake.output.table, mirnas)
    write_table(snakemake.output.strands, mirnas)


if __name__ == "__main__":
    run(main, snakemake)
