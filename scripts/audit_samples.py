"""Audit a sample set: shortcuts, overlap between splits, balance per miRNA."""

import logging

import pandas as pd

from mirsignal.audit import audit_samples
from mirsignal.figures.samples import draw_audit
from mirsignal.files import write_json
from mirsignal.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    pairs = pd.read_parquet(snakemake.input[0])
    audit = audit_samples(pairs, snakemake.params.seed)
    write_json(snakemake.output.audit, audit)
    draw_audit(audit, snakemake.output.figure, snakemake.params.caption)
    for name, score in audit["shortcuts"].items():
        log.info("shortcut %s: ROC-AUC %.3f", name, score["roc_auc"])


if __name__ == "__main__":
    run(main, snakemake)
