"""Sample sets: one label per pair, splits that share nothing."""

from dataclasses import replace

import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.samples.assembly import (
    PAIR_COLUMNS,
    SampleRecipe,
    make_samples,
    refuse_two_labels,
)
from mirsignal.samples.splits import SPLITS
from mirsignal.sequences.fasta import Transcripts, write_fasta

RECIPE = SampleRecipe(
    fractions={
        "validation": 0.15,
        "random": 0.1,
        "unseen_target": 0.15,
        "unseen_family": 0.15,
    },
    cluster_kmer=16,
    cluster_identity=0.8,
    cluster_tool="rapidfuzz",
    negatives="balanced",
    ratio=2,
)


@pytest.fixture
def positives(rng, random_rna):
    """Return 200 positives of 20 miRNAs; overlapping windows of 60 genes."""
    transcripts = [random_rna(300) for _ in range(60)]
    genes, starts = rng.integers(0, 60, 200), rng.integers(0, 250, 200)
    mirnas = [random_rna(20) for _ in range(20)]
    chosen = [mirnas[number] for number in rng.integers(0, 20, 200)]
    return pd.DataFrame(
        {
            "mirna_sequence": chosen,
            "mirna": chosen,
            "family": [mirna[1:8] for mirna in chosen],
            "target": [
                transcripts[g][s : s + 50] for g, s in zip(genes, starts, strict=True)
            ],
            "gene": genes.astype(str),
        }
    ).drop_duplicates(["mirna_sequence", "target"])


def test_splits_keep_what_they_promise(positives):
    pairs = make_samples(positives, RECIPE, seed=1)
    assert pairs.columns.tolist() == PAIR_COLUMNS
    rows = {split: pairs[pairs["split"] == split] for split in SPLITS}
    for split in ("validation", "unseen_target"):
        for column in ("cluster", "gene", "target"):
            assert not set(rows[split][column]) & set(rows["train"][column]), column
    assert not set(rows["unseen_family"]["family"]) & set(rows["train"]["family"])
    assert not pairs.duplicated(["mirna_sequence", "target"]).any()
    counts = pairs.groupby(["split", "label"]).size()
    assert (counts.xs(0, level=1) <= 2 * counts.xs(1, level=1)).all()
    assert counts["train", 0] > 1.5 * counts["train", 1]
    pd.testing.assert_frame_equal(pairs, make_samples(positives, RECIPE, seed=1))


def test_rounds_number_the_nested_negatives(positives):
    pairs = make_samples(positives, RECIPE, seed=1)
    assert set(pairs.loc[pairs["label"] == 1, "round"]) == {-1}
    assert set(pairs.loc[pairs["label"] == 0, "round"]) == {0, 1}
    single = make_samples(positives, replace(RECIPE, ratio=1), seed=1)
    keys = ["mirna_sequence", "target", "label"]
    nested = pairs[pairs["round"] < 1]
    assert set(map(tuple, nested[keys].values)) == set(map(tuple, single[keys].values))


def test_legacy_negatives_are_drawn_before_the_split(positives):
    fractions = {"validation": 0.2, "random": 0.3}
    recipe = replace(RECIPE, negatives="legacy", fractions=fractions)
    pairs = make_samples(positives, recipe, seed=1)
    known = set(pairs.loc[(pairs["split"] == "train") & (pairs["label"] == 1), "target"])
    test = pairs[(pairs["split"] == "random") & (pairs["label"] == 0)]
    assert 0.3 < test["target"].isin(known).mean() < 0.7  # half of the positives train
    sizes = pairs.groupby(["split", "label"]).size().unstack()
    assert (sizes[0] >= 1.9 * sizes[1]).all()


def test_background_negatives_are_windows_of_the_same_gene(positives, tmp_path, rng):
    sequences = {f"T{gene}": "" for gene in positives["gene"]}
    for name in sequences:
        targets = positives.loc[positives["gene"] == name[1:], "target"]
        spacer = "".join(rng.choice(list("ACGU"), 150))
        sequences[name] = spacer + spacer[::-1].join(targets) + spacer
    write_fasta(tmp_path / "t.fa", sequences.items())
    placed = positives.assign(transcript="T" + positives["gene"])
    placed["start"] = [
        sequences[name].index(target)
        for name, target in zip(placed["transcript"], placed["target"], strict=True)
    ]
    recipe = replace(RECIPE, negatives="background")
    pairs = make_samples(placed, recipe, 1, Transcripts(tmp_path / "t.fa"))
    negatives = pairs[pairs["label"] == 0]
    assert len(negatives) > 300
    for row in negatives.head(50).itertuples():
        assert row.target in sequences["T" + row.gene]
        own = positives[positives["gene"] == row.gene]
        assert row.mirna_sequence in set(own["mirna_sequence"])
    with pytest.raises(InputError, match="give `transcripts` under `hybrids`"):
        make_samples(positives.assign(start=-1), recipe, 1)


def test_too_few_positives_are_refused(positives):
    with pytest.raises(InputError, match=r"split holds [01] of 8"):
        make_samples(positives.iloc[:8], RECIPE, seed=1)


def test_split_of_a_single_family_is_refused(positives):
    recipe = replace(RECIPE, fractions={"validation": 0.3})
    single = positives.assign(family="one")
    with pytest.raises(InputError, match="no negative can be drawn in the train split"):
        make_samples(single, recipe, seed=1)


def test_pair_with_two_labels_is_refused():
    pairs = pd.DataFrame(
        {"mirna_sequence": ["a", "a", "b"], "target": ["t", "t", "t"], "label": [1, 0, 0]}
    ).assign(mirna="miR-1")
    with pytest.raises(
        InputError, match=r"miR-1 \(a\) x t is positive and negative \(1 "
    ):
        refuse_two_labels(pairs)
    refuse_two_labels(pairs[1:])
