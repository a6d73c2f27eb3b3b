"""Sites that a network finds by itself, as the occupancy model reads them."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from mirsignal.binding.batches import predict_pairs
from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.networks.backend import keras
from mirsignal.repression import scanned_sites
from mirsignal.repression.scanned_sites import (
    EXCESSES,
    FIRST_EFFECT,
    random_utrs,
    scan_sites,
)
from mirsignal.repression.site_logits import SiteNetwork
from mirsignal.sequences.codes import encode, reverse_complement
from mirsignal.sites.regions import COLUMNS
from mirsignal.workflow.recipes import OF_SCAN

GUIDES = ["UGAGGUAGUAGGUUGUAUAGUU", "UAAAGUGCUGACAGUGCAGAU"]


@pytest.fixture
def network():
    """Return a network that knows 6mers: seed matches, whose weights are set by hand."""
    keras.utils.set_random_seed(1)
    model = BINDING_NETWORKS["seed_match"](encoding="wc")
    kernel, bias = model.get_layer("logit").get_weights()
    kernel[:] = 0
    kernel[0], bias[:] = 8, -4
    model.get_layer("logit").set_weights([kernel, bias])
    return SiteNetwork(model, "wc")


def test_each_guide_has_its_summits_in_each_transcript(network, random_rna):
    texts = {name: random_rna(120) for name in ("t1", "t2", "t3")}
    for name, guide, at in (("t1", GUIDES[0], 60), ("t2", GUIDES[1], 20)):
        site = reverse_complement(guide[1:7])
        texts[name] = texts[name][:at] + site + texts[name][at + 6 :]
    transcripts = pd.DataFrame({"transcript": list(texts), "gene": ["a", "b", "b"]})
    mirnas = pd.DataFrame({"mirna": ["x", "y"], "sequence": GUIDES})
    mirnas = mirnas.assign(passenger=None, passenger_share=[0.0, 0.4])
    sites = scan_sites(network, mirnas, transcripts, texts, n=2)
    assert sites.groupby(["mirna", "transcript"]).size().max() <= 2
    of_network = {"binding", "seed_binding", "binding_excess", "seed_excess"}
    assert set(sites.columns) & set(COLUMNS) | of_network == set(sites.columns)
    assert sites["local_au"].between(0, 1).all()
    assert sites["distance"].between(0, np.log10(60)).all()
    assert (sites["contextpp"] == FIRST_EFFECT).all()
    assert (sites["start"] >= 0).all()
    bound = sites[sites["binding"] > 0].groupby(["mirna", "transcript"]).first()
    assert bound.loc[("x", "t1"), "start"] == pytest.approx(60, abs=25)
    assert bound.loc[("x", "t1"), "weight"] == 1
    assert bound.loc[("y", "t2"), "weight"] == pytest.approx(0.6 / 2)
    excess = sites["binding"] - sites["binding_excess"]
    assert excess.groupby(sites["mirna"]).std().max() < 1e-5, "one usual level for each"
    alone = scan_sites(network, mirnas, transcripts[:1], texts, n=2)
    of_first = sites[sites["transcript"] == "t1"].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, of_first[alone.columns])
    shared = transcripts.assign(share=[1.0, 0.9, 0.1])
    weighed = scan_sites(network, mirnas, shared, texts, n=2)
    of_mrna = weighed[weighed["mirna"] == "x"].groupby("transcript")["weight"].first()
    assert of_mrna.to_dict() == {"t1": 1, "t2": 0.9, "t3": 0.1}, "as its site weighs"


def test_a_site_ends_with_its_transcript_and_is_scored_by_its_whole_window(
    network, random_rna, monkeypatch
):
    text, at = random_rna(80), [0, 2, 40, 79]
    found = pd.DataFrame({"transcript": "t", "position": at, "prediction": 0.9})
    of_random = pd.DataFrame({"transcript": ["random_0"], "position": 9, "prediction": 0})
    monkeypatch.setattr(
        scanned_sites,
        "tabulate_candidates",
        lambda tracks, n: found if next(tracks)[0] == "t" else of_random,
    )
    transcripts = pd.DataFrame({"transcript": ["t"], "gene": ["a"]})
    mirnas = pd.DataFrame({"mirna": ["x"], "sequence": GUIDES[:1]})
    mirnas = mirnas.assign(passenger=None, passenger_share=0.0)
    sites = scan_sites(network, mirnas, transcripts, {"t": text}, n=4)
    assert sites["start"].tolist() == [0, 0, 37, 76]
    assert sites["end"].tolist() == [3, 5, 43, 80]
    expected = np.log10([1, 3, 40, 1])
    assert sites["distance"].tolist() == pytest.approx(expected.tolist())
    padded = "N" * 25 + text + "N" * 25
    windows = [padded[position : position + 50] for position in at]
    pairs = pd.DataFrame({"mirna_sequence": GUIDES[0], "target": windows})
    p = predict_pairs(network.model, pairs, "wc")
    assert sites["binding"].tolist() == pytest.approx(np.log(p / (1 - p)).tolist())


def test_recipes_know_what_scanned_sites_have():
    assert tuple(EXCESSES.values()) == OF_SCAN


def test_random_utrs_have_the_steps_of_human_ones():
    texts = random_utrs()
    assert len(texts) == 40
    assert {len(text) for text in texts.values()} == {1000}
    pairs = Counter(a + b for text in texts.values() for a, b in pairwise(text))
    after_c = sum(pairs["C" + letter] for letter in "ACGU")
    assert pairs["CG"] / after_c == pytest.approx(0.061, abs=0.01)
    assert random_utrs() == texts


@pytest.mark.realdata
def test_steps_are_those_of_the_human_utrs_that_they_are_said_to_be_of(shared_data):
    table = pd.read_csv(shared_data / "transcripts/human_3utr_all.tsv.gz", sep="\t")
    rows = table.drop_duplicates(["source_transcript", "utr3_seq"])
    counts = np.zeros((4, 4))
    for codes in map(encode, rows["utr3_seq"]):
        known = (codes[:-1] < 4) & (codes[1:] < 4)
        np.add.at(counts, (codes[:-1][known], codes[1:][known]), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(scanned_sites._STEPS, shares, atol=0.0015)
