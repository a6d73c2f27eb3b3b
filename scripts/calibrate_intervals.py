"""Make the prediction intervals of a study from its held-out pairs; measure coverage."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.repression.intervals import FEWEST, calibrate_study, describe_held_out
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    pairs = pd.concat(map(pd.read_parquet, snakemake.input.occupancy), ignore_index=True)
    sites = pd.read_parquet(snakemake.input.sites, columns=["mirna", "gene"])
    held_out = describe_held_out(pairs[pairs["part"] == "test"], sites)
    intervals, coverage = calibrate_study(held_out)
    write_table(snakemake.output.intervals, intervals)
    write_table(snakemake.output.coverage, coverage)
    if (few := intervals["n"].min()) < FEWEST:
        log.warning("only %d held-out pairs for some intervals: too narrow, maybe", few)
    for row in coverage.itertuples():
        log.info(
            "%s miRNAs, %s: %.1f%% (%.1f-%.1f%%) of %s values inside, %s left out",
            row.predicts,
            row.status,
            100 * row.inside,
            100 * row.inside_low,
            100 * row.inside_high,
            f"{row.n:,}",
            row.left_out,
        )


if __name__ == "__main__":
    run(main, snakemake)
