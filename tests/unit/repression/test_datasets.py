"""Data sets: which 3' UTRs count, what seed counts show, and published scores beside."""

import logging

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.repression.datasets import (
    add_references,
    bare_names,
    choose_transcripts,
    measure_seed_counts,
    stack_datasets,
    tell_seed_counts,
)

TRANSCRIPTS = pd.DataFrame(
    {
        "transcript": ["NM_1.2", "NM_2.1", "NM_3.1", "NM_4.1"],
        "gene": ["A", "A", "B", "C"],
        "length": [100, 300, 50, 70],
        "n_unknown": 0,
    }
)
MEASURED = pd.Series(["A", "B"])


def chosen(expressed=None, which="all"):
    table = choose_transcripts(TRANSCRIPTS, MEASURED, expressed, which)
    return table[["transcript", "gene"]].to_numpy().tolist()


def test_names_hold_their_dataset():
    table = pd.DataFrame({"mirna": ["miR-1"], "gene": ["HGNC:5"], "x": [1]})
    stacked = stack_datasets({"d1": table, "d2": table})
    assert stacked["mirna"].tolist() == ["d1:miR-1", "d2:miR-1"]
    assert bare_names(stacked["gene"]).tolist() == ["HGNC:5"] * 2
    assert stacked["dataset"].tolist() == ["d1", "d2"]


def test_transcripts_of_measured_genes():
    assert chosen() == [["NM_1.2", "A"], ["NM_2.1", "A"], ["NM_3.1", "B"]]
    assert chosen(which="longest") == [["NM_2.1", "A"], ["NM_3.1", "B"]]
    expressed = pd.Series({"NM_1": "A", "NM_4": "B", "NM_9": "B"})
    assert chosen(expressed) == [["NM_1.2", "A"], ["NM_4.1", "B"]]
    with pytest.raises(InputError, match="no transcript"):
        choose_transcripts(TRANSCRIPTS, pd.Series(["Z"]), None, "all")


def make_experiment(rng, effect):
    """Return pairs of 600 genes, a third with a site of 8 nt that does `effect`."""
    genes = [f"g{number}" for number in range(600)]
    has_site = np.arange(600) % 3 == 0
    pairs = pd.DataFrame({"mirna": "m", "gene": genes})
    pairs["log2fc"] = effect * has_site + rng.normal(0, 0.3, 600)
    sites = pd.DataFrame({"mirna": "m", "gene": np.array(genes)[has_site]})
    sites = sites.assign(
        transcript=sites["gene"], group="guide_utr", contextpp=-0.3, log_air=np.log(0.5)
    )
    other = sites.assign(group="passenger_utr")  # counts for nothing
    return pairs, pd.concat([sites, other], ignore_index=True)


def test_references_are_means_over_transcripts(rng):
    pairs, sites = make_experiment(rng, -0.5)
    transcripts = pd.DataFrame({"gene": [*pairs["gene"], "g0"]})
    found = add_references(pairs, sites, transcripts)
    half = np.log2((2**-0.3 - 1) * 0.5 + 1)
    for row, n in ((0, 2), (3, 1)):
        values = found.loc[row, ["seed_counts", "contextpp", "weighted_contextpp"]]
        expected = np.array([-1, -0.3, half]) / n
        np.testing.assert_allclose(values.astype(float), expected, rtol=0.04)
    assert (found.loc[1, ["seed_counts", "contextpp"]] == 0).all()


@pytest.mark.parametrize(("effect", "shown"), [(-0.5, True), (0.05, False), (0.5, False)])
def test_an_experiment_that_shows_nothing_is_named(rng, caplog, effect, shown):
    pairs, sites = make_experiment(rng, effect)
    pairs = add_references(pairs, sites, pairs)
    table = measure_seed_counts(pairs, n_resamples=200, seed=1)
    row = table.iloc[0]
    assert row["r_low"] < row["r"] < row["r_high"]
    assert (row["n"], row["n_with_site"], row["shown"]) == (600, 200, shown)
    with caplog.at_level(logging.WARNING):
        tell_seed_counts(table, "hela")
    assert ("hela shows nothing of m" in caplog.text) != shown


def test_one_gene_with_a_site_shows_nothing(rng):
    """Resamples without it tell nothing of the experiment either."""
    pairs = pd.DataFrame({"mirna": "m", "gene": [f"g{n}" for n in range(200)]})
    pairs = pairs.assign(log2fc=rng.normal(size=200), seed_counts=0.0)
    pairs.loc[0, ["log2fc", "seed_counts"]] = -3, -1
    table = measure_seed_counts(pairs, n_resamples=200, seed=1)
    assert not table["shown"].any()
