"""Folding a network: its own stages, or a refusal; never something else."""

import numpy as np
import pytest

from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.binding.pairing import ENCODINGS
from mirsignal.networks.backend import keras
from mirsignal.scan.convolution import (
    NotConvolutionalError,
    list_bodies,
    receptive_field,
)
from mirsignal.scan.scanning import WindowedScanner, make_scanner, mirna_rows

layers = keras.layers


def make_network(*middle, head=(50, 20), flat=(), use_bias=True):
    """Return a network of the given layers, a head convolution and a logit."""
    x = inputs = keras.Input((50, 20, 2))
    for layer in middle:
        x = layer(x)
    logit = layers.Dense(1, use_bias=use_bias, name="logit")
    for layer in (layers.Conv2D(4, head), layers.Flatten(), *flat, logit):
        x = layer(x)
    return keras.Model(inputs, layers.Activation("sigmoid")(x))


def test_default_network_is_folded(network):
    (stages,) = list_bodies(network)
    assert receptive_field(stages) == 50
    assert sum(stage.pool for stage in stages) == 3


def narrow():
    return layers.Conv2D(3, (1, 1))


VARIANTS = {
    "plain": lambda: make_network(),
    "relu after pooling": lambda: make_network(
        narrow(), layers.MaxPooling2D(2), layers.ReLU(), head=(25, 10)
    ),
    "normalisation after pooling": lambda: make_network(
        narrow(), layers.MaxPooling2D(2), layers.BatchNormalization(), head=(25, 10)
    ),
    "normalisation after relu": lambda: make_network(
        narrow(), layers.ReLU(), layers.BatchNormalization()
    ),
    "normalisation without scale": lambda: make_network(
        narrow(), layers.BatchNormalization(scale=False)
    ),
    "normalisation first": lambda: make_network(layers.BatchNormalization()),
    "pooling first": lambda: make_network(layers.MaxPooling2D(2), head=(25, 10)),
    "pooling of stride 1": lambda: make_network(
        narrow(), layers.MaxPooling2D(2, strides=1), head=(49, 19)
    ),
    "leaky relu": lambda: make_network(narrow(), layers.ReLU(negative_slope=0.3)),
    "gelu": lambda: make_network(layers.Conv2D(3, (1, 1), activation="gelu")),
    "same padding": lambda: make_network(layers.Conv2D(3, 3, padding="same")),
    "hidden dense layer": lambda: make_network(flat=[layers.Dense(5), layers.ReLU()]),
    "hidden dense layer with relu inside": lambda: make_network(
        flat=[layers.Dense(5, activation="relu")]
    ),
    "dense layer over miRNA positions": lambda: make_network(head=(50, 16)),
    "dense layer over target positions": lambda: make_network(head=(46, 20)),
    "logit without bias": lambda: make_network(use_bias=False),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_any_network_is_scanned_as_it_is_or_window_by_window(variant, rng, unsettle):
    model = unsettle(VARIANTS[variant]())
    codes = rng.integers(0, 5, 120).astype(np.uint8)
    rows = mirna_rows("UGAGGUAGUAGGUUGUAUAG", "wc_gu")
    expected = WindowedScanner(model).scan(codes, rows)
    assert np.ptp(expected) > 0
    scores = make_scanner(model, n_channels=2).scan(codes, rows)
    np.testing.assert_allclose(scores, expected, atol=1e-4)


def test_other_receptive_fields_are_refused():
    with pytest.raises(NotConvolutionalError):
        list_bodies(make_network(head=(49, 20)))


def test_registered_networks_slide_or_say_why_not():
    for encoding in ENCODINGS:
        assert list_bodies(BINDING_NETWORKS["cnn"](encoding))
    for name, reason in (("resnet", "cannot be slid"), ("seed_match", "cannot be slid")):
        with pytest.raises(NotConvolutionalError, match=reason):
            list_bodies(BINDING_NETWORKS[name]())
