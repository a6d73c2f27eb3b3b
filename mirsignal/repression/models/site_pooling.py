"""The site network: each bin is read by itself, and what the bins say is pooled."""

from __future__ import annotations

import math

from mirsignal.networks.backend import keras
from mirsignal.repression.models.pooling import (
    AttentionPooling,
    MaskedPooling,
    OccupancyPooling,
    is_kept,
)

INITIAL_ENERGY = math.log(0.2 / 16)
"""Energy of every bin before training: the total over 16 bins is 0.2. Much more or less,
and the network learns a constant."""


def build_site_pooling(
    n_channels: int = 1,
    pooling: str = "occupancy",
    n_units: int = 16,
    n_hidden: int = 32,
    dropout: float = 0.2,
) -> keras.Model:
    """Build: signal (N, bins, C) and mask (N, bins) -> log2 fold change (N, 1).

    Bins go through a perceptron of two hidden layers, the same for all. `pooling`:
    `occupancy` adds up sites of `n_units` energies each, `attention` takes means weighed
    by `n_units` heads, `gru` reads the bins in order with `n_units` per direction.
    Masked bins are set to 0 and left out of the pooling; they are padding on the right.
    """
    layers = keras.layers
    signal = keras.Input((None, n_channels), name="signal")
    mask = keras.Input((None,), name="mask")
    kept = layers.Reshape((-1, 1))(mask)
    x = layers.Multiply()([signal, kept])
    x = layers.Dense(n_hidden, activation="relu")(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(n_hidden, activation="relu")(x)
    pooled = POOLINGS[pooling](x, mask, kept, n_units)
    falls = keras.initializers.RandomUniform(-2.0 / n_units, 0.0)
    outputs = layers.Dense(1, kernel_initializer=falls, name="log2fc")(pooled)
    return keras.Model([signal, mask], outputs, name="site_pooling")


def _occupancy(x, mask, kept, n_units):
    energy = keras.layers.Dense(
        n_units,
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.1),
        bias_initializer=keras.initializers.Constant(INITIAL_ENERGY),
    )(x)
    return OccupancyPooling()(energy, kept)


def _attention(x, mask, kept, n_units):
    values = keras.layers.Dense(n_units)(x)
    return AttentionPooling()(values, keras.layers.Dense(n_units)(x), kept)


def _gru(x, mask, kept, n_units):
    layers = keras.layers
    flags = layers.Lambda(is_kept, output_shape=(None,))(mask)
    x = layers.Bidirectional(layers.GRU(n_units, return_sequences=True))(x, mask=flags)
    return MaskedPooling()(x, kept)


POOLINGS = {"occupancy": _occupancy, "attention": _attention, "gru": _gru}
