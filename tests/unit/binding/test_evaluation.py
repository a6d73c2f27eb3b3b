"""Evaluation of P(binding) on toys whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.binding.evaluation import (
    evaluate_predictions,
    evaluate_test_sets,
    reliability,
    summarise_seeds,
    tabulate_test_sets,
)
from mirsignal.binding.test_sets import (
    collect_test_pairs,
    describe_test_set,
    each_test_set,
    primary_test_set,
    random_pairs,
)
from mirsignal.files.atomic import write_json
from mirsignal.networks.history import best_member
from mirsignal.samples import audit


def test_perfect_and_reversed_scores():
    labels = np.tile([0, 1], 30)
    mirnas = np.repeat(["a", "b", "c"], 20)
    pairs = pd.DataFrame({"label": labels, "mirna_sequence": mirnas})
    pairs["cluster"] = np.arange(60)
    good = evaluate_predictions(pairs, labels.astype(float), 30, seed=1)
    assert "brier" not in evaluate_predictions(pairs, labels * 9.0, 5, 1, False)
    for name, best in (("average_precision", 1), ("within_mirna_auc", 1), ("brier", 0)):
        assert good[name] == {"value": best, "low": best, "high": best}
    bad = evaluate_predictions(pairs, 1.0 - labels, 30, seed=1)
    assert (bad["roc_auc"]["value"], bad["brier"]["value"]) == (0, 1)


def test_undefined_measures_can_still_be_written(tmp_path):
    pairs = pd.DataFrame({"label": [0, 1, 0, 1], "mirna_sequence": list("abab")})
    pairs["cluster"] = [0, 0, 1, 1]
    result = evaluate_predictions(pairs, np.array([0.1, 0.8, 0.3, 0.6]), 10, seed=1)
    write_json(tmp_path / "metrics.json", result)  # no miRNA has both labels


def test_copies_of_a_target_cluster_do_not_narrow_an_interval(rng):
    labels, scores = np.tile([0, 1], 40), rng.normal(size=80)
    pairs = pd.DataFrame({"label": labels, "cluster": np.arange(80)})
    pairs["mirna_sequence"] = "a"
    once = evaluate_predictions(pairs, scores + labels, 200, seed=1)
    pairs = pd.concat([pairs] * 5, ignore_index=True)
    five = evaluate_predictions(pairs, np.tile(scores + labels, 5), 200, seed=1)
    for name in once:
        assert five[name] == pytest.approx(once[name]), name


def test_reliability_by_hand():
    scores = np.array([0.0, 0.05, 0.55, 0.95, 1.0])
    table = reliability(np.array([0, 1, 1, 1, 1]), scores, list("abcdd"))
    assert table["bin"].tolist() == [0, 5, 9]
    assert table["n"].tolist() == [2, 1, 2]
    assert table["n_clusters"].tolist() == [2, 1, 1]
    assert table["observed"].tolist() == [0.5, 1, 1]
    assert table["predicted"].tolist() == pytest.approx([0.025, 0.55, 0.975])
    assert table["low"].tolist() == pytest.approx([0, 0.2065, 0.2065], abs=1e-3)
    assert table["high"].tolist() == pytest.approx([1, 1, 1])


def test_reliability_intervals_cover_the_truth_where_clusters_are_alike(rng):
    """Pairs of a cluster share their label: their number says more than there is."""
    covered = []
    for number in range(100):
        labels = np.repeat(rng.random(60) < 0.3, 10)
        scores, clusters = np.full(600, 0.35), np.repeat(np.arange(60), 10)
        found = reliability(labels, scores, clusters, n_resamples=200, seed=number)
        covered.append(found["low"][0] < 0.3 < found["high"][0])
    assert 0.88 < np.mean(covered) < 0.99  # as independent pairs: 0.46


def test_random_pairs_give_common_mirnas_the_same_windows():
    pairs = pd.DataFrame(
        {"mirna_sequence": list("aabbbc"), "label": [1, 1, 1, 1, 1, 0]}
    ).assign(target="AU" * 25)
    drawn = random_pairs(pairs, n_mirnas=2, n_windows=40, seed=1)
    assert drawn["mirna_sequence"].tolist() == ["b"] * 40 + ["a"] * 40
    assert drawn["target"][:40].tolist() == drawn["target"][40:].tolist()
    assert (drawn["target"].str.len() == 50).all()
    assert not drawn["label"].any()
    assert drawn["target"].str.count("[AU]").mean() > 35  # as in the targets


@pytest.fixture
def test_pairs(random_rna, monkeypatch):
    """Return a sample set of two rounds, in which one positive lacks the second."""
    monkeypatch.setattr(audit, "_FEWEST_POSITIVES", 1)
    rows = [("train", 1, -1, 0), ("train", 0, 0, 0)]
    rows += [("unseen_target", 1, -1, 1), ("unseen_target", 1, -1, 2)]
    rows += [("unseen_target", 0, *at) for at in ((0, 1), (1, 1), (0, 2))]
    pairs = pd.DataFrame(rows, columns=["split", "label", "round", "row"])
    for column in ("mirna", "mirna_sequence", "family", "cluster", "gene"):
        pairs[column] = "m"
    pairs["target"] = [random_rna(50) for _ in rows]
    published = pairs.drop(columns=["split", "round", "row"]).iloc[:2]
    return pairs, collect_test_pairs(pairs, {"published": published})


def test_test_sets_are_nested_and_named_by_ratio(test_pairs):
    _, test = test_pairs
    sizes = {name: len(rows) for name, rows in each_test_set(test)}
    assert sizes == {"unseen_target_1_1": 4, "unseen_target_1_2": 3, "published": 2}
    assert [name for name, _ in each_test_set(test, 1)] == [
        "unseen_target_1_1",
        "published",
    ]
    assert primary_test_set(test["test_set"]) == "unseen_target"
    assert primary_test_set(["published"]) == "published"


def test_what_training_knew_of_a_test_set_is_told(test_pairs):
    pairs, test = test_pairs
    sets = dict(each_test_set(test))
    train = pairs[pairs["split"] == "train"]
    known = describe_test_set(sets["published"], train)
    assert (known["n"], known["prevalence"], known["n_mirnas"]) == (2, 0.5, 1)
    assert known["positives_sharing_25mer_with_train"] == 1
    new = describe_test_set(sets["unseen_target_1_1"], train)
    assert new["positives_sharing_25mer_with_train"] == 0


def test_seeds_and_the_best_of_them():
    assert summarise_seeds([0.5]) == {"mean": 0.5, "sd": None, "values": [0.5]}
    assert summarise_seeds([0.4, 0.6])["sd"] == pytest.approx(np.sqrt(0.02))
    history = pd.DataFrame(
        {"member": [1, 1, 2], "epoch": [1, 2, 1], "validation_ap": [0.2, 0.6, 0.5]}
    )
    assert best_member(history) == (1, 2, 0.6)


def test_every_predictor_that_scores_a_whole_test_set_is_measured(test_pairs):
    pairs, test = test_pairs
    label = test["label"]
    scored = test.assign(
        prediction=label, seed_1=label, seed_2=1 - label, seed_class=-label
    )
    scored["rnacofold"] = np.where(test["test_set"] == "published", np.nan, 1.0)
    train = pairs[pairs["split"] == "train"]
    found = evaluate_test_sets(scored, train, n_seeds=2, n_resamples=5, seed=1)
    assert list(found) == ["unseen_target_1_1", "unseen_target_1_2", "published"]
    assert list(found["published"]["predictors"]) == ["network", "seed_class"]
    nested = found["unseen_target_1_1"]
    assert list(nested["predictors"]) == ["network", "rnacofold", "seed_class"]
    assert nested["predictors"]["network"]["average_precision"]["value"] == 1
    assert nested["predictors"]["seed_class"]["roc_auc"]["value"] == 0
    assert nested["seeds"]["roc_auc"]["values"] == [1, 0]
    table = tabulate_test_sets(found).set_index(["test_set", "predictor"])
    assert len(table) == 3 + 3 + 2
    assert table.loc[("unseen_target_1_1", "network"), "brier"] == 0
    assert table["brier"].notna().sum() == 3  # of the network's P alone
