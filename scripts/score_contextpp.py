"""Score every site and every (miRNA, gene) pair by the context++ model."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sites.contextpp import (
    LEFT_OUT,
    read_coefficients,
    score_folded,
    sum_by_gene,
    tabulate_sites,
)
from mirsignal.sites.contextpp_tables import read_orfs, read_ta_sps
from mirsignal.sites.seed_sites import SITE_TYPES
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    mirnas = pd.read_parquet(files.mirnas)
    genes = pd.read_parquet(files.transcripts)
    transcripts = Transcripts(files.fasta)
    sites = tabulate_sites(
        mirnas,
        {name: transcripts[name] for name in genes["transcript"]},
        read_orfs(files.mrna, params.mrna_columns, genes),
        read_ta_sps(files.ta_sps, params.columns) if files.ta_sps else None,
    )
    parts = list(map(pd.read_parquet, files.accessibility))
    folded = pd.concat(parts) if parts else None
    coefficients = read_coefficients(files.coefficients)
    sites, unknown = score_folded(sites, folded, coefficients)
    sites = sites.merge(genes[["transcript", "gene"]], on="transcript")
    write_parquet(snakemake.output.sites, sites)
    write_parquet(snakemake.output.pairs, sum_by_gene(sites, mirnas["mirna"], genes))
    report(sites, unknown)


def report(sites, unknown):
    """Log how many sites there are, and what the scores leave out or take as typical."""
    counts = sites["site_type"].value_counts()
    kinds = ", ".join(f"{counts.get(kind, 0):,} {kind}" for kind in SITE_TYPES)
    log.info("%s sites: %s", f"{len(sites):,}", kinds)
    log.info("left out: %s", LEFT_OUT)
    for name in unknown:
        n = int(sites[name].isna().sum())
        if n:
            log.info("%s: unknown for %s sites, taken as typical", name, f"{n:,}")


if __name__ == "__main__":
    run(main, snakemake)
