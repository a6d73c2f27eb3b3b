"""Have a published binding network label windows."""

import pandas as pd

from mirsignal.binding.teacher import load_teacher, teacher_logits
from mirsignal.files.atomic import write_parquet
from mirsignal.logs import log
from mirsignal.networks.backend import set_up
from mirsignal.workflow.jobs import run


def main(snakemake):
    windows = pd.read_parquet(snakemake.input.windows)
    set_up(snakemake.threads, snakemake.params.seed)
    logits = teacher_logits(load_teacher(snakemake.input.teacher), windows)
    write_parquet(snakemake.output.windows, windows.assign(logit=logits))
    log.info(
        "%s windows of %d miRNAs; P above 0.5 in %.0f%%",
        f"{len(windows):,}",
        windows["mirna_sequence"].nunique(),
        100 * (logits > 0).mean(),
    )


if __name__ == "__main__":
    run(main, snakemake)
