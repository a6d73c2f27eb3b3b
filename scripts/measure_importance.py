"""Measure how much each miRNA position adds to the logit, over test positives."""

from mirsignal.files.atomic import write_json, write_table
from mirsignal.interpretation.importance import measure_importance
from mirsignal.interpretation.selection import read_explained, usable_for_many
from mirsignal.workflow.jobs import run


def main(snakemake):
    pairs, values = read_explained(snakemake.input.pairs, snakemake.input.shap)
    usable = usable_for_many(pairs)
    pairs = pairs[usable].reset_index(drop=True)
    table, summary = measure_importance(pairs, values[usable], snakemake.params.seed)
    write_table(snakemake.output.table, table)
    write_json(snakemake.output.summary, summary)


if __name__ == "__main__":
    run(main, snakemake)
