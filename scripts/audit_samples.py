"""Audit a sample set: shortcuts, overlap, cluster sizes, balance per miRNA."""

import logging

import pandas as pd

from mirsignal.files.atomic import write_json
from mirsignal.samples.audit import audit_samples, refuse_shortcuts
from mirsignal.samples.cluster_sizes import describe_sizes, refuse_unequal_sizes
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    pairs = pd.read_parquet(snakemake.input[0])
    audit = audit_samples(pairs, snakemake.params.seed)
    for test_set, scores in audit["shortcuts"].items():
        best = max(scores, key=lambda name: scores[name]["roc_auc"])
        log.info(
            "%s: strongest shortcut %s, ROC-AUC %.3f (%.3f-%.3f), n = %s",
            test_set,
            best,
            *(scores[best][key] for key in ("roc_auc", "low", "high")),
            f"{scores[best]['n']:,}",
        )
    log.info(describe_sizes(audit["cluster_sizes"]))
    refuse_unequal_sizes(audit["cluster_sizes"])
    refuse_shortcuts(audit, snakemake.params.max_shortcut_auc)
    write_json(snakemake.output[0], audit)


if __name__ == "__main__":
    run(main, snakemake)
