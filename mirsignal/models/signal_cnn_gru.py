"""The signal network: convolution, bidirectional GRU and pooling, blind to padding."""

from __future__ import annotations

from collections.abc import Sequence

from mirsignal.backend import keras


@keras.saving.register_keras_serializable(package="mirsignal")
class MaskedPooling(keras.layers.Layer):
    """Concatenate the maximum, mean and sum of (N, bins, C) over unmasked bins.

    The sum is divided by 32, to keep it of the order of the others; it lets several
    sites add up.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True  # the mask comes as `weights`

    def call(self, values, weights):
        ops = keras.ops
        weights = ops.cast(weights, values.dtype)
        total = ops.sum(values * weights, axis=1)
        mean = total / ops.maximum(ops.sum(weights, axis=1), 1.0)
        peak = ops.max(values * weights - 1e9 * (1.0 - weights), axis=1)
        return ops.concatenate([peak, mean, total / 32.0], axis=-1)

    def compute_mask(self, *args, **kwargs):
        return None


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
    layer's output is multiplied by the mask, so that more padding changes nothing.
    """
    layers = keras.layers
    signal = keras.Input((None, n_channels), name="signal")
    mask = keras.Input((None,), name="mask")
    kept = layers.Reshape((-1, 1))(mask)
    x = signal
    for n_filters, pool in zip(filters, pools, strict=True):
        x = layers.Conv1D(n_filters, 9, padding="same", activation="relu")(x)
        x = layers.Multiply()([x, kept])
        x = layers.MaxPooling1D(pool)(x)
        kept = layers.MaxPooling1D(pool)(kept)
    flags = layers.Reshape((-1,))(kept)
    x = layers.Bidirectional(layers.GRU(n_units, return_sequences=True))(
        x, mask=layers.Lambda(_is_kept, output_shape=(None,))(flags)
    )
    x = MaskedPooling()(x, kept)
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(n_hidden, activation="relu")(x)
    outputs = layers.Dense(1, name="log2fc")(x)
    return keras.Model([signal, mask], outputs, name="signal_cnn_gru")


@keras.saving.register_keras_serializable(package="mirsignal")
def _is_kept(flags):
    return flags > 0.5
