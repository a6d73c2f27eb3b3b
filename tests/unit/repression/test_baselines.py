"""Baselines from seed sites: they learn what sites tell, from other folds only."""

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from mirsignal.repression import baselines as site_baselines
from mirsignal.repression.baselines import (
    seed_count_baseline,
    site_feature_baseline,
)
from mirsignal.sequences.codes import reverse_complement


@pytest.fixture
def pairs():
    """Return shuffled pairs of 600 genes: every second one is repressed."""
    number = np.arange(600)
    table = pd.DataFrame({"mirna": "a", "gene": [f"t{n}" for n in number]})
    table = table.assign(target_log2fc=-(number % 2.0), fold=number // 300)
    return table.sample(frac=1, random_state=1, ignore_index=True)


@pytest.fixture
def genes(pairs):
    return pd.DataFrame({"transcript": pairs["gene"], "gene": pairs["gene"]})


def check_folds(baseline, pairs):
    """Check that predictions follow the target, and know nothing of their own fold."""
    with threadpool_limits(1):
        predicted = baseline(pairs)
        other = pairs["target_log2fc"].mask(pairs["fold"] == 1, 5.0)
        again = baseline(pairs.assign(target_log2fc=other))
    assert np.corrcoef(pairs["target_log2fc"], predicted)[0, 1] > 0.9
    held_out = (pairs["fold"] == 1).to_numpy()  # predicted from fold 0, as it was
    np.testing.assert_array_equal(again[held_out], predicted[held_out])
    assert (again[~held_out] != predicted[~held_out]).all()


def test_seed_counts_learn_from_other_folds_only(pairs, genes, random_rna):
    mirnas = pd.DataFrame({"mirna": ["a"], "sequence": [random_rna(22)]})
    site = reverse_complement(mirnas["sequence"][0][1:8]) + "A"
    repressed = pairs.set_index("gene")["target_log2fc"] < 0
    sequences = {
        name: random_rna(100) + site * int(repressed[name]) for name in repressed.index
    }
    check_folds(
        lambda table: seed_count_baseline(table, mirnas, genes, sequences, 1), pairs
    )


def test_site_features_learn_from_other_folds_only(pairs, genes):
    """Every gene has one 8mer; only its local AU tells repressed genes from others."""
    sites = pairs[["mirna", "gene"]].assign(site_type="8mer", distance=2.0)
    sites["local_au"] = np.where(pairs["target_log2fc"] < 0, 0.8, 0.3)
    genes = genes.assign(length=1000)
    check_folds(lambda table: site_feature_baseline(table, sites, genes, 1), pairs)


@pytest.mark.parametrize("n", [200, 12000])
def test_boosting_takes_all_steps_at_every_size(n):
    """By default it would stop early above 10,000 pairs, by pairs of training genes."""
    model = site_baselines._boosting(max_iter=25, random_state=1)
    with threadpool_limits(1):
        model.fit(np.zeros((n, 1)), np.arange(n) % 2.0)
    assert model.n_iter_ == 25


def test_genes_without_sites_and_with_isoforms(pairs, genes):
    sites = pd.DataFrame(
        {
            "mirna": "a",
            "gene": "t1",
            "site_type": "6mer",
            "local_au": 0.5,
            "distance": 1.0,
        },
        index=[0, 1],
    )
    isoforms = pd.concat([genes, genes.assign(transcript="u" + genes["gene"])])
    predicted = site_feature_baseline(pairs, sites, isoforms.assign(length=500), 1)
    assert np.isfinite(predicted).all()
