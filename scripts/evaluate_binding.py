"""Evaluate the binding network on its test pairs and on random windows."""

import logging

import pandas as pd

from mirsignal.backend import keras, set_up
from mirsignal.evaluation import evaluate_predictions, random_pairs
from mirsignal.figures.binding import draw_evaluation
from mirsignal.files import write_json, write_parquet
from mirsignal.jobs import run
from mirsignal.training import PairBatches, predict_pairs

log = logging.getLogger("mirsignal")

N_MIRNAS, N_WINDOWS = 10, 2000


def main(snakemake):
    settings, seed = snakemake.params.settings, snakemake.params.seed
    set_up(snakemake.threads, seed)
    model = keras.models.load_model(snakemake.input.model)
    pairs = pd.read_parquet(snakemake.input.pairs)
    test = pairs[pairs["split"] == "test"].reset_index(drop=True)
    test["score"] = predict_pairs(model, PairBatches(test, settings["encoding"], 1024))
    metrics = {
        "test": evaluate_predictions(
            test, test["score"].to_numpy(float), settings["n_resamples"], seed
        ),
        "random_windows": random_rates(model, pairs, settings["encoding"], seed),
    }
    write_json(snakemake.output.metrics, metrics)
    write_parquet(snakemake.output.predictions, test)
    history = pd.read_csv(snakemake.input.history, sep="\t", comment="#")
    caption = snakemake.params.caption
    draw_evaluation(test, history, metrics, snakemake.output.figure, caption)
    ap = metrics["test"]["average_precision"]
    log.info(
        "test AP %.3f (%.3f-%.3f), within-miRNA AUC %.3f, n = %d",
        *(ap["value"], ap["low"], ap["high"]),
        metrics["test"]["within_mirna_auc"]["value"],
        len(test),
    )


def random_rates(model, pairs, encoding, seed):
    """Return how often random windows are called positive, per common miRNA."""
    windows = random_pairs(pairs[pairs["split"] == "train"], N_MIRNAS, N_WINDOWS, seed)
    names = dict(zip(pairs["mirna"], pairs["mirna_name"], strict=True))
    windows["positive"] = predict_pairs(model, PairBatches(windows, encoding, 1024)) > 0.5
    rates = windows.groupby("mirna", sort=False)["positive"].mean()
    return {
        "n_windows": N_WINDOWS,
        "threshold": 0.5,
        "positive_rate": {names[mirna]: float(rate) for mirna, rate in rates.items()},
    }


if __name__ == "__main__":
    run(main, snakemake)
