"""Logistic regression on seed matches: a baseline for every network."""

from __future__ import annotations

import numpy as np

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.pairing import ENCODINGS, watson_crick_channels
from mirsignal.networks.backend import keras

MATCHES = {"2-7": (1, 7), "3-8": (2, 8), "2-8": (1, 8), "1-8": (0, 8)}
"""Watson-Crick matches by miRNA nucleotides (Bartel 2009): 6mer, offset 6mer, 7mer-m8,
and that with nt 1 paired too; as [first, stop) of M."""


def build_seed_match(encoding: str = "wc", **unused: object) -> keras.Model:
    """Build a logistic regression on MATCHES: pairing (N, W, M, C) -> P (N, 1).

    A fixed convolution finds each match (1 where all its pairs are there, else 0), its
    maximum over the window is 1 where there is one; five numbers are learned. It has
    no sizes and takes those of other networks without using them.
    """
    layers = keras.layers
    table = ENCODINGS[encoding]
    inputs = keras.Input((WINDOW, MIRNA_LENGTH, table.shape[-1]), name="pairing")
    height = max(stop for _, stop in MATCHES.values())
    kernel = np.zeros((height, MIRNA_LENGTH, table.shape[-1], len(MATCHES)), np.float32)
    for number, (first, stop) in enumerate(MATCHES.values()):
        for m in range(first, stop):
            kernel[height - 1 - m, m, watson_crick_channels(encoding), number] = 1
    sizes = np.array([stop - first for first, stop in MATCHES.values()], np.float32)
    find = layers.Conv2D(len(MATCHES), (height, MIRNA_LENGTH), trainable=False)
    x = layers.ZeroPadding2D(((height - 1, height - 1), (0, 0)))(inputs)
    x = layers.ReLU()(find(x))
    find.set_weights([kernel, 1 - sizes])
    x = layers.Flatten()(layers.MaxPooling2D((WINDOW + height - 1, 1))(x))
    x = layers.Dense(1, name="logit")(x)
    return keras.Model(inputs, layers.Activation("sigmoid")(x), name="seed_match")
