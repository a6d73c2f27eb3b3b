"""Measure how much each miRNA position adds to the logit, over test positives."""

import logging

from mirsignal.files.atomic import write_json, write_tsv
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

COLUMNS = {
    "grouping": "all, site_type (best canonical site of the target) or family",
    "group": "of that grouping; a family is its seed, nt 2-8",
    "position": "nucleotide of the miRNA by its number; nt 1 is the 5' end",
    "n": "test positives",
    "mean": "SHAP values summed over the target (logit), mean over pairs",
    "low": "its 95% interval, bootstrap over miRNAs (over pairs, of one miRNA)",
    "high": "see low",
    "sd": "standard deviation over pairs",
    "quarter": "a quarter of the pairs lie below",
    "three_quarters": "three quarters lie below",
}


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
    write_tsv(snakemake.output.table, table[list(COLUMNS)], COLUMNS)
    summary = {"seed_less_other_positions": contrasts, "families": name_families(pairs)}
    write_json(snakemake.output.summary, summary)
    for group, found in (contrasts["all"] | contrasts["site_type"]).items():
        log.info("%s: %s, n = %s", group, describe_contrast(found), f"{found['n']:,}")


if __name__ == "__main__":
    run(main, snakemake)
