"""Train a signal network: one signal per miRNA and transcript -> log2 fold change."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.backend import keras, tf
from mirsignal.metrics import pearson
from mirsignal.models import SIGNAL_NETWORKS
from mirsignal.signals import pad

log = logging.getLogger(__name__)


def train_regression(
    signals: Sequence[NDArray[np.float32]],
    pairs: pd.DataFrame,
    settings: Mapping[str, Any],
    seed: int,
) -> tuple[keras.Model, pd.DataFrame, NDArray[np.float64]]:
    """Train on the rows of `pairs` marked train, choose the epoch on validation.

    `signals` are scaled (bins, C); `pairs` has one row for each with `part` (train,
    validation or test) and `target` (log2 fold change). The epoch with the lowest
    validation mean squared error is kept. Returns the network, one row per epoch and
    the predictions (N,) of all rows.
    """
    n_channels = signals[0].shape[1]
    model = SIGNAL_NETWORKS[settings["network"]](
        n_channels=n_channels,
        filters=settings["filters"],
        pools=settings["pools"],
        n_units=settings["n_units"],
        n_hidden=settings["n_hidden"],
        dropout=settings["dropout"],
    )
    multiple = int(np.prod(settings["pools"]))
    targets = pairs["target"].to_numpy("float32")
    train, validation = (
        np.flatnonzero(pairs["part"] == part) for part in ("train", "validation")
    )
    model.get_layer("log2fc").bias.assign([targets[train].mean()])
    step = _training_step(model, settings["learning_rate"], n_channels)
    rng = np.random.default_rng(seed)
    held_out = [signals[int(row)] for row in validation]
    rows: list[dict[str, float]] = []
    best = 0
    for epoch in range(1, settings["epochs"] + 1):
        error = 0.0
        for batch in cut_batches(signals, train, settings["batch_size"], rng):
            values, mask = pad([signals[int(row)] for row in batch], multiple)
            error += float(step(values, mask, targets[batch])) * len(batch)
        predicted = predict_signals(model, held_out, multiple)
        rows.append(
            {
                "epoch": epoch,
                "train_mse": error / len(train),
                "validation_mse": float(np.mean((predicted - targets[validation]) ** 2)),
                "validation_pearson": pearson(targets[validation], predicted),
            }
        )
        if not best or rows[-1]["validation_mse"] < rows[best - 1]["validation_mse"]:
            best, weights = epoch, model.get_weights()
        if epoch % 5 == 1:
            log.info(
                "epoch %d of at most %d: validation error %.4f, r %.3f",
                *(epoch, settings["epochs"]),
                *(rows[-1]["validation_mse"], rows[-1]["validation_pearson"]),
            )
        if epoch - best >= settings["patience"]:
            break
    model.set_weights(weights)
    log.info("kept the weights of epoch %d of %d", best, epoch)
    return model, pd.DataFrame(rows), predict_signals(model, signals, multiple)


def _training_step(model: keras.Model, learning_rate: float, n_channels: int):
    """Return a compiled step: (values, mask, targets) -> mean squared error."""
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(model.trainable_variables)

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, None, n_channels), tf.float32),
            tf.TensorSpec((None, None), tf.float32),
            tf.TensorSpec((None,), tf.float32),
        ]
    )
    def step(values, mask, targets):
        with tf.GradientTape() as tape:
            predicted = model([values, mask], training=True)[:, 0]
            error = tf.reduce_mean(tf.square(predicted - targets))
        gradients = tape.gradient(error, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return error

    return step


def cut_batches(
    signals: Sequence[NDArray[np.float32]],
    rows: NDArray[np.int64],
    batch_size: int,
    rng: np.random.Generator | None = None,
    max_bins: int = 65536,
) -> list[NDArray[np.int64]]:
    """Cut `rows` into batches of signals of similar length, at most `max_bins` in all.

    With `rng` the lengths are blurred and the batches shuffled, so that every epoch
    meets other batches. A signal longer than `max_bins` is a batch of its own.
    """
    lengths = np.array([len(signals[row]) for row in rows])
    keys = np.log(np.maximum(lengths, 1))
    if rng is not None:
        keys = keys + rng.normal(0, 0.2, len(keys))
    batches: list[NDArray[np.int64]] = []
    current: list[int] = []
    longest = 0
    for index in np.argsort(keys, kind="stable"):
        widened = max(longest, lengths[index])
        if current and (
            len(current) == batch_size or widened * (len(current) + 1) > max_bins
        ):
            batches.append(rows[current])
            current, widened = [], lengths[index]
        current.append(index)
        longest = widened
    batches.append(rows[current])
    if rng is not None:
        batches = [batches[index] for index in rng.permutation(len(batches))]
    return batches


def predict_signals(
    model: keras.Model, signals: Sequence[NDArray[np.float32]], multiple: int
) -> NDArray[np.float64]:
    """Return the predicted log2 fold change (N,) of scaled signals (bins, C)."""
    predicted = np.zeros(len(signals))
    for rows in cut_batches(signals, np.arange(len(signals)), 128):
        values, mask = pad([signals[row] for row in rows], multiple)
        predicted[rows] = model.predict_on_batch([values, mask])[:, 0]
    return predicted
