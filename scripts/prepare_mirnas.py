"""Check the table of miRNAs and keep name, RNA sequence and seed."""

from mirsignal.files import write_parquet
from mirsignal.jobs import run
from mirsignal.mirnas import read_mirnas


def main(snakemake):
    params = snakemake.params
    mirnas = read_mirnas(snakemake.input[0], params.columns, params.species)
    write_parquet(snakemake.output[0], mirnas)


if __name__ == "__main__":
    run(main, snakemake)
