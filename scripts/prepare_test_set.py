"""Read a further test set of labelled pairs, as published or measured elsewhere."""

from mirsignal.files.atomic import write_parquet
from mirsignal.samples.chimeras import read_test_pairs
from mirsignal.workflow.jobs import run


def main(snakemake):
    params = snakemake.params
    pairs, _ = read_test_pairs(snakemake.input[0], params.columns, params.two_labels)
    write_parquet(snakemake.output.pairs, pairs)


if __name__ == "__main__":
    run(main, snakemake)
