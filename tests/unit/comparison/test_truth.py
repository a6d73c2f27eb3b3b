"""Recovery of planted truth, on a track of one site."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.comparison.truth import (
    chimera_recovery,
    repression_recovery,
    scan_recovery,
)
from mirsignal.files.tracks import join_tracks

SITES = pd.DataFrame(
    {"mirna": "a", "transcript": "t", "start": [40, 80], "end": [48, 86]}
).assign(site_type=["8mer", "6mer"])


def no_seed(mirna, transcript):
    return np.zeros(120, np.float32)


def test_scan_recovery_by_hand():
    values = np.zeros((120, 2), np.float32)
    values[40:48] = 1  # the first site shines, the second is dark
    tracks = join_tracks(["t", "u"], [values, 0 * values], ["prediction", "score"])
    peaks = pd.DataFrame(
        {
            "mirna": "a",
            "transcript": ["t", "u"],
            "start": 40,
            "end": 48,
            "summit": [46, 83],
        }
    )
    result = scan_recovery([("a", tracks)], peaks, SITES, no_seed)
    assert result["n_peaks"] == 2
    assert set(result["localisation"]) == {"prediction", "score", "seed_match"}
    score = result["localisation"]["score"]
    assert (score["n_nucleotides"], score["n_sites"]) == (240, 2)
    assert score["prevalence"] == pytest.approx(14 / 240)
    assert (score["share_found"], score["share_near"]) == (0.5, 0.5)
    assert (score["n_compared"], score["width_nt"]) == (0, None)  # no seed match found
    assert result["recovered_share"] == {"8mer": 1.0, "6mer": 0.0}  # u is not t
    assert result["median_peak_width_nt"] == 8
    assert score["nucleotide_ap"] == pytest.approx(8 / 14 + 6 / 14 * 14 / 240)
    assert 0.5 < result["site_auc"] < 1


def test_scan_without_peaks():
    tracks = join_tracks(["t"], [np.zeros((120, 2))], ["prediction", "score"])
    peaks = pd.DataFrame(columns=["mirna", "transcript", "start", "end", "summit"])
    result = scan_recovery([("a", tracks)], peaks, SITES, no_seed)
    assert set(result["recovered_share"].values()) == {0.0}
    assert result["median_peak_width_nt"] is None


def test_chimeras_with_a_site_are_counted():
    mirna = "UGAGGUAGUAGGUUGUAUAG"
    targets = ["G" * 20 + "CUACCUC" + "G" * 23, "G" * 50]
    table = pd.DataFrame({"mirna_sequence": mirna, "target": targets})
    assert chimera_recovery(table) == {"n": 2, "share_with_site": 0.5}


def test_repression_recovery_joins_by_pair(rng):
    truth = pd.DataFrame({"gene": list("abcdef"), "expected_log2fc": -rng.random(6)})
    truth["mirna"] = "m"
    predicted = truth.sample(frac=1, random_state=1)[["mirna", "gene"]].merge(truth)
    predicted = predicted.assign(predicted=lambda t: 3 * t.pop("expected_log2fc"))
    predicted["target_log2fc"] = -predicted["predicted"]
    result = repression_recovery(predicted, truth)
    assert result["n"] == 6
    assert result["pearson_with_truth"] == pytest.approx(1)
    assert result["pearson_with_measured"] == pytest.approx(-1)
    assert result["ceiling_measured_with_truth"] == pytest.approx(-1)
