"""The audit: shortcuts are caught, honest sets pass."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from mirsignal import audit as audit_module
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

    def run(split, negatives):
        settings = {
            **{"split": split, "negatives": negatives, "cluster_kmer": 16, "ratio": 1},
            "fractions": (0.6, 0.1, 0.3),
        }
        result = audit_module.audit_samples(
            make_samples(positives, settings, seed=2), seed=2
        )
        write_json(tmp_path / "audit.json", result)
        return result

    return run


def test_balanced_pairs_offer_no_shortcut(audit):
    result = audit("target_cluster", "balanced")
    for name, score in result["shortcuts"].items():
        assert 0.4 < score["roc_auc"] < 0.6, name
        assert score["low"] <= score["roc_auc"] <= score["high"]
    assert set(result["overlap_with_train"]["test"].values()) == {0.0}
    assert set(result["positive_share_per_mirna"].values()) == {0.5}
    counts = result["counts"]["train"]
    assert counts["positives"] == counts["negatives"] == counts["targets"]


def test_legacy_negatives_give_the_mirna_away(audit):
    result = audit("random", "legacy")
    assert result["shortcuts"]["mirna_identity"]["roc_auc"] > 0.7
    shares = result["positive_share_per_mirna"]
    assert shares["quantile_0.95"] - shares["quantile_0.05"] > 0.3
