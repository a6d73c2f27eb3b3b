"""Attribution along a transcript against a loop over windows."""

import numpy as np
import pytest

from mirsignal.networks.backend import keras, tf
from mirsignal.scan import attribution as module
from mirsignal.scan.attribution import (
    Attributor,
    coverage,
    region_scores,
    weighted_segments,
)
from mirsignal.scan.convolution import list_bodies
from mirsignal.scan.scanning import (
    WindowedScanner,
    mirna_reference,
    mirna_rows,
    scan_transcripts,
)

MIRNA = "UGAGGUAGUAGGUUGUAU"  # 18 nt: two positions are padding
ROWS, REFERENCE = mirna_rows(MIRNA, "wc_gu"), mirna_reference(MIRNA, "wc_gu")
STEPS = 3


@pytest.fixture(scope="module")
def attributor(network):
    return Attributor(list_bodies(network), STEPS)


def window_attribution(network, window):
    """Return integrated gradients (W, M) of one window's logit, midpoint rule."""
    logit = keras.Model(network.input, network.get_layer("logit").output)
    pairing = tf.constant(ROWS[window])[None]
    change = pairing - REFERENCE
    total = tf.zeros_like(pairing)
    for step in range(STEPS):
        point = REFERENCE + change * ((step + 0.5) / STEPS)
        with tf.GradientTape() as tape:
            tape.watch(point)
            value = logit(point)
        total += tape.gradient(value, point)
    return np.asarray(tf.reduce_sum(change * total, -1)[0]) / STEPS


def test_attribution_equals_a_loop_over_windows(network, attributor, rng):
    transcripts = [rng.integers(0, 5, n).astype(np.uint8) for n in (110, 30)]
    weights = [np.zeros(n, np.float32) for n in (110, 30)]
    for row, places in enumerate(([0, 3, 4, 40, 90, 109], [12, 29])):
        weights[row][places] = rng.random(len(places))
    result = attributor.attribute(transcripts, weights, ROWS, REFERENCE)
    for codes, weight, track in zip(transcripts, weights, result, strict=True):
        around = np.pad(codes, 25, constant_values=4)
        total, number = np.zeros((len(around), 20)), np.zeros(len(around))
        for t, w in enumerate(weight):
            number[t : t + 50] += 1
            if w:
                total[t : t + 50] += w * window_attribution(network, around[t : t + 50])
        expected = (total / np.maximum(number, 1)[:, None])[25:-25]
        np.testing.assert_allclose(track, expected, atol=2e-6)
        np.testing.assert_array_equal(coverage(len(codes)), number[25:-25])


def test_many_long_segments_equal_single_ones(attributor, rng):
    transcripts = [rng.integers(0, 4, n).astype(np.uint8) for n in (1200, 300, 80)]
    weights = [rng.random(len(codes)).astype(np.float32) for codes in transcripts]
    weights[1][50:200] = 0
    together = attributor.attribute(transcripts, weights, ROWS, REFERENCE)
    pieces = [np.zeros((len(codes), 20)) for codes in transcripts]
    for start in range(0, 1200, 400):  # attributions add
        parts = [np.zeros_like(weight) for weight in weights]
        for part, weight in zip(parts, weights, strict=True):
            part[start : start + 400] = weight[start : start + 400]
        for piece, track in zip(
            pieces, attributor.attribute(transcripts, parts, ROWS, REFERENCE), strict=True
        ):
            piece += track
    for piece, track in zip(pieces, together, strict=True):
        np.testing.assert_allclose(track, piece, atol=1e-5)


def test_windows_segments_and_whole_tracks_agree(network, monkeypatch, rng):
    transcripts = [rng.integers(0, 4, n).astype(np.uint8) for n in (700, 90)]
    weights = [rng.random(n).astype(np.float32) for n in (700, 90)]
    for weight, n in zip(weights, (640, 60), strict=True):
        weight[rng.permutation(len(weight))[:n]] = 0
    tracks = []
    for joined_gap in (0, 32, 2000):  # every window alone, ..., all in one
        monkeypatch.setattr(module, "_JOINED_GAP", joined_gap)
        attributor = Attributor(list_bodies(network), STEPS, workers=2)
        tracks.append(attributor.attribute(transcripts, weights, ROWS, REFERENCE))
    for other in tracks[1:]:
        for track, expected in zip(other, tracks[0], strict=True):
            tolerance = 1e-3 * np.abs(expected).max()
            np.testing.assert_allclose(track, expected, rtol=0, atol=tolerance)


def test_attribution_of_one_window_explains_its_logit(network, rng):
    codes = rng.integers(0, 4, 120).astype(np.uint8)
    weight = np.zeros(120, np.float32)
    weight[60] = 1
    fine = Attributor(list_bodies(network), 8)
    (track,) = fine.attribute([codes], [weight], ROWS, REFERENCE)
    assert not track[:35].any()
    assert not track[85:].any()
    scanner = WindowedScanner(network)
    logit = scan_transcripts(scanner, [codes], ROWS)[0][60]
    nothing = scanner.scan(np.zeros(50, np.uint8), np.stack([REFERENCE] * 5))[0]
    explained = (track * coverage(120)[:, None]).sum()
    assert explained == pytest.approx(logit - nothing, abs=0.003)


def test_no_weight_no_attribution(attributor):
    codes = np.arange(90, dtype=np.uint8) % 5
    (track,) = attributor.attribute([codes], [np.zeros(90, np.float32)], ROWS, REFERENCE)
    assert track.shape == (90, 20)
    assert not track.any()
    assert attributor.attribute([], [], ROWS, REFERENCE) == []


def test_segments_hold_every_weight_once(rng):
    assert weighted_segments(np.zeros(5, np.float32)) == []
    for share in (0.001, 0.02, 0.9):
        weight = (rng.random(5000) < share).astype(np.float32)
        covered = np.zeros(5000)
        for start, stop in weighted_segments(weight):
            assert 0 < stop - start <= 1024
            covered[start:stop] += 1
        assert (covered[weight > 0] == 1).all()
        assert covered.max() == 1


def test_region_scores_are_the_best_of_each_region():
    attribution = np.zeros((3, 20), np.float32)
    attribution[0, 0] = 9  # nt 1 belongs to no region
    attribution[1, [1, 7, 8, 11, 12, 19]] = [1, 2, 3, 4, 5, 6]
    np.testing.assert_array_equal(
        region_scores(attribution), [[0, 0, 0], [2, 4, 6], [0, 0, 0]]
    )
