"""Evaluate the binding networks of a recipe on all test sets and on random windows."""

from pathlib import Path

import pandas as pd

from mirsignal.binding.evaluation import evaluate_test_sets, tabulate_test_sets
from mirsignal.binding.prediction import random_window_rates, score_test_pairs
from mirsignal.binding.test_sets import collect_test_pairs, primary_test_set
from mirsignal.files.atomic import write_json, write_parquet, write_table
from mirsignal.networks.backend import keras, set_up
from mirsignal.networks.history import best_member
from mirsignal.samples.families import leave_families_out
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params, seed = snakemake.input, snakemake.params, snakemake.params.seed
    set_up(snakemake.threads, seed)
    pairs, baselines = map(pd.read_parquet, (files.pairs, files.baselines))
    shown = leave_families_out([pairs], files.strands)[0] if files.strands else pairs
    train = shown[shown["split"] == "train"]
    history = pd.read_csv(files.history, sep="\t", comment="#")
    others = {Path(path).stem: pd.read_parquet(path) for path in files.others}
    models = [keras.models.load_model(path) for path in files.models]
    chosen = best_member(history)[0] - 1
    test = collect_test_pairs(pairs, others)
    keys = ["test_set", "mirna_sequence", "target"]
    scored = score_test_pairs(models, test, chosen, params.encoding)
    scored = scored.merge(baselines.drop_duplicates(), on=keys, how="left")
    found = evaluate_test_sets(scored, train, len(models), params.n_resamples, seed)
    rates = random_window_rates(models[chosen], train, params.encoding, seed)
    metrics = {
        "primary_test_set": primary_test_set(scored["test_set"].unique()),
        "test_sets": found,
        "random_windows": rates,
        "cpu_minutes": history.groupby("member")["cpu_seconds"].sum().div(60).tolist(),
    }
    write_json(snakemake.output.metrics, metrics)
    write_parquet(snakemake.output.predictions, scored)
    write_table(snakemake.output.table, tabulate_test_sets(found))


if __name__ == "__main__":
    run(main, snakemake)
