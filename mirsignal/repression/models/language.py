"""A language model with a regression head: miRNA and transcript as one text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirsignal.networks.backend import keras
from mirsignal.networks.language import TOKENS
from mirsignal.repression.models.pooling import MaskedPooling

SEPARATOR = 1
"""Token between miRNA and transcript."""
MULTIPLE = 16
"""Padded texts are as long as a multiple of this, which the Fourier transform likes."""


@keras.saving.register_keras_serializable(package="mirsignal")
class ToTokens(keras.layers.Layer):
    """Tokens (N, L) of a signal (N, L, 1)."""

    def call(self, signal):
        return keras.ops.cast(signal[..., 0], "int32")


def write_text(
    mirna: NDArray[np.uint8], transcript: NDArray[np.uint8], longest: int
) -> NDArray[np.float32]:
    """Return a miRNA and the beginning of a transcript (codes) as tokens (L, 1), at most
    `longest` of them; the network reads them in this order."""
    text = np.concatenate([TOKENS[mirna], [SEPARATOR], TOKENS[transcript]])
    room = longest - longest % MULTIPLE
    return text[:room, None].astype(np.float32)


def build_on_language(
    language: keras.Model, n_hidden: int = 32, dropout: float = 0.2
) -> keras.Model:
    """Build: text (N, L, 1) and mask (N, L) -> log2 fold change (N, 1).

    Hidden states of `language` (`networks.language`), which is trained on as well, are
    pooled over the text and read by a perceptron.
    """
    layers = keras.layers
    text = keras.Input((None, 1), name="signal")
    mask = keras.Input((None,), name="mask")
    states = language.get_layer("hyena").hyena(ToTokens()(text))["last_hidden_state"]
    pooled = MaskedPooling()(states, layers.Reshape((-1, 1))(mask))
    x = layers.Dense(n_hidden, activation="relu")(pooled)
    x = layers.Dropout(dropout)(x)
    return keras.Model([text, mask], layers.Dense(1, name="log2fc")(x), name="language")
