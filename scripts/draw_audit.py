"""Draw the audit of a sample set."""

import numpy as np

from mirsignal.figures.samples import draw_audit
from mirsignal.files.atomic import read_json
from mirsignal.workflow.jobs import run


def main(snakemake):
    audit = read_json(snakemake.input[0], null=np.nan)
    draw_audit(audit, snakemake.output[0], snakemake.params.caption)


if __name__ == "__main__":
    run(main, snakemake)
