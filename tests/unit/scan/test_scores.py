"""Scorers against loops over windows, and the fast one against SHAP."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.axes import REGIONS
from mirsignal.binding.pairing import pair_matrix
from mirsignal.interpretation.explanation import (
    PairExplainer,
    pairs_to_matrices,
    sample_background,
)
from mirsignal.scan.attribution import Attributor, attribute_window, coverage
from mirsignal.scan.convolution import list_bodies
from mirsignal.scan.scanning import (
    WindowedScanner,
    mirna_reference,
    mirna_rows,
    scan_transcripts,
    sigmoid,
)
from mirsignal.scan.scores import (
    PredictionScorer,
    ShapScorer,
    inner_coverage,
    keep_above,
    window_centres,
)
from mirsignal.sequences.codes import decode

MIRNA, ENCODING = "UGAGGUAGUAGGUUGUAUAGUU", "wc_gu"


@pytest.fixture(scope="module")
def transcripts():
    rng = np.random.default_rng(2)
    return [rng.integers(0, 4, n).astype(np.uint8) for n in (130, 35)]


@pytest.fixture(scope="module")
def background(transcripts):
    rng = np.random.default_rng(3)
    rows = mirna_rows(MIRNA, ENCODING)
    return rows[rng.integers(0, 4, (4, 50))]


@pytest.fixture(scope="module")
def windows_of(network):
    def p_of(codes, rows):
        (logits,) = scan_transcripts(WindowedScanner(network), [codes], rows)
        return sigmoid(logits)

    return p_of


def test_prediction_scorer(network, transcripts, windows_of):
    scorer = PredictionScorer(WindowedScanner(network), ENCODING)
    tracks, details = scorer.score(transcripts, MIRNA, 0.5)
    assert details == []
    for codes, track in zip(transcripts, tracks, strict=True):
        p = windows_of(codes, mirna_rows(MIRNA, ENCODING))
        np.testing.assert_allclose(track[:, 0], p, atol=0.5 / 4096 + 1e-6)
        np.testing.assert_array_equal(track[:, 1], keep_above(track[:, 0], 0.5))


def test_shap_scorer_equals_a_loop_over_windows(
    network, transcripts, background, windows_of
):
    tracks, details = ShapScorer(network, background, ENCODING).score(
        transcripts, MIRNA, 0.6
    )
    rows = mirna_rows(MIRNA, ENCODING)
    explainer = PairExplainer(network, background)
    for codes, track, detail in zip(transcripts, tracks, details, strict=True):
        around = np.pad(codes, 25, constant_values=4)
        total = np.zeros((len(around), 20))
        p = windows_of(codes, rows)
        np.testing.assert_allclose(track[:, 0], p, atol=0.5 / 4096 + 1e-6)
        for t in np.flatnonzero(track[:, 0] > 0.6):
            values, residual = explainer.explain(rows[around[None, t : t + 50]])
            assert residual.max() < 1e-4
            total[t : t + 50] += track[t, 0] * values[0]
        expected = total[25:-25] / coverage(len(codes))[:, None]
        np.testing.assert_allclose(detail, expected, atol=1e-5)
        assert track.shape == (len(codes), len(REGIONS) + 2)


def test_published_divisor_makes_scores_smaller(network, background):
    codes = np.random.default_rng(4).integers(0, 4, 300).astype(np.uint8)
    (corrected,), (published,) = (
        ShapScorer(network, background, ENCODING, 10, wrong).score([codes], MIRNA, 0.5)[1]
        for wrong in (False, True)
    )
    inner = corrected[100:200]
    assert inner.any()
    ratio = inner[inner != 0] / published[100:200][inner != 0]
    np.testing.assert_allclose(ratio, 10, rtol=1e-5)
    ends = corrected[:10] + corrected[-10:]  # one window and one position inside
    assert ends.any()
    np.testing.assert_allclose(published[0], corrected[0])
    np.testing.assert_allclose(published[-1], corrected[-1])


def test_inner_coverage_counts_windows_inside():
    for length in (1, 49, 50, 53, 130):
        expected = np.zeros(length)
        for start in range(max(length - 49, 1)):
            expected[start : start + 50] += 1
        np.testing.assert_array_equal(inner_coverage(length), expected)


def test_short_transcripts_have_shap_scores(network, background):
    codes = [np.zeros(n, np.uint8) for n in (1, 24, 49)]
    for step in (1, 10, 50):
        tracks, _ = ShapScorer(network, background, ENCODING, step).score(codes, MIRNA, 0)
        for track, transcript in zip(tracks, codes, strict=True):
            assert track.shape == (len(transcript), 5)
            assert np.isfinite(track).all()


def test_windows_of_a_step_reach_both_ends():
    np.testing.assert_array_equal(window_centres(3, 1), [0, 1, 2])
    np.testing.assert_array_equal(window_centres(80, 10), [25, 35, 45, 55])
    np.testing.assert_array_equal(window_centres(84, 10), [25, 35, 45, 55, 59])
    for length, centre in ((49, 25), (30, 25), (24, 23), (1, 0)):
        np.testing.assert_array_equal(window_centres(length, 10), [centre])


def test_p_of_a_step_is_that_of_the_nearest_window(network, background, windows_of):
    codes = np.random.default_rng(5).integers(0, 4, 93).astype(np.uint8)
    (track,), _ = ShapScorer(network, background, ENCODING, 10).score([codes], MIRNA, 1)
    p = windows_of(codes, mirna_rows(MIRNA, ENCODING))
    for at, centre in (
        (0, 25),
        (25, 25),
        (29, 25),
        (31, 35),
        (60, 65),
        (67, 68),
        (92, 68),
    ):
        assert track[at, 0] == pytest.approx(p[centre], abs=2e-4), at
    assert not track[:, 1:].any()


def test_background_is_a_sample_of_training_pairs():
    pairs = pd.DataFrame(
        {
            "target": ["A" * 50, "C" * 50, "G" * 50],
            "mirna_sequence": ["U" * 20] * 3,
            "split": ["train", "train", "random"],
        }
    )
    both = sample_background(pairs, 5, "wc", 1)
    assert both.shape == (2, 50, 20, 1)
    assert sorted(both.mean(axis=(1, 2, 3))) == [0, 1]
    np.testing.assert_array_equal(pairs_to_matrices(pairs[:1], "wc"), both.max(0)[None])


def test_no_pair_to_explain(network, background):
    values, residual = PairExplainer(network, background).explain(background[:0])
    assert values.shape == (0, 50, 20)
    assert residual.shape == (0,)


def test_integrated_gradients_look_like_shap(site_network):
    """Per nucleotide, at the best miRNA position, as the score is made."""
    model, targets, mirnas, *others = site_network
    explainer = PairExplainer(model, pair_matrix(*others, ENCODING))
    values, _ = explainer.explain(pair_matrix(targets, mirnas, ENCODING))
    attributor = Attributor(list_bodies(model), 4)
    agreement = []
    for codes, mirna, expected in zip(targets, mirnas, values, strict=True):
        rows = mirna_rows(decode(mirna), ENCODING)
        reference = mirna_reference(decode(mirna), ENCODING)
        detail = attribute_window(attributor, codes, rows, reference)
        fast = detail[:, 1:].max(axis=1)
        agreement.append(np.corrcoef(fast, expected[:, 1:].max(axis=1))[0, 1])
    assert np.median(agreement) >= 0.95
