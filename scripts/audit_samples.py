"""Audit a sample set: shortcuts, overlap, cluster sizes, balance per miRNA."""

import pandas as pd

from mirsignal.files.atomic import write_json
from mirsignal.samples.audit import audit_samples, refuse_shortcuts
from mirsignal.samples.cluster_sizes import refuse_unequal_sizes
from mirsignal.workflow.jobs import run


def main(snakemake):
    audit = audit_samples(pd.read_parquet(snakemake.input[0]), snakemake.params.seed)
    refuse_unequal_sizes(audit["cluster_sizes"])
    refuse_shortcuts(audit, snakemake.params.max_shortcut_auc)
    write_json(snakemake.output[0], audit)


if __name__ == "__main__":
    run(main, snakemake)
