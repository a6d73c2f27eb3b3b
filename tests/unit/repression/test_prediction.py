"""Predictions for new miRNAs and transcripts: scored, without a site, not scanned."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.repression.occupancy import OccupancyTraining, fit_seeds
from mirsignal.repression.prediction import (
    FittedOccupancy,
    FittedScan,
    name_as_known,
    predict_from_sequences,
    predict_genes,
)
from mirsignal.sites.context import SiteContext
from mirsignal.sites.gene_features import GENE_FEATURES
from mirsignal.sites.regions import COLUMNS

TRAINING = OccupancyTraining(
    n_hidden=2,
    decay=0.15,
    mirna_decay=0.001,
    gene_decay=0.05,
    prior_share=0.5,
    n_seeds=2,
)


def make_sites(rows):
    """Return sites from (mirna, gene, group, contextpp); the rest is the same for all."""
    table = pd.DataFrame(rows, columns=["mirna", "gene", "group", "contextpp"])
    constant = {
        "start": 20,
        "end": 28,
        "site_type": "8mer",
        "local_au": 0.5,
        "distance": 2.0,
        "three_prime": 2.0,
        "accessibility": np.nan,
        "off6m": 0,
        "neighbour": 0,
        "overlapping": 0,
        "weight": 1.0,
    }
    return table.assign(transcript=table["gene"], **constant)[list(COLUMNS)]


INTERVALS = pd.DataFrame(
    [
        ("new", "sites", -0.5, 99, -1.0, 0.8),
        ("new", "no site", 0.0, 99, -0.3, 0.3),
        ("known", "sites", -0.5, 99, -0.5, 0.4),
        ("known", "no site", 0, 99, -0.2, 0.2),
    ],
    columns=["predicts", "status", "predicted_log2fc", "n", "low", "high"],
).assign(noise_sd=0.2)


@pytest.fixture(scope="module")
def models():
    """Return models of a miRNA whose sites do twice what context++ says."""
    rng = np.random.default_rng(3)
    genes = [f"g{number}" for number in range(300)]
    scores = -rng.uniform(0.05, 0.5, 150)
    sites = make_sites(
        [("known", g, "guide_utr", s) for g, s in zip(genes[:150], scores, strict=True)]
    )
    target = np.r_[2 * scores, np.zeros(150)] + rng.normal(0, 0.02, 300)
    pairs = pd.DataFrame({"mirna": "known", "gene": genes, "target_log2fc": target})
    table = pd.DataFrame(rng.normal(size=(300, 9)), columns=list(GENE_FEATURES))
    given = (pairs, sites, table.assign(gene=genes), TRAINING)
    return fit_seeds(*given, seed=1)


@pytest.fixture
def predicted(models):
    return predict(models)


SITES = make_sites(
    [
        ("new", "two", "guide_utr", -0.3),
        ("new", "two", "guide_orf", -0.1),
        ("new", "one", "guide_utr", -0.3),
        ("old", "one", "guide_utr", -0.3),
    ]
)


def predict(models, sites=SITES, responses=None, scan=None, **options):
    transcripts = pd.DataFrame(
        [("two", 500, 0), ("one", 500, 0), ("none", 500, 0), ("short", 30, 20)],
        columns=["transcript", "length", "n_unknown"],
    )
    transcripts["gene"] = transcripts["transcript"]
    known = pd.DataFrame({"mirna": ["known"], "sequence": ["AAA"]})
    mirnas = pd.DataFrame({"mirna": ["new", "old"], "sequence": ["CCC", "AAA"]})
    fitted = FittedOccupancy(models, INTERVALS, known, responses, scan)
    table, described = predict_genes(fitted, mirnas, transcripts, sites, **options)
    return table.set_index(["mirna", "gene"]), described


def test_status_and_prediction_of_every_pair(predicted):
    table, _ = predicted
    assert table.loc["new", "status"].to_dict() == {
        "two": "sites",
        "one": "sites",
        "none": "no site",
        "short": "not scanned",
    }
    scores = table.loc["new", "predicted_log2fc"]
    assert scores["two"] < scores["one"] < scores["none"] == 0
    assert np.isnan(scores["short"])
    assert table.loc[("new", "none"), ["low", "high"]].tolist() == [-0.3, 0.3]
    assert table.loc[("new", "short"), ["low", "high"]].isna().all()


def test_interval_goes_by_status_and_by_what_the_model_knows(predicted):
    table, _ = predicted
    ends = table[["low", "high"]].sub(table["predicted_log2fc"], axis=0)
    assert ends.loc[("new", "two")].tolist() == pytest.approx([-1, 0.8])
    assert ends.loc[("old", "one")].tolist() == pytest.approx([-0.5, 0.4])
    assert ends.loc[("old", "none")].tolist() == pytest.approx([-0.2, 0.2])


def test_interval_is_as_wide_as_the_noise_of_the_experiment(models, predicted):
    twice = predict(models, noise_sd=0.4)[0]
    width = (twice["high"] - twice["low"]) / (predicted[0]["high"] - predicted[0]["low"])
    assert width.dropna().to_numpy() == pytest.approx(2)
    assert twice["predicted_log2fc"].equals(predicted[0]["predicted_log2fc"])


def test_a_mirna_that_was_trained_on_keeps_its_strength(predicted):
    table = predicted[0]["predicted_log2fc"]
    assert table["old", "one"] < table["new", "one"]


def test_genes_respond_as_is_known_of_them(models, predicted):
    responses = pd.Series({"two": 0.5, "none": 2.0})
    table, described = predict(models, responses=responses)
    before, after = (t["predicted_log2fc"] for t in (predicted[0], table))
    assert after["new", "one"] == before["new", "one"]
    assert after["new", "none"] == 0
    share = after["new", "two"] / before["new", "two"]
    assert 0.5 < share < 0.6  # sites compete less
    by_gene = described.groupby("gene")
    assert by_gene["response"].first().to_dict() == {"one": 1.0, "two": 0.5}
    assert (described["weight"] == 1).all()
    effects = described[described["mirna"] == "new"].groupby("gene")["effect"].sum()
    assert effects["two"] == pytest.approx(after["new", "two"], rel=0.1)


RESPONSES = {"A": 0.5, "ENSG00000000002": 2.0}


def test_responses_are_known_by_the_names_of_genes(models):
    fitted = FittedOccupancy(models, INTERVALS, None, pd.Series(RESPONSES))
    named = pd.DataFrame(
        {
            "gene": ["ENSG00000000001.4", "ENSG00000000002.1", "B"],
            "gene_name": ["A", "B", "C"],
        }
    )
    found = fitted.named(named).responses
    assert found[found.notna()].to_dict() == {
        named["gene"][0]: 0.5,
        named["gene"][1]: 2.0,
    }
    assert fitted.named(named[["gene"]]) is not None
    assert FittedOccupancy(models, INTERVALS, None).named(named).responses is None


def test_a_mixture_is_the_weighted_mean_of_seed_sites_and_of_what_a_scan_finds(models):
    found = make_sites(
        [
            ("new", "none", "guide_utr", -0.3),
            ("new", "one", "guide_utr", -0.002),
            ("old", "none", "guide_utr", -0.001),
        ]
    ).assign(binding=1.0)
    intervals = INTERVALS.assign(low=-3.0)
    scan = FittedScan(models, pd.Series({"none": 0.5}), intervals, 0.25, -0.02, 10)
    before, seeds = predict(models)
    alone, other = predict(models, found, scan.responses)
    table, described = predict(models, scan=scan, scanned=found)
    parts = [t["predicted_log2fc"] for t in (before, alone, table)]
    assert np.allclose(
        parts[2], 0.75 * parts[0] + 0.25 * (parts[1] + 0.02), equal_nan=True
    )
    assert table["status"].equals(before["status"])
    counts = ["n_8mer", "n_orf"]
    assert table[counts].equals(before[counts])
    listed = described[described["site_type"] == "scanned"]
    assert listed["gene"].tolist() == ["none"]  # the others do less than WEAKEST
    assert listed["contextpp"].isna().all()
    effect = other.set_index(["mirna", "gene"]).loc[("new", "none"), "effect"]
    assert listed["effect"].tolist() == pytest.approx([effect / 4])
    of_seeds = described[described["site_type"] != "scanned"]["effect"].sort_values()
    assert np.allclose(of_seeds, 0.75 * seeds["effect"].sort_values())
    ends = table["low"] - table["predicted_log2fc"]
    assert ends.dropna().to_numpy() == pytest.approx(-3)


def test_sites_are_counted_and_named(predicted):
    table, described = predicted
    row = table.loc[("new", "two")]
    assert row[["n_8mer", "n_6mer", "n_orf", "n_passenger"]].tolist() == [1, 0, 1, 0]
    first, second = row["strongest_sites"].split("; ")
    assert first.startswith("two:20-28 8mer guide_utr -0.")
    assert "guide_orf" in second
    site = described[described["gene"] == "two"].iloc[0]
    assert first.startswith(f"{site['transcript']}:{site['start']}-{site['end']} ")
    assert table.loc[("new", "none"), "strongest_sites"] == ""
    assert (described["effect"] < 0).all()


@pytest.mark.parametrize("responses", [None, pd.Series({"two": 0.5})])
def test_no_site_anywhere_is_no_error(models, responses):
    table, described = predict(models, SITES.iloc[:0], responses)
    assert described.empty
    assert set(table["status"]) == {"no site", "not scanned"}
    assert (table["strongest_sites"] == "").all()
    assert (table["predicted_log2fc"].dropna() == 0).all()


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        ("track:phylop", "learned from track:phylop, which is not known of other"),
        ("pct", "the table has no column 'pct' with values"),
    ],
)
def test_what_a_model_has_learned_from_is_not_left_out_in_silence(
    models, feature, message
):
    learned = [replace(model, features=("local_au", feature)) for model in models]
    fitted = FittedOccupancy(learned, INTERVALS, pd.DataFrame())
    table = pd.DataFrame({"transcript": ["T"], "seed": ["GAGGUAG"], "start": [1]})
    context = SiteContext(conserved=table.assign(conserved=1.0))
    empty = pd.DataFrame()
    with pytest.raises(InputError, match=message):
        predict_from_sequences(
            fitted, empty, empty, {}, pd.Series(), empty, context=context
        )


def test_names_go_by_sequence(models):
    known = pd.DataFrame({"mirna": ["known", "x"], "sequence": ["AAA", "CCC"]})
    mirnas = pd.DataFrame(
        {"mirna": ["mine", "known", "x"], "sequence": ["AAA", "G", "CCC"]}
    )
    names = name_as_known(mirnas, FittedOccupancy(models, INTERVALS, known))
    assert names.to_dict() == {"mine": "known", "known": "new known", "x": "new x"}
