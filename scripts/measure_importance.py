"""Measure how much each miRNA position adds to the logit, over test positives."""

import logging

from mirsignal.files.atomic import write_json, write_table
from mirsignal.interpretation.importance import (
    best_site_types,
    common_families,
    contrast_groups,
    describe_contrast,
    name_families,
    position_importance,
    summarise_importance,
)
from mirsignal.interpretation.selection import read_explained, usable_for_many
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    seed = snakemake.params.seed
    pairs, values = read_explained(snakemake.input.pairs, snakemake.input.shap)
    usable = usable_for_many(pairs)
    pairs = pairs[usable].reset_index(drop=True)
    importance = position_importance(values[usable], pairs["mirna"])
    groupings = {
        "site_type": best_site_types(pairs["mirna"], pairs["target"]),
        "family": common_families(pairs),
    }
    mirnas = pairs["mirna"].to_numpy()
    table = summarise_importance(importance, groupings, seed, mirnas)
    contrasts = contrast_groups(importance, groupings, seed, mirnas)
    write_table(snakemake.output.table, table)
    summary = {"seed_less_other_positions": contrasts, "families": name_families(pairs)}
    write_json(snakemake.output.summary, summary)
    for group, found in (contrasts["all"] | contrasts["site_type"]).items():
        log.info("%s: %s, n = %s", group, describe_contrast(found), f"{found['n']:,}")


if __name__ == "__main__":
    run(main, snakemake)
