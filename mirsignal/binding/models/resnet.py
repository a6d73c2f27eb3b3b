"""A residual network in the manner of miRBind (Klimentova 2022), for comparison."""

from __future__ import annotations

from collections.abc import Sequence

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.pairing import ENCODINGS
from mirsignal.networks.backend import keras


def build_binding_resnet(
    encoding: str = "wc",
    filters: Sequence[int] = (16, 32, 64),
    n_hidden: int = 64,
    dropout: float = 0.3,
) -> keras.Model:
    """Build a residual network: pairing matrix (N, W, M, C) -> P(binding) (N, 1).

    A 5 x 5 convolution, then one residual block per entry of `filters`, each of two
    3 x 3 convolutions and halving both sides; the head sees the flattened rest. It sees
    the window as a whole and cannot slide: scans run it window by window.
    """
    layers = keras.layers
    n_channels = ENCODINGS[encoding].shape[-1]
    inputs = keras.Input((WINDOW, MIRNA_LENGTH, n_channels), name="pairing")
    x = _convolve(inputs, filters[0], 5)
    x = layers.ReLU()(x)
    for n_filters in filters:
        shortcut = _convolve(x, n_filters, 1, strides=2)
        x = layers.ReLU()(_convolve(x, n_filters, 3, strides=2))
        x = layers.ReLU()(layers.Add()([shortcut, _convolve(x, n_filters, 3)]))
    x = layers.Dropout(dropout)(layers.Flatten()(x))
    x = layers.Dropout(dropout)(layers.Dense(n_hidden, activation="relu")(x))
    x = layers.Dense(1, name="logit")(x)
    return keras.Model(inputs, layers.Activation("sigmoid")(x), name="binding_resnet")


def _convolve(
    x: keras.KerasTensor, n_filters: int, size: int, strides: int = 1
) -> keras.KerasTensor:
    layers = keras.layers
    x = layers.Conv2D(n_filters, size, strides=strides, padding="same", use_bias=False)(x)
    return layers.BatchNormalization(momentum=0.9)(x)
