"""The default binding network: small, and exactly convolutional along the target."""

from __future__ import annotations

from collections.abc import Sequence

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.pairing import ENCODINGS
from mirsignal.networks.backend import keras


def build_binding_cnn(
    encoding: str = "au_gc_gu_a",
    filters: Sequence[int] = (16, 32, 64),
    n_hidden: int = 64,
    dropout: float = 0.3,
) -> keras.Model:
    """Build the default network: pairing matrix (N, W, M, C) -> P(binding) (N, 1).

    Three blocks of convolution, normalisation, ReLU and pooling, 'valid' along the
    target and 'same' along the miRNA, so that 50 nt shrink to exactly one:
    50 - 4 -> 46 / 2 -> 23 - 3 -> 20 / 2 -> 10 - 2 -> 8 / 2 -> 4 - 3 -> 1. The same
    weights can scan a whole transcript (`mirsignal.scan.convolution`). ReLU is kept
    because shap's DeepExplainer supports it.
    """
    layers = keras.layers
    n_channels = ENCODINGS[encoding].shape[-1]
    inputs = keras.Input((WINDOW, MIRNA_LENGTH, n_channels), name="pairing")
    x = inputs
    for n_filters, kernel in zip(filters, ((5, 5), (4, 5), (3, 3)), strict=True):
        side = kernel[1] // 2
        x = layers.ZeroPadding2D(((0, 0), (side, side)))(x)
        x = layers.Conv2D(n_filters, kernel, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Conv2D(n_hidden, (4, 2))(x)
    x = layers.ReLU()(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(1, name="logit")(x)
    return keras.Model(inputs, layers.Activation("sigmoid")(x), name="binding_cnn")
