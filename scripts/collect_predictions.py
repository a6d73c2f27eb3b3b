"""Join the predictions of all test folds into one table for people."""

import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.workflow.jobs import run


def main(snakemake):
    table = pd.concat(map(pd.read_parquet, snakemake.input), ignore_index=True)
    table = table[table["part"] == "test"]
    table = table.sort_values(["mirna", "gene", "transcript"])
    write_table(snakemake.output.table, table)
    write_table(snakemake.output.tsv, table)


if __name__ == "__main__":
    run(main, snakemake)
