"""Sample sets: one label per pair, splits that share nothing."""

import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.samples import PAIR_COLUMNS, make_samples, refuse_two_labels

SETTINGS = {
    "split": "target_cluster",
    "cluster_kmer": 16,
    "fractions": (0.7, 0.15, 0.15),
    "negatives": "balanced",
    "ratio": 2,
}


@pytest.fixture
def positives(rng, random_rna):
    """Return 200 positives of 20 miRNAs; overlapping windows of 60 genes."""
    transcripts = [random_rna(300) for _ in range(60)]
    genes, starts = rng.integers(0, 60, 200), rng.integers(0, 250, 200)
    mirnas = [random_rna(20) for _ in range(20)]
    chosen = [mirnas[number] for number in rng.integers(0, 20, 200)]
    return pd.DataFrame(
        {
            "mirna": chosen,
            "mirna_name": chosen,
            "family": [mirna[1:8] for mirna in chosen],
            "target": [
                transcripts[g][s : s + 50] for g, s in zip(genes, starts, strict=True)
            ],
            "gene": genes.astype(str),
        }
    ).drop_duplicates(["mirna", "target"])


def test_splits_are_disjoint_in_clusters_genes_and_targets(positives):
    pairs = make_samples(positives, SETTINGS, seed=1)
    assert pairs.columns.tolist() == PAIR_COLUMNS
    for column in ("cluster", "gene", "target"):
        assert (pairs.groupby(column)["split"].nunique() == 1).all()
    assert not pairs.duplicated(["mirna", "target"]).any()
    counts = pairs.groupby(["split", "label"]).size()
    assert (counts.xs(0, level=1) <= 2 * counts.xs(1, level=1)).all()
    assert (counts.xs(0, level=1) > 1.5 * counts.xs(1, level=1)).all()
    pd.testing.assert_frame_equal(pairs, make_samples(positives, SETTINGS, seed=1))


def test_rounds_number_the_nested_negatives(positives):
    pairs = make_samples(positives, SETTINGS, seed=1)
    assert set(pairs.loc[pairs["label"] == 1, "round"]) == {-1}
    assert set(pairs.loc[pairs["label"] == 0, "round"]) == {0, 1}
    single = make_samples(positives, SETTINGS | {"ratio": 1}, seed=1)
    keys = ["mirna", "target", "label"]
    nested = pairs[pairs["round"] < 1]
    assert set(map(tuple, nested[keys].values)) == set(map(tuple, single[keys].values))


def test_random_split_divides_clusters(positives):
    pairs = make_samples(positives, SETTINGS | {"split": "random"}, seed=1)
    assert (pairs.groupby("cluster")["split"].nunique() > 1).any()


def test_too_few_positives_are_refused(positives):
    with pytest.raises(InputError, match=r"split holds [01] of 3"):
        make_samples(positives.iloc[:3], SETTINGS, seed=1)


def test_pair_with_two_labels_is_refused():
    pairs = pd.DataFrame(
        {"mirna": ["a", "a", "b"], "target": ["t", "t", "t"], "label": [1, 0, 0]}
    )
    with pytest.raises(InputError, match=r"a x t is positive and negative \(1 "):
        refuse_two_labels(pairs)
    refuse_two_labels(pairs[1:])
