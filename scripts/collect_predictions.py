"""Join the predictions of all test folds into one table for people."""

import pandas as pd

from mirsignal.files.atomic import write_parquet, write_tsv
from mirsignal.networks.seeds import member_columns
from mirsignal.workflow.jobs import run

COLUMNS = {
    "mirna": "miRNA",
    "transcript": "scanned transcript",
    "gene": "its gene",
    "fold": "fold of the gene; the model that predicted it never saw the gene",
    "log2fc": "measured log2 fold change",
    "target": "what the model was trained on (clipped at 0 where the recipe says so)",
    "predicted": "predicted log2 fold change; lower is stronger repression; the mean of "
    "the networks that differ in their seed alone",
    "no_signal": "True: scanned, but nothing passed the threshold",
}
MEMBER = "the prediction of one of these networks"


def main(snakemake):
    table = pd.concat(map(pd.read_parquet, snakemake.input), ignore_index=True)
    table = table[table["part"] == "test"]
    table = table.sort_values(["mirna", "gene", "transcript"])
    members = member_columns(table)
    write_parquet(snakemake.output.table, table[[*COLUMNS, *members]])
    columns = COLUMNS | dict.fromkeys(members, MEMBER)
    write_tsv(snakemake.output.tsv, table[list(columns)], columns)


if __name__ == "__main__":
    run(main, snakemake)
