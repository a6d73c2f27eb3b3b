"""Train a binding network on labelled pairs, resumable after every epoch."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.binding.batches import PairBatches, predict_pairs
from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.networks.backend import keras
from mirsignal.networks.checkpoints import Checkpoint
from mirsignal.networks.history import refuse_nonfinite
from mirsignal.statistics.metrics import average_precision

log = logging.getLogger(__name__)

_WARM_UP_STEPS = 200


class _BestByValidation(keras.callbacks.Callback):
    """Measure validation AP after each epoch, keep the best weights, save, stop."""

    def __init__(
        self,
        validation: pd.DataFrame,
        settings: Mapping[str, Any],
        seed: int,
        checkpoint: Checkpoint | None,
        rows: list[dict[str, float]],
        best_weights: list[np.ndarray],
    ):
        super().__init__()
        self._validation, self._settings, self._seed = validation, settings, seed
        self._checkpoint, self.rows, self.best_weights = checkpoint, rows, best_weights

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._started, self._cpu = time.monotonic(), time.process_time()
        rng = np.random.default_rng([self._seed, epoch, 1])
        for layer in self.model.layers:  # a saved model forgets the state of its dropout
            if isinstance(layer, keras.layers.Dropout) and layer.rate:
                state = layer.seed_generator.state
                state.assign(rng.integers(0, 2**31, state.shape))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        labels = self._validation["label"].to_numpy()
        scores = predict_pairs(self.model, self._validation, self._settings["encoding"])
        single = self._validation["round"].to_numpy() < 1
        loss = float(
            keras.ops.mean(
                keras.losses.binary_crossentropy(
                    labels[single, None].astype("float32"), scores[single, None]
                )
            )
        )
        row = {
            "epoch": epoch + 1,
            "train_loss": float((logs or {})["loss"]),
            "validation_loss": loss,
        }
        refuse_nonfinite(row)
        row["validation_ap"] = ap = average_precision(labels, scores)
        row["seconds"] = time.monotonic() - self._started
        row["cpu_seconds"] = time.process_time() - self._cpu
        self.rows.append(row)
        best = best_epoch(self.rows)
        if best == epoch + 1:
            self.best_weights = self.model.get_weights()
        log.info(
            "epoch %d of %d: train loss %.4f, validation loss %.4f, validation AP %.4f%s",
            epoch + 1,
            self._settings["epochs"],
            self.rows[-1]["train_loss"],
            loss,
            ap,
            " (best)" if best == epoch + 1 else "",
        )
        if epoch + 1 - best >= self._settings["patience"]:
            self.model.stop_training = True
        if self._checkpoint is not None:
            self._checkpoint.save(self.model, self.rows, self.best_weights)


def best_epoch(rows: list[dict[str, float]]) -> int:
    """Return the first epoch of the highest validation AP."""
    return int(max(rows, key=lambda row: row["validation_ap"])["epoch"])


def train_binding(
    pairs: pd.DataFrame,
    settings: Mapping[str, Any],
    seed: int,
    checkpoint: Checkpoint | None = None,
) -> tuple[keras.Model, pd.DataFrame]:
    """Train on the train split, choose the epoch by validation AP.

    `pairs` have mirna, target, label, split and round; `settings` is a recipe of
    `binding`. Step sizes rise over 200 steps and fall to zero along a cosine. Returns
    the network with its best weights and one row per epoch (epoch, train_loss,
    validation_loss, validation_ap, seconds, cpu_seconds). With a `checkpoint`, goes on
    where a killed training stopped, with the same result. Raises InputError after an
    epoch whose losses are not finite.
    """
    train, validation = (pairs[pairs["split"] == s] for s in ("train", "validation"))
    found = checkpoint.load() if checkpoint else None
    model, rows, best_weights = found or (None, [], [])
    batches = PairBatches(train, settings, seed, epoch=len(rows))
    if model is None:
        model = _compile(settings, n_steps=len(batches) * settings["epochs"])
    else:
        log.info("going on after epoch %d", len(rows))
    log.info(
        "%s, %s weights; %s training positives, %s validation pairs; at most %d epochs",
        model.name,
        f"{model.count_params():,}",
        f"{int(train['label'].sum()):,}",
        f"{len(validation):,}",
        settings["epochs"],
    )
    chooser = _BestByValidation(
        validation, settings, seed, checkpoint, rows, best_weights
    )
    stale = bool(rows) and len(rows) - best_epoch(rows) >= settings["patience"]
    if len(rows) < settings["epochs"] and not stale:
        model.fit(
            batches,
            epochs=settings["epochs"],
            initial_epoch=len(rows),
            shuffle=False,
            callbacks=[chooser],
            verbose=0,
        )
    model.set_weights(chooser.best_weights)
    log.info("kept the weights of epoch %d", best_epoch(rows))
    return model, pd.DataFrame(rows)


def _compile(settings: Mapping[str, Any], n_steps: int) -> keras.Model:
    model = BINDING_NETWORKS[settings["network"]](
        **{key: settings[key] for key in ("encoding", "filters", "n_hidden", "dropout")}
    )
    warm_up = min(_WARM_UP_STEPS, n_steps // 5)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings["learning_rate"] / max(warm_up, 1),
        decay_steps=max(n_steps - warm_up, 1),
        warmup_target=settings["learning_rate"],
        warmup_steps=warm_up,
    )
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss="binary_crossentropy")
    return model
