"""Evaluation of P(binding) on toys whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.evaluation import evaluate_predictions, random_pairs, reliability
from mirsignal.files import write_json


def test_perfect_and_reversed_scores():
    labels = np.tile([0, 1], 30)
    pairs = pd.DataFrame({"label": labels, "mirna": np.repeat(["a", "b", "c"], 20)})
    good = evaluate_predictions(pairs, labels.astype(float), 30, seed=1)
    assert (good["n"], good["n_mirnas"], good["prevalence"]) == (60, 3, 0.5)
    for name, best in (("average_precision", 1), ("within_mirna_auc", 1), ("brier", 0)):
        assert good[name] == {"value": best, "low": best, "high": best}
    bad = evaluate_predictions(pairs, 1.0 - labels, 30, seed=1)
    assert (bad["roc_auc"]["value"], bad["brier"]["value"]) == (0, 1)


def test_undefined_measures_can_still_be_written(tmp_path):
    pairs = pd.DataFrame({"label": [0, 1, 0, 1], "mirna": list("abab")})
    result = evaluate_predictions(pairs, np.array([0.1, 0.8, 0.3, 0.6]), 10, seed=1)
    write_json(tmp_path / "metrics.json", result)  # no miRNA has both labels


def test_reliability_by_hand():
    scores = np.array([0.0, 0.05, 0.55, 0.95, 1.0])
    table = reliability(np.array([0, 1, 1, 1, 1]), scores)
    assert table["bin"].tolist() == [0, 5, 9]
    assert table["n"].tolist() == [2, 1, 2]
    assert table["observed"].tolist() == [0.5, 1, 1]
    assert table["predicted"].tolist() == pytest.approx([0.025, 0.55, 0.975])


def test_random_pairs_give_common_mirnas_the_same_windows():
    pairs = pd.DataFrame(
        {"mirna": list("aabbbc"), "target": ["AU" * 25] * 6, "label": [1, 1, 1, 1, 1, 0]}
    )
    drawn = random_pairs(pairs, n_mirnas=2, n_windows=40, seed=1)
    assert drawn["mirna"].tolist() == ["b"] * 40 + ["a"] * 40
    assert drawn["target"][:40].tolist() == drawn["target"][40:].tolist()
    assert (drawn["target"].str.len() == 50).all()
    assert not drawn["label"].any()
    assert drawn["target"].str.count("[AU]").mean() > 35  # as in the targets
