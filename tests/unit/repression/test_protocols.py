"""Protocols: nothing of what a part leaves out reaches the models that predict it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.repression.occupancy import OccupancyTraining
from mirsignal.repression.protocols import (
    PROTOCOLS,
    deal,
    find_families,
    label_parts,
    predict_part,
    split_part,
)
from mirsignal.repression.responses import EXPRESSION
from mirsignal.sites.gene_features import GENE_FEATURES

LET7, MIR98, MIR1 = "UGAGGUAGUAGGUUG", "UGAGGUAGUAAGUUG", "UGGAAUGUAAAGAAG"


def test_families_share_a_seed_of_either_strand():
    mirnas = pd.DataFrame(
        [
            ("let-7", LET7, "CUAUACAAUCUACUG"),
            ("miR-98", MIR98, None),
            ("miR-1", MIR1, None),
            (
                "miR-x",
                "AAAAAAAAAAAAAAA",
                "UGGAAUGUCCCCCCC",
            ),  # its passenger: miR-1's seed
            ("miR-y", "CCCCCCCCCCCCCCC", "ACUAUACAAUCUACU"),
        ],
        columns=["mirna", "sequence", "passenger"],
    )
    family = find_families(mirnas)
    assert family["let-7"] == family["miR-98"]
    assert family["miR-x"] == family["miR-1"]
    assert family.nunique() == 3


def test_parts_are_dealt_evenly_and_by_name_alone():
    parts = deal(list("abcdefg"), 3, seed=1)
    assert sorted(np.bincount(list(parts.values()))) == [2, 2, 3]
    assert deal(list("gfedcba"), 3, seed=1) == parts


@pytest.fixture
def pairs(rng):
    """Return pairs of 3 data sets, the last only predicted; 6 miRNAs of 5 families."""
    names = [f"m{number}" for number in range(6)]
    families = pd.Series({name: name for name in names} | {"m5": "m4"})
    rows = [
        (f"{dataset}:{mirna}", f"{dataset}:g{gene}", dataset)
        for dataset, mirnas in (("d1", names), ("d2", names[2:]), ("d3", names[:1]))
        for mirna in mirnas
        for gene in range(40)
    ]
    table = pd.DataFrame(rows, columns=["mirna", "gene", "dataset"])
    table["trains"] = table["dataset"] != "d3"
    return label_parts(table, families, n_gene_parts=4, n_family_parts=3, seed=1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_left_out_is_not_trained_on(pairs, protocol):
    parts = {"genes": range(4), "families": range(3)}.get(protocol, ["d1", "d2", "d3"])
    predicted = np.zeros(len(pairs), int)
    for part in parts:
        for trains, asked in split_part(pairs, protocol, str(part)):
            train, test = pairs[trains], pairs[asked]
            assert train["trains"].all()
            assert len(train)
            predicted += asked
            genes = [rows["gene"].str.split(":").str[1] for rows in (train, test)]
            if protocol == "genes":
                assert not set(genes[0]) & set(genes[1])
            if "families" in protocol:
                assert not set(train["family"]) & set(test["family"])
            if "datasets" in protocol:
                assert not set(train["dataset"]) & set(test["dataset"])
    expected = 1 if "datasets" in protocol else pairs["trains"]
    assert (predicted == expected).all()


TRAINING = OccupancyTraining(
    n_hidden=0, decay=1.0, mirna_decay=0.1, gene_decay=0.1, prior_share=0.0
)


@pytest.fixture
def tables(pairs, rng):
    """Return pairs with targets, sites and genes: what the site score says, and noise."""
    sites = pairs[["mirna", "gene", "dataset"]].sample(frac=0.7, random_state=1)
    n = len(sites)
    sites = sites.assign(
        transcript="t",
        group="guide_utr",
        site_type="8mer",
        contextpp=-rng.uniform(0.05, 0.5, n),
        weight=1.0,
        **{name: rng.normal(size=n) for name in TRAINING.features},
    )
    score = sites.set_index(["mirna", "gene"])["contextpp"]
    keys = pd.MultiIndex.from_frame(pairs[["mirna", "gene"]])
    target = score.reindex(keys).fillna(0).to_numpy() + rng.normal(0, 0.05, len(pairs))
    genes = pd.DataFrame({"gene": pairs["gene"].unique()})
    values = rng.normal(size=(len(genes), len(GENE_FEATURES)))
    genes[list(GENE_FEATURES)] = values
    genes[EXPRESSION] = rng.normal(8, 2, len(genes))
    return pairs.assign(target_log2fc=target, log2fc=target), sites, genes


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_predicts_what_is_new(tables, protocol):
    pairs, sites, genes = tables
    part = "d3" if "datasets" in protocol else "1"
    found = predict_part(pairs, sites, genes, protocol, part, TRAINING, [1.0], seed=1)
    assert np.corrcoef(found["target_log2fc"], found["effect"])[0, 1] > 0.8
    with_baseline = (found["occupancy"] != found["effect"]).any()
    assert with_baseline == (protocol == "genes")


@pytest.mark.parametrize("gene_response", [False, True])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_held_out_values_change_nothing(tables, protocol, gene_response):
    """Measured values of the part, however wrong, leave its predictions as they are."""
    pairs, sites, genes = tables
    part = "d1" if "datasets" in protocol else "1"
    is_asked = np.zeros(len(pairs), bool)
    if protocol != "datasets_families":  # whose parts are trained without each other
        is_asked = next(split_part(pairs, protocol, part))[1]
    wrong = pairs.assign(
        target_log2fc=pairs["target_log2fc"].mask(is_asked | ~pairs["trains"], 99.0)
    )
    training = replace(TRAINING, gene_response=gene_response)
    first, again = (
        predict_part(t, sites, genes, protocol, part, training, [0.1, 1.0], seed=1)
        for t in (pairs, wrong)
    )
    assert (first["effect"] == again["effect"]).all()
    assert ("all_alike" in first) == gene_response


def test_a_part_without_pairs_is_empty_and_one_that_leaves_none_is_refused(tables):
    """As of fewer families than parts, and of experiments that share their family."""
    pairs, sites, genes = tables
    training = replace(TRAINING, gene_response=True)
    empty = predict_part(pairs, sites, genes, "families", "9", training, [1.0], seed=1)
    assert len(empty) == 0
    assert {"effect", "all_alike", "occupancy"} <= set(empty)
    alike = pairs.assign(family_part=1)
    with pytest.raises(InputError, match="families, part 1: no pair is left to train"):
        predict_part(alike, sites, genes, "families", "1", training, [1.0], seed=1)


def test_genes_respond_as_other_experiments_have_shown(tables):
    """A gene that no miRNA represses in some experiments stays in another as well."""
    pairs, sites, genes = tables
    names = [f"g{number}" for number in range(20)]
    deaf = pairs["gene"].str.split(":").str[1].isin(names)
    pairs = pairs.assign(target_log2fc=pairs["target_log2fc"].mask(deaf, 0.0))
    training = replace(TRAINING, gene_response=True)
    found = predict_part(pairs, sites, genes, "datasets", "d3", training, [1.0], seed=1)
    of_deaf = found["gene"].isin([f"d3:{name}" for name in names])
    share = found["effect"] / found["all_alike"].where(found["all_alike"] < 0)
    assert share[of_deaf].median() < 0.5
    assert share[~of_deaf].median() > 1.5


def test_the_mean_of_models_with_each_decay_predicts(tables):
    pairs, sites, genes = tables
    both, weak, strong = (
        predict_part(pairs, sites, genes, "families", "1", TRAINING, decays, seed=1)
        for decays in ([0.1, 1.0], [0.1], [1.0])
    )
    assert not np.allclose(weak["effect"], strong["effect"])
    mean = (weak["effect"] + strong["effect"]) / 2
    np.testing.assert_allclose(both["effect"], mean, rtol=1e-12)
