"""The audit: shortcuts are caught, honest sets pass."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from mirsignal import audit as audit_module
from mirsignal.audit import refuse_shortcuts
from mirsignal.errors import InputError
from mirsignal.files import write_json
from mirsignal.samples import make_samples


@pytest.fixture
def audit(rng, random_rna, tmp_path, monkeypatch):
    """Return a function: settings -> audit of random pairs with a few common miRNAs."""
    quick = partial(audit_module.bootstrap_interval, n_resamples=50)
    monkeypatch.setattr(audit_module, "bootstrap_interval", quick)
    mirnas = np.array([random_rna(20) for _ in range(40)])
    share = 1 / np.arange(1, 41)
    chosen = rng.choice(mirnas, 900, p=share / share.sum())
    positives = pd.DataFrame(
        {
            "mirna": chosen,
            "mirna_name": chosen,
            "family": [mirna[1:8] for mirna in chosen],
            "target": [random_rna(50) for _ in chosen],
            "gene": [f"g{number}" for number in range(900)],
        }
    )

    def run(negatives):
        settings = {
            **{"negatives": negatives, "cluster_kmer": 16, "cluster_identity": None},
            **{"cluster_tool": "rapidfuzz", "ratio": 2},
            "fractions": {"validation": 0.1, "random": 0.25, "unseen_target": 0.25},
        }
        pairs = make_samples(positives, settings, seed=2)
        result = audit_module.audit_samples(pairs, seed=2)
        write_json(tmp_path / "audit.json", result)
        return result

    return run


def test_balanced_pairs_offer_no_shortcut(audit):
    result = audit("balanced")
    assert set(result["shortcuts"]) == {"random", "unseen_target"}
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
    scores = result["shortcuts"]["random"]
    assert scores["mirna_identity"]["roc_auc"] > 0.7
    assert scores["target_seen_as_positive"]["roc_auc"] > 0.6
    with pytest.raises(InputError, match=r"above max_shortcut_auc 0\.6: .*balanced"):
        refuse_shortcuts(result, 0.6)
    refuse_shortcuts(result, None)
    shares = result["balance"]["positive_share_quantiles"]
    assert shares["0.95"] - shares["0.05"] > 0.3


def test_shortcut_within_chance_is_not_refused():
    best = {"baseline": "x", "test_set": "random", "roc_auc": 0.65, "low": 0.45}
    refuse_shortcuts({"strongest_shortcut": best}, 0.6)
    with pytest.raises(InputError, match=r"x scores ROC-AUC 0\.650 on test set random"):
        refuse_shortcuts({"strongest_shortcut": best | {"low": 0.55}}, 0.6)
    refuse_shortcuts({"strongest_shortcut": {}}, 0.6)


def test_overlap_is_told_of_every_pair_of_splits(audit):
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
