"""A published binding network that labels windows for ours to learn from.

miRBind2 (BioGeMT/miRBind_2.0, MIT) was trained on 1.2 million pairs of chimeric eCLIP of
AGO2 (Manakov 2022), far more than any set of CLASH. It labels any window with any miRNA;
a network that learns from such labels is taught by it, and tables that show what it
reaches say so.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.errors import InputError
from mirsignal.networks.backend import keras
from mirsignal.sequences.codes import LETTERS, UNKNOWN, encode_many

LONGEST_MIRNA = 28
"""Nucleotides of a miRNA that the network sees; shorter ones are padded."""
_ORDER = "AUCG"
_UNKNOWN_PAIR = 17
_SLOPE = 0.1
_BATCH = 1024


def load_teacher(path: str | Path) -> keras.Model:
    """Load miRBind2's binding network: pairs (N, 28, 50) -> logit (N, 1).

    A pair of miRNA nucleotide m and target nucleotide t is number 4 m + t in the order A,
    U, C, G, and 17 where either is not known. Raises InputError for another file.
    """
    try:
        with np.load(path) as arrays:
            weights = dict(arrays)
        return _build(weights)
    except OSError:
        raise
    except Exception as error:
        raise InputError(f"{path}: not miRBind2's binding network ({error})") from None


def _build(weights: dict[str, NDArray]) -> keras.Model:
    layers = keras.layers
    inputs = keras.Input((LONGEST_MIRNA, WINDOW), dtype="int32", name="pairs")

    def dense(x, name):
        kernel, bias = weights[f"{name}.weight"].T, weights[f"{name}.bias"]
        return _with(layers.Dense(len(bias)), x, [kernel, bias])

    def normalise(x, name):
        parts = ("weight", "bias", "running_mean", "running_var")
        values = [weights[f"{name}.{part}"] for part in parts]
        return _with(layers.BatchNormalization(epsilon=1e-5), x, values)

    table = weights["pair_linear.weight"].T + weights["pair_linear.bias"]
    x = _with(layers.Embedding(*table.shape), inputs, [table])
    for number, padding in enumerate((2, 1, 1)):
        name = f"conv_layers.{number}"
        kernel = weights[f"{name}.weight"].transpose(2, 3, 1, 0)
        x = layers.ZeroPadding2D(padding)(x)
        layer = layers.Conv2D(kernel.shape[-1], kernel.shape[:2])
        x = _with(layer, x, [kernel, weights[f"{name}.bias"]])
        x = layers.LeakyReLU(_SLOPE)(normalise(x, f"bn_layers.{number}"))
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(layers.Permute((3, 1, 2))(x))
    x = layers.LeakyReLU(_SLOPE)(normalise(dense(x, "fc1"), "bn_fc"))
    return keras.Model(inputs, dense(x, "fc2"), name="mirbind2")


def _with(layer, x, weights: list[NDArray]):
    """Return the output of a layer that gets these weights."""
    output = layer(x)
    layer.set_weights(weights)
    return output


def teacher_logits(teacher: keras.Model, pairs: pd.DataFrame) -> NDArray[np.float32]:
    """Return the logits (N,) of `pairs` (mirna_sequence: all of it, target: 50 nt)."""
    number = np.full(UNKNOWN + 1, -1)
    for at, letter in enumerate(_ORDER):
        number[LETTERS.index(letter)] = at
    mirnas = number[encode_many(pairs["mirna_sequence"], LONGEST_MIRNA)]
    targets = number[encode_many(pairs["target"], WINDOW)]
    parts = [np.zeros(0, np.float32)]
    for at in range(0, len(pairs), _BATCH):
        m, t = mirnas[at : at + _BATCH, :, None], targets[at : at + _BATCH, None, :]
        numbers = np.where((m < 0) | (t < 0), _UNKNOWN_PAIR, 4 * m + t)
        parts.append(teacher.predict_on_batch(numbers)[:, 0])
    return np.concatenate(parts)
