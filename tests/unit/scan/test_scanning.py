"""The fast scan equals the naive loop, however it is cut."""

import numpy as np
import pytest

from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.binding.pairing import ENCODINGS, pair_matrix
from mirsignal.networks.backend import keras
from mirsignal.scan.convolution import list_bodies
from mirsignal.scan.scanning import (
    ConvolutionalScanner,
    WindowedScanner,
    make_scanner,
    mirna_reference,
    mirna_rows,
    scan_transcripts,
    sigmoid,
)
from mirsignal.sequences.codes import encode, encode_many, normalise

MIRNA = "UGAGGUAGUAGGUUGUAUAGUU"
LENGTHS = [1, 20, 49, 50, 51, 500]


@pytest.fixture(scope="module")
def transcripts():
    rng = np.random.default_rng(5)
    return [rng.integers(0, 5, n).astype(np.uint8) for n in LENGTHS]  # 4 is N


@pytest.fixture(scope="module")
def scan(network):
    return ConvolutionalScanner(list_bodies(network), n_channels=2, chunk=64)


def naive_logits(model, codes, rows, positions):
    """Return the network's logits of the windows around some positions."""
    around = np.pad(codes, 25, constant_values=4)
    windows = np.array([around[t : t + 50] for t in positions])
    logit = keras.Model(model.input, model.get_layer("logit").output)
    return np.asarray(logit(rows[windows]))[:, 0]


@pytest.mark.parametrize("which", range(len(LENGTHS)), ids=map(str, LENGTHS))
def test_scan_equals_a_naive_loop(network, scan, transcripts, which):
    codes = transcripts[which]
    rows = mirna_rows(MIRNA, "wc_gu")
    expected = naive_logits(network, codes, rows, range(len(codes)))
    mirnas = np.repeat(encode_many([MIRNA], 20), len(codes), axis=0)
    np.testing.assert_array_equal(
        rows[codes], pair_matrix(codes[:, None], mirnas, "wc_gu")[:, 0]
    )
    for scanner in (scan, WindowedScanner(network, batch_size=64)):
        (track,) = scan_transcripts(scanner, [codes], rows)
        np.testing.assert_allclose(track, expected, atol=1e-5)


@pytest.mark.parametrize("length", [20_000, 300_000])
@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_long_transcripts_equal_a_naive_loop(unsettle, rng, length, encoding):
    model = unsettle(BINDING_NETWORKS["cnn"](encoding, filters=(3, 4, 5), n_hidden=6))
    codes = rng.choice(5, length, p=[0.3, 0.2, 0.2, 0.29, 0.01]).astype(np.uint8)
    rows = mirna_rows(MIRNA, encoding)
    scanner = make_scanner(model, rows.shape[2], workers=2)
    assert isinstance(scanner, ConvolutionalScanner)
    (track,) = scan_transcripts(scanner, [codes], rows)
    chunk_ends = np.arange(2048, length, 2048)
    positions = np.r_[0:30, length - 30 : length, chunk_ends - 1, chunk_ends]
    positions = np.r_[positions, rng.integers(0, length, 300)]
    expected = naive_logits(model, codes, rows, positions)
    np.testing.assert_allclose(track[positions], expected, atol=1e-5)


def test_neighbours_chunks_and_workers_do_not_matter(network, scan, transcripts):
    rows = mirna_rows(MIRNA, "wc_gu")
    together = scan_transcripts(scan, transcripts, rows)
    bodies = list_bodies(network)
    others = [ConvolutionalScanner(bodies, 2, chunk) for chunk in (60, 1024)]
    others.append(ConvolutionalScanner(bodies, 2, 64, workers=3))
    for codes, track in zip(transcripts, together, strict=True):
        assert track.shape == codes.shape
        for scanner in (scan, *others):
            (alone,) = scan_transcripts(scanner, [codes], rows)
            np.testing.assert_allclose(alone, track, atol=1e-5)


def test_workers_give_the_same_bits(network, scan, rng):
    codes = rng.integers(0, 4, 2000).astype(np.uint8)
    rows = mirna_rows(MIRNA, "wc_gu")
    threads = ConvolutionalScanner(list_bodies(network), 2, 64, workers=3)
    np.testing.assert_array_equal(threads.scan(codes, rows), scan.scan(codes, rows))


def test_next_mirna_gets_its_own_table(network, scan, transcripts):
    for mirna in (MIRNA, "UAAGGCACGCGGUGAAUGCC", MIRNA):
        rows = mirna_rows(mirna, "wc_gu")
        expected = naive_logits(network, transcripts[-1], rows, [0, 250, 499])
        (track,) = scan_transcripts(scan, transcripts[-1:], rows)
        np.testing.assert_allclose(track[[0, 250, 499]], expected, atol=1e-5)


def test_case_and_unknown_letters(scan):
    rows = mirna_rows(MIRNA, "wc_gu")
    texts = "ACGUNNACGUACGUAACC", "acgtnnACGTacguaacc"
    first, second = (
        scan_transcripts(scan, [encode(normalise(text))], rows)[0] for text in texts
    )
    np.testing.assert_array_equal(first, second)


def test_mirna_is_cut_and_padded():
    np.testing.assert_array_equal(
        mirna_rows(MIRNA, "wc_gu"), mirna_rows(MIRNA[:20], "wc_gu")
    )
    assert not mirna_rows(MIRNA[:17], "wc_gu")[:, 17:].any()
    np.testing.assert_allclose(
        mirna_reference(MIRNA[:17], "wc_gu"), [[0.25, 0.125]] * 17 + [[0, 0]] * 3
    )
    with pytest.raises(ValueError, match="unknown encoding 'twohot'"):
        mirna_rows(MIRNA, "twohot")


def test_sigmoid_of_any_logit():
    logits = np.array([-1e4, -3, 0, 3, 1e4], np.float32)
    with np.errstate(over="raise"):
        p = sigmoid(logits)
    np.testing.assert_allclose(p, [0, 1 / (1 + np.exp(3)), 0.5, 0.952574, 1], atol=1e-6)
