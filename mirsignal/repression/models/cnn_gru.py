"""The signal network: convolution, bidirectional GRU and masked pooling."""

from __future__ import annotations

from collections.abc import Sequence

from mirsignal.networks.backend import keras
from mirsignal.repression.models.pooling import MaskedPooling, is_kept


def build_signal_cnn_gru(
    n_channels: int = 1,
    filters: Sequence[int] = (16, 32),
    pools: Sequence[int] = (4, 8),
    n_units: int = 16,
    n_hidden: int = 32,
    dropout: float = 0.2,
) -> keras.Model:
    """Build: signal (N, bins, C) and mask (N, bins) -> log2 fold change (N, 1).

    `bins` must be a multiple of the product of `pools` (`mirsignal.signals.pad`). Every
    layer's output is multiplied by the mask, so that more padding changes nothing. The
    mask is of padding on the right, which is all that a GRU on a GPU can read.
    """
    layers = keras.layers
    signal = keras.Input((None, n_channels), name="signal")
    mask = keras.Input((None,), name="mask")
    kept = layers.Reshape((-1, 1))(mask)
    x = layers.Multiply()([signal, kept])
    for n_filters, pool in zip(filters, pools, strict=True):
        x = layers.Conv1D(n_filters, 9, padding="same", activation="relu")(x)
        x = layers.Multiply()([x, kept])
        x = layers.MaxPooling1D(pool)(x)
        kept = layers.MaxPooling1D(pool)(kept)
    flags = layers.Reshape((-1,))(kept)
    x = layers.Bidirectional(layers.GRU(n_units, return_sequences=True))(
        x, mask=layers.Lambda(is_kept, output_shape=(None,))(flags)
    )
    x = MaskedPooling()(x, kept)
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(n_hidden, activation="relu")(x)
    outputs = layers.Dense(1, name="log2fc")(x)
    return keras.Model([signal, mask], outputs, name="signal_cnn_gru")
