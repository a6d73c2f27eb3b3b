"""Evaluate the binding networks of a recipe on all test sets and on random windows."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.binding.baselines import BASELINES
from mirsignal.binding.batches import predict_pairs
from mirsignal.binding.evaluation import (
    collect_test_pairs,
    describe_test_set,
    each_test_set,
    evaluate_predictions,
    primary_test_set,
    random_pairs,
    summarise_seeds,
)
from mirsignal.files.atomic import write_json, write_parquet, write_table
from mirsignal.networks.backend import keras, set_up
from mirsignal.networks.history import best_member
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")

N_MIRNAS, N_WINDOWS = 10, 2000


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    set_up(snakemake.threads, seed)
    pairs = pd.read_parquet(snakemake.input.pairs)
    train = pairs[pairs["split"] == "train"]
    history = pd.read_csv(snakemake.input.history, sep="\t", comment="#")
    others = {Path(path).stem: pd.read_parquet(path) for path in snakemake.input.others}
    test = collect_test_pairs(pairs, others)
    models = [keras.models.load_model(path) for path in snakemake.input.models]
    predicted = [predict_pairs(model, test, settings["encoding"]) for model in models]
    chosen = best_member(history)[0] - 1
    test["prediction"] = predicted[chosen]
    if len(models) > 1:
        test["ensemble"] = np.mean([logit(p) for p in predicted], axis=0)
    for number, scores in enumerate(predicted, start=1):
        test[f"seed_{number}"] = scores
    baselines = pd.read_parquet(snakemake.input.baselines).drop_duplicates()
    test = test.merge(baselines, on=["test_set", "mirna", "target"], how="left")
    metrics = {
        "primary_test_set": primary_test_set(test["test_set"].unique()),
        "test_sets": {
            name: evaluate(rows, train, len(models), settings["n_resamples"], seed)
            for name, rows in each_test_set(test)
        },
        "random_windows": random_rates(models[chosen], train, settings["encoding"], seed),
        "cpu_minutes": history.groupby("member")["cpu_seconds"].sum().div(60).tolist(),
    }
    write_json(snakemake.output.metrics, metrics)
    write_parquet(snakemake.output.predictions, test)
    write_table(snakemake.output.table, tabulate(metrics["test_sets"]))
    report(metrics)


def logit(p):
    clipped = np.clip(p.astype(float), 1e-7, 1 - 1e-7)
    return np.log(clipped / (1 - clipped))


def evaluate(rows, train, n_seeds, n_resamples, seed):
    """Return what is known of one test set: of every predictor, and over seeds."""
    result = describe_test_set(rows, train) | {"predictors": {}}
    columns = {"network": "prediction", "ensemble": "ensemble"}
    columns |= {name: name for name in BASELINES}
    for name, column in columns.items():
        if column in rows and rows[column].notna().all():
            result["predictors"][name] = evaluate_predictions(
                rows,
                rows[column].to_numpy(float),
                n_resamples,
                seed,
                probability=name == "network",
            )
    by_seed = [
        evaluate_predictions(rows, rows[f"seed_{number}"].to_numpy(float), 1, seed)
        for number in range(1, n_seeds + 1)
    ]
    result["seeds"] = {
        measure: summarise_seeds([member[measure]["value"] for member in by_seed])
        for measure in by_seed[0]
    }
    return result


def random_rates(model, train, encoding, seed):
    """Return how often random windows are called positive, per common miRNA."""
    windows = random_pairs(train, N_MIRNAS, N_WINDOWS, seed)
    names = dict(zip(train["mirna"], train["mirna_name"], strict=True))
    windows["positive"] = predict_pairs(model, windows, encoding) > 0.5
    rates = windows.groupby("mirna", sort=False)["positive"].mean()
    return {
        "n_windows": N_WINDOWS,
        "threshold": 0.5,
        "positive_rate": {names[mirna]: float(rate) for mirna, rate in rates.items()},
        "highest_to_lowest": float(rates.max() / rates.min()) if rates.min() else None,
    }


def tabulate(test_sets):
    rows = []
    for name, found in test_sets.items():
        for predictor, measures in found["predictors"].items():
            ap, within = measures["average_precision"], measures["within_mirna_auc"]
            seeds = found["seeds"]["average_precision"] if predictor == "network" else {}
            rows.append(
                {
                    "test_set": name,
                    "predictor": predictor,
                    "n": found["n"],
                    "prevalence": found["prevalence"],
                    "average_precision": ap["value"],
                    "ap_low": ap["low"],
                    "ap_high": ap["high"],
                    "ap_mean": seeds.get("mean"),
                    "ap_sd": seeds.get("sd"),
                    "roc_auc": measures["roc_auc"]["value"],
                    "within_mirna_auc": within["value"],
                    "within_low": within["low"],
                    "within_high": within["high"],
                    "brier": measures.get("brier", {}).get("value"),
                }
            )
    return pd.DataFrame(rows)


def report(metrics):
    for name, found in metrics["test_sets"].items():
        ap = found["predictors"]["network"]["average_precision"]
        log.info(
            "%s: AP %.3f (%.3f-%.3f), prevalence %.3f, within-miRNA AUC %.3f, n = %s",
            name,
            ap["value"],
            ap["low"],
            ap["high"],
            found["prevalence"],
            found["predictors"]["network"]["within_mirna_auc"]["value"],
            f"{found['n']:,}",
        )
    windows = metrics["random_windows"]
    rates = windows["positive_rate"].values()
    log.info(
        "random windows with P > 0.5: %.1f-%.1f%% by miRNA",
        100 * min(rates),
        100 * max(rates),
    )


if __name__ == "__main__":
    run(main, snakemake)
