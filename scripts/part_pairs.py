"""Put the pairs of all data sets together, with the part of each gene and family."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.logs import log
from mirsignal.repression.datasets import stack_datasets
from mirsignal.repression.protocols import find_families, label_parts
from mirsignal.sequences.strands import read_strands
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    tables = map(pd.read_parquet, files.pairs)
    pairs = stack_datasets(dict(zip(params.trains, tables, strict=True)))
    pairs["target_log2fc"] = pairs["log2fc"].clip(upper=0)
    pairs["trains"] = pairs["dataset"].map(params.trains)
    families = find_families(
        pd.concat(map(read_strands, files.strands), ignore_index=True)
    )
    n_parts = params.n_gene_parts, params.n_family_parts
    pairs = label_parts(pairs, families, *n_parts, params.seed)
    write_parquet(snakemake.output[0], pairs)
    for name, own in pairs.groupby("dataset"):
        log.info(
            "%s: %s pairs of %d miRNAs and %s genes, %d families%s",
            name,
            f"{len(own):,}",
            own["mirna"].nunique(),
            f"{own['gene'].nunique():,}",
            own["family"].nunique(),
            "" if own["trains"].all() else ", tests alone",
        )


if __name__ == "__main__":
    run(main, snakemake)
