"""Measure how much each miRNA position adds to the logit, over test positives."""

import logging

import pandas as pd

from mirsignal.axes import REGIONS
from mirsignal.files.atomic import write_json, write_table
from mirsignal.interpretation.importance import (
    best_site_types,
    common_families,
    describe_contrast,
    position_importance,
    seed_contrast,
    summarise_importance,
)
from mirsignal.interpretation.selection import read_explained, usable_for_many
from mirsignal.sequences.mirnas import short_name
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    seed = snakemake.params.seed
    pairs, values = read_explained(snakemake.input.pairs, snakemake.input.shap)
    usable = usable_for_many(pairs)
    pairs = pairs[usable].reset_index(drop=True)
    importance = position_importance(values[usable], pairs["mirna"])
    groupings = {
        "site_type": pd.Series(best_site_types(pairs["mirna"], pairs["target"])),
        "family": common_families(pairs),
    }
    mirnas = pairs["mirna"].to_numpy()
    table = summarise_importance(importance, groupings, seed, mirnas)
    contrasts = {
        "all": {"all": seed_contrast(importance, seed, mirnas)},
        **{
            grouping: {
                group: seed_contrast(importance[members], seed, mirnas[members])
                for group, members in groups.groupby(groups).indices.items()
            }
            for grouping, groups in groupings.items()
        },
    }
    write_table(snakemake.output.table, table)
    summary = {"seed_less_other_positions": contrasts, "families": name_families(pairs)}
    write_json(snakemake.output.summary, summary)
    for group, found in (contrasts["all"] | contrasts["site_type"]).items():
        log.info("%s: %s, n = %s", group, describe_contrast(found), f"{found['n']:,}")


def name_families(pairs):
    """Return seed and commonest member of each family, by seed."""
    seeds = pairs["mirna"].str[REGIONS["seed"]]
    commonest = pairs["mirna_name"].groupby(seeds).agg(lambda names: names.mode().iloc[0])
    return {seed: f"{seed} {short_name(name)}" for seed, name in commonest.items()}


if __name__ == "__main__":
    run(main, snakemake)
