"""Gather how well repression is predicted, from the comparisons of a finished study.

`make bench-repression` runs the study first. Writes results/benchmarks/repression.json:
keys, and for each of them `KEY_interval` (95%, bootstrap of genes; of miRNAs and genes
where the key ends in `_mean`) where it has one.
"""

import sys

import numpy as np
import pandas as pd

from benchmarks.settings import settings_of_fit
from mirsignal.files.atomic import read_json, write_json
from mirsignal.repression.occupancy import fit_occupancy
from mirsignal.statistics.metrics import pearson

DECK, SIGNAL = "main", "fine_tuned"
"""Experiments: one channel, CNN and GRU; the binding network tuned through the scan."""
SEEDS = (1, 2, 3, 4, 5)


def main(study):
    folder = f"results/{study}"
    deck, signal, unseen = (
        read_json(f"{folder}/comparison/{name}/metrics.json")
        for name in (DECK, SIGNAL, "unseen")
    )
    result = {"study": study, "n_pairs": deck["n_pairs"], "n_genes": deck["n_genes"]}
    for key, metrics, predictor in (
        ("r_contextpp", deck, "contextpp"),
        ("r_targetscan", deck, "targetscan"),
        ("r_seed_counts", deck, "seed_counts"),
        ("r_site_features", deck, "site_features"),
        ("r_deck", deck, "predicted"),
        ("r_signal", signal, "predicted"),
        ("r_occupancy", deck, "occupancy"),
        ("r_sequence", signal, "stacked"),
        ("r_with_targetscan", signal, "stacked_targetscan"),
        ("lomo_r", unseen, "occupancy"),
        ("lomo_r_contextpp", unseen, "contextpp"),
        ("lomo_r_site_features", unseen, "site_features"),
    ):
        measured = metrics["predictors"][predictor]["pearson"]
        result[key] = measured["value"]
        result[f"{key}_interval"] = bounds(measured)
    gain = signal["predictors"]["stacked"]["difference_to_contextpp"]
    result |= {
        "diff_contextpp": gain["value"],
        "diff_contextpp_ci_low": gain["low"],
        "diff_contextpp_interval": bounds(gain),
        "diff_contextpp_p": gain["p"],
        "diff_contextpp_mean": gain["mean_per_mirna"]["value"],
        "diff_contextpp_mean_interval": bounds(gain["mean_per_mirna"]),
        "diff_contextpp_wins": gain["mirnas_above"],
        "diff_contextpp_sign_test_p": gain["sign_test_p"],
    }
    left_out = unseen["predictors"]["occupancy"]
    result["lomo_r_mean"] = left_out["mean_per_mirna"]["value"]
    result["lomo_r_mean_interval"] = bounds(left_out["mean_per_mirna"])
    gain = left_out["difference_to_contextpp"]
    result["lomo_diff_contextpp"] = gain["value"]
    result["lomo_diff_contextpp_interval"] = bounds(gain)
    result["lomo_diff_contextpp_p"] = gain["p"]
    result["lomo_diff_contextpp_mean"] = gain["mean_per_mirna"]["value"]
    result["lomo_diff_contextpp_mean_interval"] = bounds(gain["mean_per_mirna"])
    result["lomo_wins"] = gain["mirnas_above"]
    result["lomo_sign_test_p"] = gain["sign_test_p"]
    result["lomo_n_mirnas"] = unseen["n_mirnas"]
    result["lomo_per_mirna"] = {
        name: {
            "occupancy": row,
            "contextpp": unseen["predictors"]["contextpp"]["per_mirna"][name],
        }
        for name, row in left_out["per_mirna"].items()
    }
    result["occupancy_seeds"] = seeds(folder)
    write_json("results/benchmarks/repression.json", result)
    for key, value in result.items():
        if isinstance(value, float):
            low, high = result.get(f"{key}_interval") or (None, None)
            interval = "" if low is None else f" ({low:.3f} to {high:.3f})"
            print(f"{key:26} {value:.4f}{interval}")
        elif isinstance(value, int):
            print(f"{key:26} {value:,}")


def bounds(measure):
    return [measure["low"], measure["high"]]


def seeds(folder):
    """Return r of the occupancy model by seed: how much the start of a fit matters."""
    training, _ = settings_of_fit("sites")
    pairs = pd.read_parquet(f"{folder}/inputs/pairs/clipped.parquet")
    sites = pd.read_parquet(f"{folder}/contextpp/regions.parquet")
    genes = pd.read_parquet(f"{folder}/contextpp/genes.parquet")
    values = []
    for seed in SEEDS:
        predicted = np.zeros(len(pairs))
        for fold in pairs["fold"].unique():
            test = (pairs["fold"] == fold).to_numpy()
            model = fit_occupancy(pairs[~test], sites, genes, training, seed)
            predicted[test] = model.predict(pairs[test], sites, genes)
        values.append(pearson(pairs["target_log2fc"].to_numpy(), predicted))
    return {"n": len(values), "mean": np.mean(values), "sd": np.std(values, ddof=1)}


if __name__ == "__main__":
    main(*sys.argv[1:])
