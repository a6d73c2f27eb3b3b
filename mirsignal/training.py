"""Train a binding network on labelled pairs."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.backend import keras
from mirsignal.metrics import average_precision
from mirsignal.models import BINDING_NETWORKS
from mirsignal.pairing import ENCODINGS, pair_matrix
from mirsignal.sequences import encode_many

log = logging.getLogger(__name__)


class PairBatches(keras.utils.PyDataset):
    """Batches of pairing matrices, encoded as they are needed, in an order of a seed."""

    def __init__(
        self, pairs: pd.DataFrame, encoding: str, batch_size: int, seed: int | None = None
    ):
        super().__init__()
        self._targets = encode_many(pairs["target"], WINDOW)
        self._mirnas = encode_many(pairs["mirna"], MIRNA_LENGTH)
        self._labels = pairs["label"].to_numpy("float32")
        self._encoding, self._batch_size = encoding, batch_size
        self._rng = None if seed is None else np.random.default_rng(seed)
        self._order = np.arange(len(pairs))
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        matrix = pair_matrix(self._targets[rows], self._mirnas[rows], self._encoding)
        return matrix, self._labels[rows]

    def on_epoch_end(self) -> None:
        if self._rng is not None:
            self._rng.shuffle(self._order)


class _BestByValidation(keras.callbacks.Callback):
    """Measure validation AP after each epoch, keep the best weights, stop when stale."""

    def __init__(self, batches: PairBatches, labels: np.ndarray, patience: int):
        super().__init__()
        self._batches, self._labels, self._patience = batches, labels, patience
        self._best_weights: list[np.ndarray] = []
        self.rows: list[dict[str, float]] = []
        self.best_epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._started = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        scores = predict_pairs(self.model, self._batches)
        ap = average_precision(self._labels, scores)
        eps = 1e-7
        probability = np.clip(scores, eps, 1 - eps)
        loss = -np.mean(
            np.where(self._labels == 1, np.log(probability), np.log(1 - probability))
        )
        self.rows.append(
            {
                "epoch": epoch + 1,
                "train_loss": float((logs or {})["loss"]),
                "validation_loss": float(loss),
                "validation_ap": ap,
                "seconds": time.monotonic() - self._started,
            }
        )
        best = max(range(len(self.rows)), key=lambda row: self.rows[row]["validation_ap"])
        if best == epoch:
            self._best_weights, self.best_epoch = self.model.get_weights(), epoch + 1
        log.info(
            "epoch %d: train loss %.4f, validation loss %.4f, validation AP %.4f%s",
            epoch + 1,
            self.rows[-1]["train_loss"],
            loss,
            ap,
            " (best)" if best == epoch else "",
        )
        if epoch - best >= self._patience:
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        self.model.set_weights(self._best_weights)


def train_binding(
    pairs: pd.DataFrame, settings: Mapping[str, Any], seed: int
) -> tuple[keras.Model, pd.DataFrame]:
    """Train on the train split, choose the epoch by validation AP.

    `settings` is a recipe of `binding`. Returns the network with its best weights and
    one row per epoch (epoch, train_loss, validation_loss, validation_ap, seconds).
    """
    encoding = settings["encoding"]
    model = BINDING_NETWORKS[settings["network"]](
        n_channels=ENCODINGS[encoding].shape[-1],
        filters=settings["filters"],
        n_hidden=settings["n_hidden"],
        dropout=settings["dropout"],
    )
    model.compile(
        optimizer=keras.optimizers.Adam(settings["learning_rate"]),
        loss="binary_crossentropy",
    )
    train, validation = (pairs[pairs["split"] == s] for s in ("train", "validation"))
    log.info(
        "%d parameters; %d training and %d validation pairs; at most %d epochs",
        model.count_params(),
        len(train),
        len(validation),
        settings["epochs"],
    )
    chooser = _BestByValidation(
        PairBatches(validation, encoding, 1024),
        validation["label"].to_numpy(),
        settings["patience"],
    )
    model.fit(
        PairBatches(train, encoding, settings["batch_size"], seed),
        epochs=settings["epochs"],
        callbacks=[chooser],
        verbose=0,
    )
    log.info("kept the weights of epoch %d", chooser.best_epoch)
    return model, pd.DataFrame(chooser.rows)


def predict_pairs(model: keras.Model, batches: PairBatches) -> np.ndarray:
    """Return P(binding) (N,) of all pairs of unshuffled batches."""
    parts = [
        np.asarray(model(batches[index][0], training=False))[:, 0]
        for index in range(len(batches))
    ]
    return np.concatenate(parts)
