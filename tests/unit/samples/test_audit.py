"""The audit: shortcuts are caught, honest sets pass."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.files.atomic import write_json
from mirsignal.samples import audit as audit_module
from mirsignal.samples.assembly import SampleRecipe, make_samples
from mirsignal.samples.audit import refuse_shortcuts


@pytest.fixture
def audit(rng, random_rna, tmp_path, monkeypatch):
    """Return a function: negatives -> audit of random pairs with a few common miRNAs."""
    quick = partial(audit_module.bootstrap_interval, n_resamples=50)
    monkeypatch.setattr(audit_module, "bootstrap_interval", quick)
    mirnas = np.array([random_rna(20) for _ in range(40)])
    share = 1 / np.arange(1, 41)
    chosen = rng.choice(mirnas, 900, p=share / share.sum())
    positives = pd.DataFrame(
        {
            "mirna_sequence": chosen,
            "mirna": chosen,
            "family": [mirna[1:8] for mirna in chosen],
            "target": [random_rna(50) for _ in chosen],
            "gene": [f"g{number}" for number in range(900)],
        }
    )

    def run(negatives):
        fractions = {"validation": 0.1, "random": 0.25, "unseen_target": 0.25}
        recipe = SampleRecipe(fractions, 16, None, "rapidfuzz", negatives, ratio=2)
        pairs = make_samples(positives, recipe, seed=2)
        result = audit_module.audit_samples(pairs, seed=2)
        write_json(tmp_path / "audit.json", result)
        return result

    return run


def test_balanced_pairs_offer_no_shortcut(audit):
    result = audit("balanced")
    assert list(result["shortcuts"]) == [
        "random_1_1",
        "random_1_2",
        "unseen_target_1_1",
        "unseen_target_1_2",
    ]
    for scores in result["shortcuts"].values():
        for name, score in scores.items():
            assert 0.4 < score["roc_auc"] < 0.6, name
            assert score["low"] <= score["roc_auc"] <= score["high"]
    refuse_shortcuts(result, 0.6)
    best = result["strongest_shortcut"]
    assert best["roc_auc"] == max(
        score["roc_auc"] for s in result["shortcuts"].values() for score in s.values()
    )
    counts = result["counts"]["train"]
    assert counts["negatives"] == 2 * counts["positives"] == 2 * counts["targets"]
    for row in result["balance"]["per_mirna"]:
        assert row["negatives"] == 2 * row["positives"]


def test_legacy_negatives_give_the_mirna_and_the_target_away(audit):
    result = audit("legacy")
    scores = result["shortcuts"]["random_1_1"]
    assert scores["mirna_identity"]["roc_auc"] > 0.7
    assert scores["target_seen_as_positive"]["roc_auc"] > 0.6
    with pytest.raises(InputError, match=r"above max_shortcut_auc 0\.6: .*balanced"):
        refuse_shortcuts(result, 0.6)
    refuse_shortcuts(result, None)
    shares = result["balance"]["positive_share_quantiles"]
    assert shares["0.95"] - shares["0.05"] > 0.3


def test_only_shortcuts_beyond_chance_are_refused_and_none_hides_another():
    size = {"n": 400, "prevalence": 0.1}
    chance = {"roc_auc": 0.8, "low": 0.49, "high": 0.95} | size
    real = {"roc_auc": 0.79, "low": 0.78, "high": 0.8} | size
    undefined = {
        "roc_auc": float("nan"),
        "low": float("nan"),
        "high": float("nan"),
    } | size
    single = {"roc_auc": 1.0, "low": 1.0, "high": 1.0, "n": 11, "prevalence": 1 / 11}
    scores = {"x": chance, "y": undefined, "z": single}
    refuse_shortcuts({"shortcuts": {"small": scores}}, 0.6)
    refuse_shortcuts({"shortcuts": {}}, 0.6)
    both = {"shortcuts": {"small": {"x": chance}, "large": {"y": real}}}
    with pytest.raises(InputError, match=r"y scores ROC-AUC 0\.790 on test set large"):
        refuse_shortcuts(both, 0.6)
    refuse_shortcuts(both, 0.8)


def test_common_mirnas_that_run_out_of_partners_offer_no_shortcut(rng, random_rna):
    """One miRNA has a third of the positives: it lacks partners from 1:3 on."""
    mirnas = np.array([random_rna(20) for _ in range(31)])
    chosen = mirnas[np.where(np.arange(900) % 3, rng.integers(1, 31, 900), 0)]
    positives = pd.DataFrame(
        {
            "mirna_sequence": chosen,
            "mirna": chosen,
            "family": [mirna[1:8] for mirna in chosen],
            "target": [random_rna(50) for _ in chosen],
            "gene": [f"g{number}" for number in range(900)],
        }
    )
    fractions = {"validation": 0.1, "unseen_target": 0.4}
    recipe = SampleRecipe(fractions, 16, None, "rapidfuzz", "balanced", ratio=10)
    pairs = make_samples(positives, recipe, seed=2)
    test = pairs[pairs["split"] == "unseen_target"]
    share = test["label"].mean()
    assert share > 0.1, "the raw rows are no 1:10 set"
    for ratio, rows in audit_module.each_ratio(test):
        counts = rows.groupby("mirna_sequence")["label"].agg(["sum", "size"])
        assert (counts["size"] == (1 + ratio) * counts["sum"]).all()
        assert len(rows) > 0
    ratios = [ratio for ratio, _ in audit_module.each_ratio(test)]
    assert ratios == [1, 10]


def test_overlap_is_given_for_every_pair_of_splits(audit):
    overlap = {(row["with"], row["of"]): row for row in audit("balanced")["overlap"]}
    assert len(overlap) == 6
    for kind in ("target", "gene", "cluster", "25-mer"):
        assert overlap["train", "unseen_target"][kind] == 0, kind
        assert overlap["train", "validation"][kind] == 0, kind
    assert overlap["train", "random"]["family"] > 0.9


def test_shared_kmers_by_hand(random_rna):
    known, other = random_rna(50), random_rna(50)
    windows = pd.Series([known[20:] + other[:20], known[26:] + other[:26], other])
    found = audit_module.shared_kmers(pd.Series([known]), windows)
    assert found.tolist() == [True, False, False]
