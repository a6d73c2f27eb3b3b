"""Score every site and every (miRNA, gene) pair by the context++ model."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sites.context import SiteContext
from mirsignal.sites.contextpp import (
    read_coefficients,
    score_folded,
    sum_by_gene,
    tabulate_sites,
)
from mirsignal.sites.contextpp_tables import read_orfs, read_ta_sps
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    mirnas, genes = map(pd.read_parquet, (files.mirnas, files.transcripts))
    transcripts = Transcripts(files.fasta)
    sequences = {name: transcripts[name] for name in genes["transcript"]}
    sites = tabulate_sites(
        mirnas,
        sequences,
        read_orfs(files.mrna, params.mrna_columns, genes),
        read_ta_sps(files.ta_sps, params.columns) if files.ta_sps else None,
    )
    context = SiteContext.read(files, params.context_columns).fitting(sequences)
    sites = context.add_pct(sites, mirnas)
    parts = list(map(pd.read_parquet, files.accessibility))
    folded = pd.concat(parts) if parts else None
    sites = score_folded(sites, folded, read_coefficients(files.coefficients))
    sites = sites.merge(genes[["transcript", "gene"]], on="transcript")
    write_parquet(snakemake.output.sites, sites)
    write_parquet(snakemake.output.pairs, sum_by_gene(sites, mirnas["mirna"], genes))


if __name__ == "__main__":
    run(main, snakemake)
