"""Compare an experiment's predictions with seed counts, context++ and TargetScan."""

import pandas as pd

from mirsignal.comparison.ablations import measure_probabilities
from mirsignal.comparison.joining import join_predictors
from mirsignal.comparison.predictors import PREDICTORS, compare, metrics_table
from mirsignal.files.atomic import write_json, write_parquet, write_table
from mirsignal.repression.stacking import refuse_gaps
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params = snakemake.input, snakemake.params
    pairs = join_predictors(
        pd.read_parquet(files.predictions),
        pd.read_parquet(files.baseline),
        pd.read_parquet(files.contextpp),
        pd.read_parquet(files.stacked),
        pd.read_parquet(files.sites, columns=["mirna", "gene"]),
        files.targetscan,
    )
    refuse_gaps(pairs, PREDICTORS)
    # In random order, so that ties between predictions are not broken by name.
    pairs = pairs.sample(frac=1, random_state=params.seed, ignore_index=True)
    predictors = [name for name in PREDICTORS if name in pairs]
    references = [name for name in ("contextpp", "targetscan") if name in pairs]
    metrics = compare(pairs, predictors, references, **params.settings, seed=params.seed)
    metrics["experiment"] = snakemake.wildcards.experiment
    metrics["recipes"] = params.recipes
    metrics["target"] = params.target
    if params.task["task"] == "classification":
        metrics["probabilities"] = measure_probabilities(
            pairs, params.task["threshold"], params.settings["n_resamples"], params.seed
        )
    metrics["share_without_signal"] = float(pairs["no_signal"].mean())
    write_json(snakemake.output.metrics, metrics)
    write_parquet(snakemake.output.pairs, pairs)
    write_table(snakemake.output.table, metrics_table(metrics))


if __name__ == "__main__":
    run(main, snakemake)
