"""Match TargetScan's scores with the study's miRNAs."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.logs import log
from mirsignal.repression.targetscan import check_scored_genes, read_targetscan
from mirsignal.workflow.jobs import run


def main(snakemake):
    mirnas = pd.read_parquet(snakemake.input.mirnas)
    scores = read_targetscan(snakemake.input.table, mirnas, **snakemake.params.settings)
    genes = pd.read_parquet(snakemake.input.transcripts)["gene"]
    check_scored_genes(scores, genes, snakemake.input.table)
    write_parquet(snakemake.output[0], scores)
    log.info("TargetScan scores for %s pairs", f"{len(scores):,}")


if __name__ == "__main__":
    run(main, snakemake)
