"""Read a further test set of labelled pairs, as published or measured elsewhere."""

import logging

from mirsignal.files.atomic import write_parquet
from mirsignal.samples.chimeras import read_test_pairs
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    pairs, counts = read_test_pairs(
        snakemake.input[0], snakemake.params.columns, snakemake.params.two_labels
    )
    write_parquet(snakemake.output.pairs, pairs)
    n = int(pairs["label"].sum())
    log.info("%s positives, %s negatives", f"{n:,}", f"{len(pairs) - n:,}")
    for reason, dropped in counts.items():
        if dropped and reason.startswith(("dropped", "rows of")):
            log.info("%s: %s", reason, f"{dropped:,}")


if __name__ == "__main__":
    run(main, snakemake)
