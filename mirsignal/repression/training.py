"""Train a signal network: one signal per miRNA and transcript -> log2 fold change."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.binding.models.averaging import average_networks
from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.networks.backend import keras, tf
from mirsignal.networks.history import BestEpoch, check_predictions
from mirsignal.networks.seeds import member_seeds
from mirsignal.repression.equation import limit_repression
from mirsignal.repression.models import SIGNAL_NETWORKS
from mirsignal.repression.models.gene_term import add_gene_term, add_probability
from mirsignal.repression.models.language import MULTIPLE
from mirsignal.signals.compression import pad
from mirsignal.statistics.metrics import pearson

DIRECTION = {"regression": 1.0, "classification": -1.0}
"""What makes a network's output lower for stronger repression, by task."""


@dataclass(frozen=True)
class SignalTraining:
    """A recipe of `regression` for a network that reads signals.

    What each value means stands in docs/configuration.md. Those with a default are of
    network `cnn_gru` or of `site_pooling` alone.
    """

    network: str
    task: str
    threshold: float
    ridge: float
    n_units: int
    n_hidden: int
    dropout: float
    learning_rate: float
    batch_size: int
    epochs: int
    patience: int
    n_seeds: int
    filters: Sequence[int] = ()
    pools: Sequence[int] = ()
    pooling: str = ""


def train_regression(
    signals: Sequence[NDArray[np.float32]],
    pairs: pd.DataFrame,
    training: SignalTraining,
    seed: int,
    further: Sequence[NDArray[np.float32]] = (),
    make: Callable[[], keras.Model] | None = None,
) -> tuple[keras.Model, pd.DataFrame, NDArray[np.float64]]:
    """Train on the rows of `pairs` marked train, choose the epoch on validation.

    So it does `n_seeds` times, with networks that differ in their seed alone. `signals`
    are scaled (bins, C); `pairs` has one row for each with `part` (train,
    validation or test) and `target_log2fc`. `further` are the gene's features
    (N, G) and which miRNA it is (N, K), where the network is to have a term for them.
    `make` returns a network that is no entry of SIGNAL_NETWORKS. The epoch with the
    lowest validation error is kept: mean squared error, or in task classification cross
    entropy of target < threshold. Returns the network that is the mean of all, one row
    per member and epoch, and the predictions (N, members) of all
    rows: log2 fold changes (`limit_repression`), or minus probabilities. Raises
    InputError when a signal, an epoch's errors or a prediction are not finite.
    """
    # A ReLU makes 0 of NaN: what is missing here would not be seen in a prediction.
    if n := sum(not np.isfinite(signal).all() for signal in signals):
        raise InputError(
            f"{n} of {len(signals)} signals hold values that are not finite; look at the "
            "channels of the recipe of `signals`, tracks first"
        )
    networks, histories, predictions = [], [], []
    for member, own_seed in enumerate(member_seeds(seed, training.n_seeds), start=1):
        log.info("member %d of %d", member, training.n_seeds)
        model, rows, predicted = _train_member(
            signals, pairs, training, own_seed, further, make
        )
        networks.append(model)
        histories.append(pd.DataFrame([{"member": member} | row for row in rows]))
        predictions.append(limit_repression(check_predictions(predicted)))
    history = pd.concat(histories, ignore_index=True)
    return average_networks(networks), history, np.stack(predictions, axis=1)


def _train_member(
    signals: Sequence[NDArray[np.float32]],
    pairs: pd.DataFrame,
    training: SignalTraining,
    seed: int,
    further: Sequence[NDArray[np.float32]],
    make: Callable[[], keras.Model] | None,
) -> tuple[keras.Model, list[dict[str, float]], NDArray[np.float64]]:
    """Return one network, its history and its predictions (N,).

    Not by `fit`, for which every epoch has as many batches as the first: batches hold
    signals of similar length, and their number varies.
    """
    keras.utils.set_random_seed(seed)
    train, validation = (
        np.flatnonzero(pairs["part"] == part) for part in ("train", "validation")
    )
    targets = pairs["target_log2fc"].to_numpy("float32")
    wanted, loss = _wanted(targets, training)
    genes = [array[train] for array in further]
    model = _build(training, signals[0].shape[1], wanted[train], genes, make)
    step = _training_step(model, training.learning_rate, loss)
    rng = np.random.default_rng(seed)
    multiple = padding_multiple(training.network, training.pools)
    direction = DIRECTION[training.task]
    held_out = [signals[int(row)] for row in validation]
    held_genes = [array[validation] for array in further]
    best = BestEpoch("validation_error", training.epochs, training.patience, told=5)
    while not best.is_over:
        error = 0.0
        for batch in cut_batches(signals, train, training.batch_size, rng):
            inputs = stack_inputs(signals, batch, multiple, further)
            error += float(step(inputs, wanted[batch])) * len(batch)
        output = predict_signals(model, held_out, multiple, held_genes)
        measures = {
            "train_error": error / len(train),
            "validation_error": float(loss(wanted[validation], output)),
            "validation_pearson": pearson(targets[validation], direction * output),
        }
        best.add(measures, model.get_weights)
    model.set_weights(best.weights)
    predicted = direction * predict_signals(model, signals, multiple, further)
    return model, best.rows, predicted


def _wanted(targets: NDArray[np.float32], training: SignalTraining):
    """Return what the network's output is to be (N,), and the loss of the task."""
    if training.task == "regression":
        return targets, keras.losses.MeanSquaredError()
    repressed = targets < training.threshold
    return repressed.astype(np.float32), keras.losses.BinaryCrossentropy()


def _build(
    training: SignalTraining,
    n_channels: int,
    wanted: NDArray[np.float32],
    genes: Sequence[NDArray[np.float32]],
    make: Callable[[], keras.Model] | None,
) -> keras.Model:
    """Build the recipe's network, which starts at the mean of `wanted` (train rows)."""
    if make is None:
        build = SIGNAL_NETWORKS[training.network]
        names = inspect.signature(build).parameters
        named = {name: value for name, value in vars(training).items() if name in names}
        model = build(n_channels=n_channels, **named)
    else:
        model = make()
    start = wanted.mean()
    if training.task == "classification":
        share = np.clip(start, 1e-3, 1 - 1e-3)
        start = -np.log(share / (1 - share))
    model.get_layer("log2fc").bias.assign([start])
    if genes:
        model = add_gene_term(model, genes[0], genes[1].shape[1], training.ridge)
    return add_probability(model) if training.task == "classification" else model


def padding_multiple(network: str, pools: Sequence[int]) -> int:
    """Return the number of bins of which a padded signal must be a multiple."""
    return {"cnn_gru": int(np.prod(pools)), "language": MULTIPLE}.get(network, 1)


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
