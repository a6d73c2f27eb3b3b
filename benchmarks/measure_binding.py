"""Set the binding networks beside published ones, protocol by protocol.

Reads what `make bench-binding` has run (studies clash2013 and hejret2023) and the scores
that the authors of miRBind published; writes results/benchmarks/binding.json and .md.

Run from the project's root: .venv/bin/python -m benchmarks.measure_binding DATA
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.chimeras import read_test_pairs
from mirsignal.evaluation import evaluate_predictions
from mirsignal.files import atomic_path, read_json, write_json
from mirsignal.metrics import average_precision, bootstrap_interval

CLASH, HEJRET = Path("results/clash2013"), Path("results/hejret2023")
CHAIN = "all_but_validation.cnn"
N_RESAMPLES = 1000
PUBLISHED = {  # AP on the CLASH 2013 test sets 1:1 and 1:10
    "DNABERT": (0.927, 0.630),
    "RNAhybrid": (0.843, 0.453),
    "RNAcofold": (0.778, 0.284),
    "seed classes": (0.563, 0.175),
}
RECIPES = {
    "all_but_validation.cnn": "`cnn`, one network",
    "all_but_validation.cnn_large": "`cnn`, 32/64/128 filters",
    "all_but_validation.cnn_wc_gu": "`cnn`, channels WC + GU",
    "all_but_validation.cnn_wc": "`cnn`, channel WC",
    "all_but_validation.cnn_onehot": "`cnn`, one-hot pairs",
    "all_but_validation.resnet": "`resnet`, channel WC",
    "all_but_validation.seed_match": "`seed_match`",
    "legacy_all.cnn_legacy": "`cnn`, legacy negatives",
}


def main(data):
    train, _ = read_test_pairs(data / "clash/clash2013_train_set_1_1.tsv")
    prior = mirna_prior(train)
    rows, result = [], {"device": "2 CPU cores"}
    metrics = {chain: read_metrics(CLASH, chain) for chain in RECIPES}
    predictions = {chain: read_predictions(CLASH, chain) for chain in RECIPES}
    for ratio in ("1_1", "1_10"):
        rows += published_rows(data, ratio)
        for chain, name in RECIPES.items():
            test_set = f"published_test_{ratio}"
            found = metrics[chain]["test_sets"][test_set]["predictors"]
            rows.append(as_row(test_set, name, found["network"], metrics[chain]))
            if "ensemble" in found:
                ensemble = f"{name.removesuffix(', one network')}, 3 networks"
                rows.append(as_row(test_set, ensemble, found["ensemble"], metrics[chain]))
            if chain == MAIN:
                test = predictions[chain]
                test = test[test["test_set"] == test_set]
                with_prior = score_with_prior(test, prior)
                rows.append(as_row(test_set, WITH_PRIOR, with_prior, metrics[chain]))
        for name in ("rnacofold", "seed_class"):
            found = metrics[MAIN]["test_sets"][test_set]["predictors"][name]
            rows.append(as_row(test_set, f"{name} (computed here)", found, metrics[MAIN]))
