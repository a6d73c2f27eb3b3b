"""Occlusion: parts trace back to nucleotides, and tell what each adds."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.files.tracks import join_tracks
from mirsignal.repression.models import SIGNAL_NETWORKS
from mirsignal.repression.occlusion import (
    choose_predictions,
    explain_prediction,
    find_parts,
    name_sites,
    occlude,
)
from mirsignal.repression.training import predict_signals
from mirsignal.signals.compression import SMALLEST, compress, scale
from mirsignal.sites.seed_sites import find_sites, join


def test_parts_of_peaks_are_their_windows_with_those_of_near_ones():
    trace = {"positions": np.array([3, 60, 70, 95])}
    parts = find_parts(np.ones((4, 2), np.float32), ("logit", "au"), trace, 100)
    assert parts["start"].tolist() == [0, 35, 70]
    assert parts["end"].tolist() == [28, 95, 100]
    assert parts["first"].tolist() == [0, 1, 3]
    assert parts["stop"].tolist() == [1, 3, 4]
    none = {"positions": np.zeros(0, np.int64)}
    assert find_parts(np.ones((0, 2), np.float32), ("logit", "au"), none, 100).empty


def test_parts_of_a_compressed_signal_are_stretches_that_are_not_zero():
    score = np.zeros((1000, 1), np.float32)
    score[[100, 101, 110, 700]] = 1  # 110 is near 101, 700 is not
    bins, spans = compress(score)
    parts = find_parts(bins, ("score",), {"spans": spans}, 1000)
    assert parts[["start", "end"]].to_numpy().tolist() == [[100, 111], [700, 701]]
    for part in parts.itertuples():
        assert spans[: part.first].sum() == part.start
        assert spans[: part.stop].sum() == part.end
    assert find_parts(0 * bins, ("score",), {"spans": spans}, 1000).empty


@pytest.mark.parametrize("name", SIGNAL_NETWORKS)
def test_contribution_is_what_the_network_says_without_the_part(name, rng, unsettle):
    model = unsettle(SIGNAL_NETWORKS[name](n_channels=2))
    signal = rng.random((64, 2)).astype(np.float32)
    parts = pd.DataFrame({"first": [16, 0, 0], "stop": [32, 64, 0]})
    silent = signal.copy()
    silent[16:32] = SMALLEST
    without = {
        True: [np.concatenate([signal[:16], signal[32:]]), signal[:0], signal],
        False: [silent, np.full_like(signal, SMALLEST), signal],
    }
    whole = predict_signals(model, [signal], 32)[0]
    for cut, signals in without.items():
        expected = [predict_signals(model, [x], 32)[0] - whole for x in signals]
        contribution = occlude(model, signal, parts, multiple=32, cut=cut)
        assert contribution == pytest.approx(expected, abs=1e-5)
        assert contribution[2] == pytest.approx(0, abs=1e-5)
        assert abs(contribution[0]) > 1e-4


def test_sites_of_a_part_are_named_best_first(random_rna):
    mirna = "UGAGGUAGUAGGUUGUAUAGUU"  # 6mer UACCUC, 8mer CUACCUCA
    utr = "G" * 10 + "UACCUC" + "G" * 10 + "CUACCUCA" + "G" * 30
    parts = pd.DataFrame({"start": [0, 0, 28, 40], "end": [60, 20, 60, 60]})
    names = name_sites(parts, find_sites(mirna, join([utr])))
    assert names == ["8mer 26-34; 6mer 10-16", "6mer 10-16", "8mer 26-34", ""]


def test_strongest_prediction_of_each_gene_is_chosen():
    table = pd.DataFrame({"gene": list("aabc"), "predicted": [-1.0, -3, -2, 0]})
    assert choose_predictions(table, 2)["predicted"].tolist() == [-3, -2]


def test_explained_parts_name_the_pair_and_their_sites(rng, unsettle):
    model = unsettle(SIGNAL_NETWORKS["site_pooling"](n_channels=2))
    utr = "G" * 30 + "CUACCUCA" + "G" * 62
    pair = pd.DataFrame(
        {
            "mirna": "m",
            "transcript": "t2",
            "gene": "G",
            "predicted": -0.5,
            "log2fc": -1.0,
        },
        index=[7],
    )
    signals = join_tracks(
        ["t1", "t2"],
        [rng.random((3, 2)), rng.random((2, 2))],
        ("logit", "au"),
        mirnas=np.array(["m", "m"]),
        positions=np.array([5, 40, 90, 34, 80]),
    )
    settings = {"network": "site_pooling", "pools": [4], "task": "classification"}
    limits = np.array([[0.0, 0.0], [1.0, 1.0]])
    table, drawn = explain_prediction(
        next(pair.itertuples()),
        signals,
        model,
        limits,
        [],
        "UGAGGUAGUAGGUUGUAUAGUU",
        utr,
        **settings,
    )
    assert table["sites"].tolist() == ["8mer 30-38", ""]
    assert table["transcript"].tolist() == ["t2", "t2"]
    assert (drawn["length"], drawn["unit"]) == (100, "probability")
    scaled = scale(signals[1], limits)
    trace = {"positions": signals.extra["positions"][3:]}
    parts = find_parts(signals[1], signals.channels, trace, 100)
    lost = occlude(model, scaled, parts, cut=True)
    assert table["contribution"].to_numpy() == pytest.approx(-lost)
