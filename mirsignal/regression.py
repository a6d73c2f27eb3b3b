"""Train a signal network: one signal per miRNA and transcript -> log2 fold change."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.backend import keras
from mirsignal.metrics import pearson
from mirsignal.models import SIGNAL_NETWORKS
from mirsignal.signals import pad

log = logging.getLogger(__name__)


class SignalBatches(keras.utils.PyDataset):
    """Padded batches of signals of similar length."""

    def __init__(
        self,
        signals: Sequence[NDArray[np.float32]],
        targets: NDArray[np.float32],
        multiple: int,
        batch_size: int,
        rng: np.random.Generator | None = None,
        max_bins: int = 65536,
    ):
        super().__init__()
        self._signals, self._targets = signals, targets
        self._multiple, self._rng = multiple, rng
        lengths = np.array([len(signal) for signal in signals])
        self._jitter = rng is not None
        self._lengths, self._batch_size, self._max_bins = lengths, batch_size, max_bins
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Cut the examples, sorted by length (with some noise), into batches."""
        keys = np.log(np.maximum(self._lengths, 1))
        if self._rng is not None:
            keys = keys + self._rng.normal(0, 0.2, len(keys))
        order = np.argsort(keys, kind="stable")
        self.batches: list[NDArray[np.int64]] = []
        current: list[int] = []
        longest = 0
        for index in order:
            longest = max(longest, self._lengths[index])
            too_big = longest * (len(current) + 1) > self._max_bins
            if current and (len(current) == self._batch_size or too_big):
                self.batches.append(np.array(current))
                current, longest = [], self._lengths[index]
            current.append(index)
        self.batches.append(np.array(current))
        if self._rng is not None:
            self._rng.shuffle(self.batches)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> tuple[tuple[NDArray, NDArray], NDArray]:
        rows = self.batches[index]
        values, mask = pad([self._signals[row] for row in rows], self._multiple)
        return (values, mask), self._targets[rows]


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
    part = pairs["part"].to_numpy()
    train = np.flatnonzero(part == "train")
    model.get_layer("log2fc").bias.assign([targets[train].mean()])
    model.compile(keras.optimizers.Adam(settings["learning_rate"]), loss="mse")
    batches = SignalBatches(
        [signals[int(row)] for row in train],
        targets[train],
        multiple,
        settings["batch_size"],
        np.random.default_rng(seed),
    )
    chooser = _BestOnValidation(
        signals, targets, np.flatnonzero(part == "validation"), multiple, settings
    )
    model.fit(batches, epochs=settings["epochs"], callbacks=[chooser], verbose=0)
    predicted = predict_signals(model, signals, multiple)
    return model, pd.DataFrame(chooser.rows), predicted


class _BestOnValidation(keras.callbacks.Callback):
    """Keep the weights with the lowest validation error; stop when stale."""

    def __init__(self, signals, targets, rows, multiple, settings):
        super().__init__()
        self._signals = [signals[row] for row in rows]
        self._targets, self._multiple = targets[rows], multiple
        self._patience, self._epochs = settings["patience"], settings["epochs"]
        self._best: tuple[float, int, list] = (np.inf, 0, [])
        self.rows: list[dict[str, float]] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        predicted = predict_signals(self.model, self._signals, self._multiple)
        error = float(np.mean((predicted - self._targets) ** 2))
        r = pearson(self._targets, predicted)
        self.rows.append(
            {
                "epoch": epoch + 1,
                "train_mse": float((logs or {})["loss"]),
                "validation_mse": error,
                "validation_pearson": r,
            }
        )
        if error < self._best[0]:
            self._best = (error, epoch, self.model.get_weights())
        if (epoch + 1) % 5 == 0 or epoch == 0:
            log.info(
                "epoch %d of at most %d: validation error %.4f, r %.3f",
                *(epoch + 1, self._epochs, error, r),
            )
        if epoch - self._best[1] >= self._patience:
            self.model.stop_training = True

    def on_train_end(self, logs: Any = None) -> None:
        if self._best[2]:
            self.model.set_weights(self._best[2])
        log.info("kept the weights of epoch %d", self._best[1] + 1)


def predict_signals(
    model: keras.Model, signals: Sequence[NDArray[np.float32]], multiple: int
) -> NDArray[np.float64]:
    """Return the predicted log2 fold change (N,) of scaled signals (bins, C)."""
    predicted = np.zeros(len(signals))
    blank = np.zeros(len(signals), np.float32)
    batches = SignalBatches(signals, blank, multiple, 128)
    for number, rows in enumerate(batches.batches):
        (values, mask), _ = batches[number]
        predicted[rows] = model.predict_on_batch([values, mask])[:, 0]
    return predicted
