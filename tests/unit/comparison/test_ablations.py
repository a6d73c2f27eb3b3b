"""Ablations: differences on the same pairs, and the cost of what main does without."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.comparison.ablations import (
    chains,
    compare_experiments,
    cpu_minutes,
    measure_probabilities,
)
from mirsignal.comparison.predictors import compare
from mirsignal.statistics.metrics import pearson

MAIN = {
    "samples": "balanced",
    "binding": "cnn",
    "scan": "attribution",
    "signals": "compressed",
    "regression": "cnn_gru",
    "occupancy": "sites",
}
PEAKS = MAIN | {"signals": "peaks", "regression": "pooling"}
PREDICTORS = ["predicted", "stacked", "occupancy", "contextpp"]


@pytest.fixture
def experiments(rng):
    """Return metrics and pairs of main and a better experiment, in another order."""
    target = -rng.exponential(0.3, 600)
    pairs = {}
    for name, noise in (("main", 1.0), ("peaks", 0.3)):
        table = pd.DataFrame(
            {
                "mirna": np.repeat(["a", "b"], 300),
                "gene": [f"g{number}" for number in range(300)] * 2,
                "target_log2fc": target,
                "log2fc": target,
                "contextpp": target + np.random.default_rng(1).normal(0, 0.5, 600),
                "occupancy": target + np.random.default_rng(2).normal(0, 0.4, 600),
                "stacked": target + rng.normal(0, 0.2, 600),
                "member_1": target + rng.normal(0, noise, 600),
                "member_2": target + rng.normal(0, noise, 600),
            }
        )
        table["predicted"] = table[["member_1", "member_2"]].mean(axis=1)
        pairs[name] = table.sample(frac=1, random_state=len(name))
    metrics = [
        compare(table, PREDICTORS, ["contextpp"], [-0.2], 100, 1)
        | {"experiment": name, "recipes": recipes}
        for (name, table), recipes in zip(pairs.items(), (MAIN, PEAKS), strict=True)
    ]
    return metrics, pairs


def test_differences_are_those_of_the_same_pairs(experiments, tmp_path):
    metrics, pairs = experiments
    table = compare_experiments(metrics, pairs, tmp_path, {}, 300, 1).set_index(
        "experiment"
    )
    assert list(table.index) == [
        *("main", "peaks", "main, stacked", "peaks, stacked"),
        *("occupancy", "contextpp"),
    ]
    r = {
        name: pearson(own["target_log2fc"].to_numpy(), own["predicted"].to_numpy())
        for name, own in pairs.items()
    }
    peaks = table.loc["peaks"]
    assert peaks["difference"] == pytest.approx(r["peaks"] - r["main"])
    assert 0 < peaks["difference_low"] < peaks["difference"] < peaks["difference_high"]
    assert peaks["seeds_difference_low"] <= peaks["seeds_difference_high"]
    assert peaks["seeds_difference_low"] == pytest.approx(peaks["difference"], abs=0.15)
    ends = ["difference_low", "difference", "difference_high"]
    assert table.loc["main", ends].to_list() == pytest.approx([0, 0, 0])
    contextpp = table.loc["contextpp"]
    expected = contextpp["pearson"] - table.loc["main", "pearson"]
    assert contextpp["difference"] == pytest.approx(expected)
    ap = table["ap_-0.2"]
    assert peaks["ap_difference_-0.2"] == pytest.approx(ap["peaks"] - ap["main"])
    ends = (peaks["ap_difference_-0.2_low"], peaks["ap_difference_-0.2_high"])
    assert ends[0] < peaks["ap_difference_-0.2"] < ends[1]
    stack = table.loc["peaks, stacked"]
    expected = stack["pearson"] - table.loc["main, stacked", "pearson"]
    assert stack["difference"] == pytest.approx(expected)
    assert table["cpu_minutes"].isna().all()


def test_an_occupancy_recipe_of_its_own_has_a_row(experiments, tmp_path):
    metrics, pairs = experiments
    metrics[1]["recipes"] = PEAKS | {"occupancy": "soft"}
    table = compare_experiments(metrics, pairs, tmp_path, {}, 100, 1).set_index(
        "experiment"
    )
    assert table.loc["peaks, occupancy", "difference"] == pytest.approx(0)


def test_costs_are_of_the_jobs_that_main_does_without(experiments, tmp_path):
    jobs = {
        "check_inputs.tsv": "600",  # of no recipe
        "make_samples/balanced.tsv": "60",
        "scan_transcripts/balanced.cnn.attribution/a.0.tsv": "120",
        "compress_signals/balanced.cnn.attribution.compressed.tsv": "-",
        "compress_signals/balanced.cnn.attribution.peaks.tsv": "30",
        "train_regression/balanced.cnn.attribution.peaks.pooling/0.tsv": "90",
        "train_regression/balanced.cnn.attribution.peaks.other/0.tsv": "900",
        "fit_occupancy/sites/0.tsv": "6",
        "pretrain_language/hyena.tsv": "60",
        "embed_transcripts/hyena.tsv": "60",
    }
    for name, seconds in jobs.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\tcpu_time\n1\t{seconds}\n")
    metrics, pairs = experiments
    cost = {}
    language = ["pretrain_language/hyena", "embed_transcripts/hyena"]
    for n in (0, 1, 2):
        more = {"peaks": language[:n]}
        table = compare_experiments(metrics, pairs, tmp_path, more, 20, 1)
        table = table.set_index("experiment")
        cost[n] = table["cpu_minutes"]
        assert cost[n]["main"] == pytest.approx(3.1)
    assert cost[0]["peaks"] == pytest.approx(2)
    assert cost[1]["peaks"] == pytest.approx(3), "what is not read costs nothing"
    assert cost[2]["peaks"] == pytest.approx(4)
    assert np.isnan(table.loc["peaks, stacked", "cpu_minutes"])
    assert np.isnan(cpu_minutes(tmp_path, chains(MAIN | {"samples": "none"}) - {"sites"}))


def test_probabilities_are_measured_against_what_happened(rng, experiments, tmp_path):
    """Those that an outcome was drawn from are calibrated, and others are not."""
    chance = rng.uniform(0, 1, 4000)
    happened = rng.random(4000) < chance
    genes = [f"g{number}" for number in range(1000)] * 4
    pairs = pd.DataFrame({"gene": genes, "log2fc": np.where(happened, -0.5, 0.1)})
    found = measure_probabilities(pairs.assign(predicted=-chance), -0.2, 200, 1)
    brier = found["brier"]
    assert brier["brier_low"] < 1 / 6 < brier["brier_high"]
    assert brier["brier_of_share"] == pytest.approx(0.25, abs=0.01)
    bins = pd.DataFrame(found["bins"])
    assert bins["observed"].to_numpy() == pytest.approx(bins["predicted"], abs=0.07)
    assert bins["n"].sum() == 4000
    blind = measure_probabilities(pairs.assign(predicted=-(chance**4)), -0.2, 200, 1)
    assert blind["brier"]["brier"] > brier["brier_high"]
    metrics, tables = experiments
    metrics[1]["probabilities"] = found
    table = compare_experiments(metrics, tables, tmp_path, {}, 20, 1).set_index(
        "experiment"
    )
    assert table.loc["peaks", "brier"] == brier["brier"]
    assert np.isnan(table.loc["main", "brier"])
