"""Measure how reliable attributions are, on test positives of a study.

Reads what `make bench-interpretation` has run of a study: the network and its sample
set. Writes results/benchmarks/interpretation.json: each measure with its n and the 95%
interval of a bootstrap over miRNAs (of the time: over batches).

Run from the project's root: .venv/bin/python -m benchmarks.measure_interpretation STUDY
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.binding.test_sets import collect_test_pairs
from mirsignal.files.atomic import write_json
from mirsignal.interpretation.checks import check_attributions, summarise_check
from mirsignal.interpretation.explanation import (
    PairExplainer,
    pairs_to_matrices,
    sample_background,
)
from mirsignal.interpretation.selection import choose_positives
from mirsignal.networks.backend import keras, set_up

CORES, ENCODING, CHAIN, SEED = 2, "au_gc_gu_a", "balanced.cnn", 1
N_PAIRS, N_BACKGROUND, STEPS, BATCH = 500, 50, 4, 25
NAMES = {
    "fast_r": "fast_shap_r",
    "fast_sum_r": "fast_shap_sum_r",
    "mutagenesis_r": "mutagenesis_shap_r",
    "shuffled_r": "shuffled_weights_r",
    "background_r": "background_r",
    "fast_completeness": "fast_completeness",
    "additivity": "additivity_median",
}
"""Measures by the name of the check: medians over pairs."""


def main(study):
    set_up(CORES, SEED)
    folder = Path("results") / study
    model = keras.models.load_model(folder / f"binding/{CHAIN}/model.keras")
    pairs = pd.read_parquet(folder / "samples/balanced/pairs.parquet")
    positives = choose_positives(collect_test_pairs(pairs, {}), N_PAIRS, SEED)
    settings = (ENCODING, N_BACKGROUND, STEPS, SEED)
    checks, found = check_attributions(model, positives, pairs, *settings)
    result = {
        "study": study,
        "test_sets": positives["test_set"].value_counts().to_dict(),
        "additivity_max": float(checks["additivity"].max()),
    }
    for check, name in NAMES.items():
        result |= with_interval(name, found[check])
    timed = time_per_pair(model, pairs, pairs_to_matrices(positives, ENCODING))
    result |= with_interval("ms_per_pair", summarise_check(timed, SEED))
    write_json(Path("results/benchmarks/interpretation.json"), result)
    for name, value in result.items():
        print(
            f"{name:28s} {value:.4g}"
            if isinstance(value, float)
            else f"{name:28s} {value}"
        )


def with_interval(name, found):
    """Return the median with its interval, n and 5% and 95% quantiles, named in full."""
    ends = {f"{name}_{key}": found[key] for key in ("low", "high", "q05", "q95", "n")}
    return {name: found["median"], **ends}


def time_per_pair(model, pairs, matrices):
    """Return the time (ms) per pair of each batch but the first, which warms up."""
    background = sample_background(pairs, N_BACKGROUND, ENCODING, SEED)
    explainer = PairExplainer(model, background)
    times = []
    for start in range(0, len(matrices), BATCH):
        batch = matrices[start : start + BATCH]
        started = time.perf_counter()
        explainer.explain(batch)
        times.append(1000 * (time.perf_counter() - started) / len(batch))
    return np.array(times[1:])


if __name__ == "__main__":
    main(*sys.argv[1:])
