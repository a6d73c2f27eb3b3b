"""Train a signal network: one signal per miRNA and transcript -> log2 fold change."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.binding.models.averaging import average_networks
from mirsignal.errors import InputError
from mirsignal.networks.backend import keras, tf
from mirsignal.networks.history import check_predictions, refuse_nonfinite
from mirsignal.networks.seeds import member_seeds
from mirsignal.repression.models import SIGNAL_NETWORKS
from mirsignal.repression.models.gene_term import add_gene_term, add_probability
from mirsignal.signals.compression import pad
from mirsignal.statistics.metrics import pearson

log = logging.getLogger(__name__)


DIRECTION = {"regression": 1.0, "classification": -1.0}
"""What makes a network's output lower for stronger repression, by task."""


def train_regression(
    signals: Sequence[NDArray[np.float32]],
    pairs: pd.DataFrame,
    settings: Mapping[str, Any],
    seed: int,
    further: Sequence[NDArray[np.float32]] = (),
) -> tuple[keras.Model, pd.DataFrame, NDArray[np.float64]]:
    """Train on the rows of `pairs` marked train, choose the epoch on validation.

    So it does `n_seeds` times, with networks that differ in their seed alone. `signals`
    are scaled (bins, C); `pairs` has one row for each with `part` (train,
    validation or test) and `target` (log2 fold change). `further` are the gene's features
    (N, G) and which miRNA it is (N, K), where the network is to have a term for them. The
    epoch with the lowest validation error is kept: mean squared error, or in task
    classification cross entropy of target < threshold. Returns the network that is the
    mean of all, one row per member and epoch, and the predictions (N, members) of all
    rows: log2 fold changes, or minus probabilities. Raises InputError when a signal, an
    epoch's errors or a prediction are not finite.
    """
    # A ReLU makes 0 of NaN: what is missing here would not be seen in a prediction.
    if n := sum(not np.isfinite(signal).all() for signal in signals):
        raise InputError(
            f"{n} of {len(signals)} signals hold values that are not finite; look at the "
            "channels of the recipe of `signals`, tracks first"
        )
    networks, histories, predictions = [], [], []
    for member, own_seed in enumerate(member_seeds(seed, settings["n_seeds"]), start=1):
        log.info("member %d of %d", member, settings["n_seeds"])
        model, rows, predicted = _train_member(
            signals, pairs, settings, own_seed, further
        )
        networks.append(model)
        histories.append(pd.DataFrame([{"member": member} | row for row in rows]))
        predictions.append(check_predictions(predicted))
    history = pd.concat(histories, ignore_index=True)
    return average_networks(networks), history, np.stack(predictions, axis=1)


def _train_member(
    signals: Sequence[NDArray[np.float32]],
    pairs: pd.DataFrame,
    settings: Mapping[str, Any],
    seed: int,
    further: Sequence[NDArray[np.float32]],
) -> tuple[keras.Model, list[dict[str, float]], NDArray[np.float64]]:
    """Return one network, its history and its predictions (N,)."""
    keras.utils.set_random_seed(seed)
    train, validation = (
        np.flatnonzero(pairs["part"] == part) for part in ("train", "validation")
    )
    targets = pairs["target"].to_numpy("float32")
    wanted, loss = _wanted(targets, settings)
    genes = [array[train] for array in further]
    model = _build(settings, signals[0].shape[1], wanted[train], genes)
    step = _training_step(model, settings["learning_rate"], loss)
    rng = np.random.default_rng(seed)
    multiple = padding_multiple(settings)
    direction = DIRECTION[settings["task"]]
    held_out = [signals[int(row)] for row in validation]
    held_genes = [array[validation] for array in further]
    rows: list[dict[str, float]] = []
    best = 0
    for epoch in range(1, settings["epochs"] + 1):
        error = 0.0
        for batch in cut_batches(signals, train, settings["batch_size"], rng):
            inputs = stack_inputs(signals, batch, multiple, further)
            error += float(step(inputs, wanted[batch])) * len(batch)
        output = predict_signals(model, held_out, multiple, held_genes)
        rows.append(
            {
                "epoch": epoch,
                "train_error": error / len(train),
                "validation_error": float(loss(wanted[validation], output)),
                "validation_pearson": pearson(targets[validation], direction * output),
            }
        )
        refuse_nonfinite(rows[-1])
        if not best or rows[-1]["validation_error"] < rows[best - 1]["validation_error"]:
            best, weights = epoch, model.get_weights()
        if epoch % 5 == 1:
            log.info(
                "epoch %d of at most %d: validation error %.4f, r %.3f",
                epoch,
                settings["epochs"],
                rows[-1]["validation_error"],
                rows[-1]["validation_pearson"],
            )
        if epoch - best >= settings["patience"]:
            break
    model.set_weights(weights)
    log.info("kept the weights of epoch %d of %d", best, epoch)
    predicted = direction * predict_signals(model, signals, multiple, further)
    return model, rows, predicted


