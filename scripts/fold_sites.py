"""Fold the surroundings of every seed site of a shard's transcripts."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.logs import log
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sites.accessibility import fold_sites
from mirsignal.sites.seed_sites import CLEARED, find_sites, join
from mirsignal.workflow.jobs import run


def main(snakemake):
    plan = pd.read_parquet(snakemake.input.shards)
    names = plan.loc[plan["shard"] == int(snakemake.wildcards.shard), "transcript"]
    transcripts = Transcripts(snakemake.input.fasta)
    sequences = {name: transcripts[name] for name in names}
    joined = join(sequences.values())
    mirnas = pd.read_parquet(snakemake.input.mirnas)["sequence"]
    sites = pd.concat([find_sites(mirna, joined, CLEARED) for mirna in mirnas])
    sites["transcript"] = names.to_numpy()[sites["number"].to_numpy(int)]
    folded = fold_sites(sites, sequences)
    write_parquet(snakemake.output[0], folded)
    log.info("folded %s places in %d transcripts", f"{len(folded):,}", len(names))


if __name__ == "__main__":
    run(main, snakemake)
