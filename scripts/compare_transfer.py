"""Compare models of several data sets with context++, by what is new in a prediction."""

from collections import defaultdict
from pathlib import Path

import pandas as pd

from mirsignal.comparison.transfer import (
    compare_datasets,
    join_recipes,
    mean_of_datasets,
    transfer_table,
)
from mirsignal.files.atomic import write_json, write_table
from mirsignal.logs import log
from mirsignal.repression.stacking import refuse_gaps
from mirsignal.workflow.jobs import run


def main(snakemake):
    params = snakemake.params
    parts: dict = defaultdict(lambda: defaultdict(list))
    for path in map(Path, snakemake.input):
        recipe, protocol, _ = path.parts[-3:]
        parts[protocol][recipe].append(pd.read_parquet(path))
    metrics = {}
    for protocol, by_recipe in parts.items():
        predictions = {
            recipe: pd.concat(tables, ignore_index=True)
            for recipe, tables in by_recipe.items()
        }
        pairs, names = join_recipes(predictions, params.mixtures, protocol)
        refuse_gaps(pairs, names)
        metrics[protocol] = compare_datasets(
            pairs, names, params.n_resamples, params.seed
        )
    table = transfer_table(metrics)
    write_json(snakemake.output.metrics, metrics)
    write_table(snakemake.output.table, table)
    for row in mean_of_datasets(table).itertuples():
        log.info(
            "%s new: %-22s r = %.3f, mean of miRNAs %.3f, above context++ by %+.3f, "
            "weighted %+.3f (mean of %d data sets)",
            row.protocol,
            row.predictor,
            row.pearson,
            row.mean_per_mirna,
            row.above_contextpp,
            row.above_weighted_contextpp,
            row.n,
        )


if __name__ == "__main__":
    run(main, snakemake)