def _wanted(targets: NDArray[np.float32], settings: Mapping[str, Any]):
    """Return what the network's output is to be (N,), and the loss of the task."""
    if settings["task"] == "regression":
        return targets, keras.losses.MeanSquaredError()
    repressed = targets < settings["threshold"]
    return repressed.astype(np.float32), keras.losses.BinaryCrossentropy()


def _build(
    settings: Mapping[str, Any],
    n_channels: int,
    wanted: NDArray[np.float32],
    genes: Sequence[NDArray[np.float32]],
) -> keras.Model:
    """Build the recipe's network, which starts at the mean of `wanted` (train rows)."""
    build = SIGNAL_NETWORKS[settings["network"]]
    named = inspect.signature(build).parameters.keys() & settings.keys()
    model = build(n_channels=n_channels, **{key: settings[key] for key in named})
    start = wanted.mean()
    if settings["task"] == "classification":
        share = np.clip(start, 1e-3, 1 - 1e-3)
        start = -np.log(share / (1 - share))
    model.get_layer("log2fc").bias.assign([start])
    if genes:
        model = add_gene_term(model, genes[0], genes[1].shape[1], settings["ridge"])
    return add_probability(model) if settings["task"] == "classification" else model


def padding_multiple(settings: Mapping[str, Any]) -> int:
    """Return the number of bins of which a padded signal must be a multiple."""
    return int(np.prod(settings["pools"])) if settings["network"] == "cnn_gru" else 1


def stack_inputs(
    signals: Sequence[NDArray[np.float32]],
    rows: NDArray[np.int64],
    multiple: int,
    further: Sequence[NDArray[np.float32]] = (),
) -> list[NDArray[np.float32]]:
    """Return a network's inputs of these rows: padded signals, their mask, `further`."""
    padded = pad([signals[int(row)] for row in rows], multiple)
    return [*padded, *(array[rows] for array in further)]


def _training_step(model: keras.Model, learning_rate: float, loss: keras.losses.Loss):
    """Return a compiled step: (inputs, wanted output) -> loss, without penalties."""
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(model.trainable_variables)
    inputs = [tf.TensorSpec(tensor.shape, tf.float32) for tensor in model.inputs]

    @tf.function(input_signature=[inputs, tf.TensorSpec((None,), tf.float32)])
    def step(inputs, wanted):
        with tf.GradientTape() as tape:
            error = loss(wanted, model(inputs, training=True)[:, 0])
            total = error + sum(model.losses)
        gradients = tape.gradient(total, model.trainable_variables)
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
    model: keras.Model,
    signals: Sequence[NDArray[np.float32]],
    multiple: int,
    further: Sequence[NDArray[np.float32]] = (),
) -> NDArray[np.float64]:
    """Return the network's output (N,) for scaled signals (bins, C)."""
    output = np.zeros(len(signals))
    for rows in cut_batches(signals, np.arange(len(signals)), 128):
        inputs = stack_inputs(signals, rows, multiple, further)
        output[rows] = model.predict_on_batch(inputs)[:, 0]
    return output
