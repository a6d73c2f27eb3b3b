"""Fold the surroundings of every seed site of a shard's transcripts."""

import logging

import pandas as pd

from mirsignal.accessibility import fold_sites
from mirsignal.context_sites import find_context_sites, join
from mirsignal.files import write_parquet
from mirsignal.jobs import run
from mirsignal.sequences import Transcripts

log = logging.getLogger("mirsignal")


def main(snakemake):
    plan = pd.read_parquet(snakemake.input.shards)
    names = plan.loc[plan["shard"] == int(snakemake.wildcards.shard), "transcript"]
    transcripts = Transcripts(snakemake.input.fasta)
    sequences = {name: transcripts[name] for name in names}
    joined = join(sequences.values())
    drivers = pd.read_parquet(snakemake.input.mirnas)["sequence"]
    sites = pd.concat([find_context_sites(driver, joined) for driver in drivers])
    sites["transcript"] = names.to_numpy()[sites["number"].to_numpy(int)]
    folded = fold_sites(sites, sequences)
    write_parquet(snakemake.output[0], folded)
    log.info("folded %s places in %d transcripts", f"{len(folded):,}", len(names))


if __name__ == "__main__":
    run(main, snakemake)
