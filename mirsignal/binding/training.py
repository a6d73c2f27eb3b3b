"""Train a binding network on labelled pairs, resumable after every epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.binding.batches import (
    PairBatches,
    TaughtBatches,
    learned_labels,
    predict_pairs,
    predict_windows,
)
from mirsignal.binding.heads import TAUGHT, join_heads, split_logit
from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.logs import log
from mirsignal.networks.backend import keras
from mirsignal.networks.checkpoints import Checkpoint
from mirsignal.networks.history import BestEpoch, refuse_constant
from mirsignal.statistics.metrics import average_precision

_WARM_UP_STEPS = 200


@dataclass(frozen=True)
class BindingTraining:
    """A recipe of `binding`: what each value means stands in docs/configuration.md."""

    network: str
    encoding: str
    filters: Sequence[int]
    n_hidden: int
    dropout: float
    max_shift: int
    class_balance: str
    random_windows: float
    learning_rate: float
    batch_size: int
    epochs: int
    patience: int
    taught_windows: int = 0
    heads: Sequence[str] = TAUGHT


class _Validation(keras.callbacks.Callback):
    """Measure after each epoch, keep the best, and what it takes to go on from there."""

    def __init__(
        self,
        measure: Callable[[int], dict[str, float]],
        best: BestEpoch,
        seed: int,
        checkpoint: Checkpoint | None,
    ):
        super().__init__()
        self._measure, self._best = measure, best
        self._seed, self._checkpoint = seed, checkpoint

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._started, self._cpu = time.monotonic(), time.process_time()
        rng = np.random.default_rng([self._seed, epoch, 1])
        for layer in self.model.layers:  # a saved model forgets the state of its dropout
            if isinstance(layer, keras.layers.Dropout) and layer.rate:
                state = layer.seed_generator.state
                state.assign(rng.integers(0, 2**31, state.shape))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        row = {
            "train_loss": float((logs or {})["loss"]),
            **self._measure(epoch + 1),
            "seconds": time.monotonic() - self._started,
            "cpu_seconds": time.process_time() - self._cpu,
        }
        self._best.add(row, self.model.get_weights)
        self.model.stop_training = self._best.is_over
        if self._checkpoint is not None:
            self._checkpoint.save(self.model, self._best.rows, self._best.weights)


def train_binding(
    pairs: pd.DataFrame,
    training: BindingTraining,
    seed: int,
    checkpoint: Checkpoint | None = None,
    taught: pd.DataFrame | None = None,
) -> tuple[keras.Model, pd.DataFrame]:
    """Train on the train split, choose the epoch by validation AP.

    `pairs` have mirna_sequence, target, label, split and round. With `taught_windows` the
    network learns from `taught` alone, windows that a teacher and an energy model have
    labelled (mirna_sequence, target, LABELS), and the last epoch is kept: its validation
    loss is that of a fiftieth of them, held out, its validation AP that of pairs. Step
    sizes rise over 200 steps and fall to zero along a cosine. Returns the network with
    its best weights and one row per epoch (epoch, train_loss, validation_loss,
    validation_ap, seconds, cpu_seconds). With a `checkpoint`, goes on where a killed
    training stopped, with the same result. Raises InputError after an epoch whose losses
    are not finite, and for a network that gives all of the first 1,000 validation pairs
    the same P.
    """
    taught = taught if training.taught_windows else None
    train, validation = (pairs[pairs["split"] == s] for s in ("train", "validation"))
    found = checkpoint.load() if checkpoint else None
    model, rows, weights = found or (None, [], [])
    batches: PairBatches | TaughtBatches
    if taught is None:
        learned_from, chosen_by = train[train["label"] == 1], "validation_ap"
        batches = PairBatches(
            train,
            seed,
            training.encoding,
            training.batch_size,
            training.max_shift,
            training.random_windows,
            training.class_balance,
            epoch=len(rows),
        )
    else:
        n_held_out = -(-len(taught) // 50)
        held_out, learned_from = taught[:n_held_out], taught[n_held_out:]
        chosen_by = "epoch"
        batches = TaughtBatches(
            learned_from,
            seed,
            training.encoding,
            training.batch_size,
            training.taught_windows,
            training.heads,
            epoch=len(rows),
        )
    if model is None:
        model = _compile(training, len(batches) * training.epochs, taught)
    else:
        log.info("going on after epoch %d", len(rows))
    network = model if taught is None else join_heads(model)
    log.info(
        "%s, %s weights; %s %s, %s validation pairs",
        network.name,
        f"{network.count_params():,}",
        f"{len(learned_from):,}",
        "training positives" if taught is None else "taught windows",
        f"{len(validation):,}",
    )

    def of_pairs(epoch: int) -> dict[str, float]:
        loss, ap = measure_pairs(network, validation, training.encoding)
        return {"validation_loss": loss, "validation_ap": ap}

    def of_windows(epoch: int) -> dict[str, float]:
        found = predict_windows(model, held_out, training.encoding)
        loss = keras.losses.huber(learned_labels(held_out, training.heads), found)
        ap = math.nan
        if epoch == training.epochs:
            _, ap = measure_pairs(network, validation, training.encoding)
        return {"validation_loss": float(keras.ops.mean(loss)), "validation_ap": ap}

    best = BestEpoch(
        chosen_by,
        training.epochs,
        training.patience,
        lowest=False,
        rows=rows,
        weights=weights,
    )
    if not best.is_over:
        measured = of_pairs if taught is None else of_windows
        model.fit(
            batches,
            epochs=training.epochs,
            initial_epoch=len(rows),
            shuffle=False,
            callbacks=[_Validation(measured, best, seed, checkpoint)],
            verbose=0,
        )
    model.set_weights(best.weights)
    refuse_constant(predict_pairs(network, validation[:1000], training.encoding))
    return network, pd.DataFrame(best.rows)


def measure_pairs(
    network: keras.Model, pairs: pd.DataFrame, encoding: str
) -> tuple[float, float]:
    """Return cross-entropy, of a single round of negatives, and AP of labelled pairs."""
    labels = pairs["label"].to_numpy()
    scores = predict_pairs(network, pairs, encoding)
    single = pairs["round"].to_numpy() < 1
    loss = keras.losses.binary_crossentropy(
        labels[single, None].astype("float32"), scores[single, None]
    )
    ap = average_precision(labels, np.nan_to_num(scores))
    return float(keras.ops.mean(loss)), ap


def _compile(
    training: BindingTraining, n_steps: int, taught: pd.DataFrame | None
) -> keras.Model:
    model = BINDING_NETWORKS[training.network](
        encoding=training.encoding,
        filters=training.filters,
        n_hidden=training.n_hidden,
        dropout=training.dropout,
    )
    warm_up = min(_WARM_UP_STEPS, n_steps // 5)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=training.learning_rate / max(warm_up, 1),
        decay_steps=max(n_steps - warm_up, 1),
        warmup_target=training.learning_rate,
        warmup_steps=warm_up,
    )
    loss = "binary_crossentropy"
    if taught is not None:
        model = split_logit(model, learned_labels(taught, training.heads).mean(axis=0))
        loss = "huber"
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss=loss)
    return model
