"""The fast scan equals the naive loop, however it is cut."""

import numpy as np
import pytest

from mirsignal.backend import keras
from mirsignal.convolution import fold_network
from mirsignal.pairing import pair_matrix
from mirsignal.scanning import (
    ConvolutionalScanner,
    WindowedScanner,
    mirna_rows,
    scan_transcripts,
    sigmoid,
)
from mirsignal.sequences import encode_many

MIRNA = "UGAGGUAGUAGGUUGUAUAGUU"
LENGTHS = [1, 20, 49, 50, 51, 500]


@pytest.fixture(scope="module")
def transcripts():
    rng = np.random.default_rng(5)
    return [rng.integers(0, 5, n).astype(np.uint8) for n in LENGTHS]  # 4 is N


@pytest.fixture(scope="module")
def scan(network):
    return ConvolutionalScanner(fold_network(network), n_channels=2, chunk=64)


@pytest.mark.parametrize("which", range(len(LENGTHS)), ids=map(str, LENGTHS))
def test_scan_equals_a_naive_loop(network, scan, transcripts, which):
    codes = transcripts[which]
    rows = mirna_rows(MIRNA, "wc_gu")
    around = np.pad(codes, 25, constant_values=4)
    windows = np.array([around[t : t + 50] for t in range(len(codes))])
    mirnas = np.repeat(encode_many([MIRNA], 20), len(codes), axis=0)
    logit = keras.Model(network.input, network.get_layer("logit").output)
    expected = np.asarray(logit(pair_matrix(windows, mirnas, "wc_gu")))[:, 0]
    for scanner in (scan, WindowedScanner(network, batch_size=64)):
        (track,) = scan_transcripts(scanner, [codes], rows)
        np.testing.assert_allclose(track, expected, atol=1e-5)


def test_neighbours_and_chunks_do_not_matter(network, scan, transcripts):
    rows = mirna_rows(MIRNA, "wc_gu")
    together = scan_transcripts(scan, transcripts, rows)
    long = ConvolutionalScanner(fold_network(network), n_channels=2, chunk=1024)
    for codes, track in zip(transcripts, together, strict=True):
        assert track.shape == codes.shape
        for scanner in (scan, long):
            (alone,) = scan_transcripts(scanner, [codes], rows)
            np.testing.assert_allclose(track, alone, atol=1e-5)


def test_chunk_has_to_hold_whole_phases(network):
    with pytest.raises(ValueError, match="chunk 60 is not a multiple of 8"):
        ConvolutionalScanner(fold_network(network), n_channels=2, chunk=60)


def test_mirna_is_cut_and_padded():
    np.testing.assert_array_equal(
        mirna_rows(MIRNA, "wc_gu"), mirna_rows(MIRNA[:20], "wc_gu")
    )
    assert not mirna_rows(MIRNA[:17], "wc_gu")[:, 17:].any()
    with pytest.raises(ValueError, match="unknown encoding 'twohot'"):
        mirna_rows(MIRNA, "twohot")


def test_sigmoid_of_any_logit():
    logits = np.array([-1e4, -3, 0, 3, 1e4], np.float32)
    with np.errstate(over="raise"):
        p = sigmoid(logits)
    np.testing.assert_allclose(p, [0, 1 / (1 + np.exp(3)), 0.5, 0.952574, 1], atol=1e-6)
