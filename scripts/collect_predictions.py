"""Join the predictions of all test folds into one table for people."""

import pandas as pd

from mirsignal.files import write_parquet, write_tsv
from mirsignal.jobs import run

COLUMNS = {
    "mirna": "miRNA",
    "transcript": "scanned transcript",
    "gene": "its gene",
    "fold": "fold of the gene; the model that predicted it never saw the gene",
    "log2fc": "measured log2 fold change",
    "target": "what the model was trained on (clipped at 0 where the recipe says so)",
    "predicted": "predicted log2 fold change; lower is stronger repression",
    "no_signal": "True: scanned, but nothing passed the threshold",
}


def main(snakemake):
    table = pd.concat(map(pd.read_parquet, snakemake.input), ignore_index=True)
    table = table[table["part"] == "test"]
    table = table.sort_values(["mirna", "gene", "transcript"])[list(COLUMNS)]
    write_parquet(snakemake.output.table, table)
    write_tsv(snakemake.output.tsv, table, COLUMNS)


if __name__ == "__main__":
    run(main, snakemake)
