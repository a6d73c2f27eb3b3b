"""Match measured fold changes with the study's miRNAs and genes."""

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.logs import log
from mirsignal.repression.fold_changes import read_fold_changes
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    pairs, counts = read_fold_changes(
        dict(zip(params.mirnas, files.tables, strict=True)),
        pd.read_parquet(files.mirnas),
        pd.read_parquet(files.transcripts)["gene"],
        params.id_column,
        params.columns,
        params.where,
    )
    write_parquet(snakemake.output[0], pairs)
    log.info("fold changes: %s", ", ".join(f"{k} {v:,}" for k, v in counts.items()))


if __name__ == "__main__":
    run(main, snakemake)
