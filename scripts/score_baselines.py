"""Score the test pairs by folding energy and seed class."""

from pathlib import Path

import pandas as pd

from mirsignal.binding.baselines import score_baselines
from mirsignal.binding.test_sets import collect_test_pairs, each_test_set
from mirsignal.files.atomic import write_parquet
from mirsignal.logs import log
from mirsignal.workflow.jobs import run


def main(snakemake):
    others = {Path(path).stem: pd.read_parquet(path) for path in snakemake.input.others}
    test = collect_test_pairs(pd.read_parquet(snakemake.input.pairs), others)
    rows = pd.concat([rows for _, rows in each_test_set(test, largest_ratio=1)])
    log.info("folding %s test pairs", f"{len(rows):,}")
    scores = score_baselines(rows)
    keys = rows[["test_set", "mirna_sequence", "target"]].reset_index(drop=True)
    write_parquet(snakemake.output[0], pd.concat([keys, scores], axis=1))


if __name__ == "__main__":
    run(main, snakemake)
