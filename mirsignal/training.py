"""Train a binding network on labelled pairs, resumable after every epoch."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.backend import keras, tf
from mirsignal.composition import fit_transitions, random_transcripts
from mirsignal.files import atomic_path, read_json, write_json
from mirsignal.integrity import checksum
from mirsignal.metrics import average_precision
from mirsignal.models import BINDING_NETWORKS
from mirsignal.networks import save_network
from mirsignal.pairing import pair_matrix
from mirsignal.provenance import text_digest
from mirsignal.sequences import UNKNOWN, encode_many

log = logging.getLogger(__name__)

_WARM_UP_STEPS = 200
_PREDICTION_BATCH = 1024


class PairBatches(keras.utils.PyDataset):
    """Batches of one epoch: all positives, a round of negatives, random windows.

    Every epoch shows the next of the nested rounds, so that the network cannot learn a
    few negatives by heart, and new random windows of the targets' dinucleotide
    composition, `random_windows` per positive and each with a positive's miRNA. Windows
    are shifted by up to `max_shift` nt at random (what slides in is N). All depends on
    seed and epoch alone. Gives matrix (B, W, M, C), label (B,) and weight (B,).
    """

    def __init__(
        self, pairs: pd.DataFrame, settings: Mapping[str, Any], seed: int, epoch: int = 0
    ):
        super().__init__()
        self._targets = encode_many(pairs["target"], WINDOW)
        self._mirnas = encode_many(pairs["mirna"], MIRNA_LENGTH)
        self._labels = pairs["label"].to_numpy("float32")
        self._mirna_of = pd.factorize(pairs["mirna"])[0]
        self._round = pairs["round"].to_numpy()
        self._n_rounds = int(self._round.max()) + 1
        self._transitions = fit_transitions(pairs["target"].unique())
        self._settings, self._seed, self._epoch = settings, seed, epoch
        sizes = np.bincount(self._round + 1, minlength=self._n_rounds + 1)
        self._n_random = round(settings["random_windows"] * sizes[0])
        self._n_pairs = int(sizes[0] + sizes[1:].max()) + self._n_random
        self._start()

    def _start(self) -> None:
        """Make the epoch's targets (N, W), miRNAs (N, M), labels and weights (N,)."""
        now = self._epoch % self._n_rounds
        rng = np.random.default_rng([self._seed, self._epoch])
        rows = np.flatnonzero((self._round == -1) | (self._round == now))
        weights = np.ones(len(rows), np.float32)
        if self._settings["class_balance"] == "mirna":
            weights = mirna_weights(self._labels[rows], self._mirna_of[rows])
        targets, mirna_rows, labels = self._targets[rows], rows, self._labels[rows]
        if self._n_random:
            partners = np.resize(
                rng.permutation(np.flatnonzero(self._round == -1)), self._n_random
            )
            lengths = np.full(self._n_random, WINDOW)
            windows = np.stack(random_transcripts(self._transitions, lengths, rng))
            targets = np.concatenate([targets, windows])
            mirna_rows = np.concatenate([rows, partners])
            labels = np.pad(labels, (0, self._n_random))
            weights = np.pad(weights, (0, self._n_random), constant_values=1)
        # Rounds may differ in length: the first pairs of a short epoch come twice.
        order = np.resize(rng.permutation(len(labels)), self._n_pairs)
        shift = self._settings["max_shift"]
        shifts = rng.integers(-shift, shift + 1, len(order))
        self._epoch_targets = shift_windows(targets[order], shifts)
        self._epoch_mirnas = self._mirnas[mirna_rows[order]]
        self._epoch_labels, self._epoch_weights = labels[order], weights[order]

    def __len__(self) -> int:
        return -(-self._n_pairs // self._settings["batch_size"])

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        size = self._settings["batch_size"]
        part = slice(index * size, (index + 1) * size)
        matrix = pair_matrix(
            self._epoch_targets[part],
            self._epoch_mirnas[part],
            self._settings["encoding"],
        )
        return matrix, self._epoch_labels[part], self._epoch_weights[part]

    def on_epoch_end(self) -> None:
        self._epoch += 1
        self._start()


def mirna_weights(labels: NDArray, mirna_of: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return weights (N,) by which each miRNA's negatives count as its positives do.

    Positives weigh 1; negatives of a miRNA without a positive weigh nothing.
    """
    positives = np.bincount(mirna_of, labels)
    negatives = np.bincount(mirna_of, 1 - labels)
    ratio = positives / np.maximum(negatives, 1)
    return np.where(labels == 1, 1, ratio[mirna_of]).astype(np.float32)


def shift_windows(
    targets: NDArray[np.uint8], shifts: NDArray[np.integer]
) -> NDArray[np.uint8]:
    """Move each window of codes (N, W) by its shift (N,); N slides in at the ends."""
    at = np.arange(targets.shape[1]) + shifts[:, None]
    inside = (at >= 0) & (at < targets.shape[1])
    moved = np.take_along_axis(targets, np.clip(at, 0, targets.shape[1] - 1), axis=1)
    return np.where(inside, moved, UNKNOWN).astype(np.uint8)


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
        ap = average_precision(labels, scores)
        single = self._validation["round"].to_numpy() < 1
        loss = float(
            keras.ops.mean(
                keras.losses.binary_crossentropy(
                    labels[single, None].astype("float32"), scores[single, None]
                )
            )
        )
        self.rows.append(
            {
                "epoch": epoch + 1,
                "train_loss": float((logs or {})["loss"]),
                "validation_loss": loss,
                "validation_ap": ap,
                "seconds": time.monotonic() - self._started,
                "cpu_seconds": time.process_time() - self._cpu,
            }
        )
        best = best_epoch(self.rows)
        if best == epoch + 1:
            self.best_weights = self.model.get_weights()
        log.info(
            "epoch %d of %d: train loss %.4f, validation loss %.4f, validation AP %.4f%s",
            *(epoch + 1, self._settings["epochs"], self.rows[-1]["train_loss"]),
            *(loss, ap, " (best)" if best == epoch + 1 else ""),
        )
        if epoch + 1 - best >= self._settings["patience"]:
            self.model.stop_training = True
        if self._checkpoint is not None:
            self._checkpoint.save(self.model, self.rows, self.best_weights)


def best_epoch(rows: list[dict[str, float]]) -> int:
    """Return the first epoch of the highest validation AP."""
    return int(max(rows, key=lambda row: row["validation_ap"])["epoch"])


class Checkpoint:
    """What a killed training needs to go on: one file each, the last one written last.

    It is trusted only when all that decides the result is as when it was made.
    """

    def __init__(self, folder: Path, fingerprint: str):
        self._folder, self._fingerprint = folder, fingerprint

    def save(
        self,
        model: keras.Model,
        rows: list[dict[str, float]],
        best_weights: list[np.ndarray],
    ) -> None:
        epoch = len(rows)
        save_network(self._folder / f"{epoch}.keras", model)
        with atomic_path(self._folder / f"{epoch}.npz") as temporary:
            np.savez(temporary, *best_weights)
        names = (f"{epoch}.keras", f"{epoch}.npz")
        state = {
            "fingerprint": self._fingerprint,
            "epoch": epoch,
            "rows": rows,
            "files": {name: checksum(self._folder / name) for name in names},
        }
        write_json(self._folder / "state.json", state | {"digest": _digest(state)})
        for old in self._folder.glob("*.*"):
            if old.name not in (*names, "state.json"):
                old.unlink()

    def load(self) -> tuple[keras.Model, list[dict[str, float]], list[np.ndarray]] | None:
        """Return model, rows and best weights after the last whole epoch, if any."""
        if not (self._folder / "state.json").exists():
            return None
        if (state := self._whole_state()) is None:
            log.warning("%s: damaged; starting anew", self._folder)
            return None
        if state["fingerprint"] != self._fingerprint:
            log.info("an earlier training had other settings or data; starting anew")
            return None
        model = keras.models.load_model(self._folder / f"{state['epoch']}.keras")
        with np.load(self._folder / f"{state['epoch']}.npz") as weights:
            best = [weights[name] for name in weights.files]
        return model, state["rows"], best

    def _whole_state(self) -> dict[str, Any] | None:
        """Return the saved state; None when it or a file that it names is damaged."""
        try:
            state = read_json(self._folder / "state.json")
            whole = state.pop("digest") == _digest(state)
            files = state["files"].items()
            whole &= all(checksum(self._folder / name) == was for name, was in files)
        except (OSError, ValueError, LookupError, AttributeError, TypeError):
            return None
        return state if whole else None

    def remove(self) -> None:
        for path in self._folder.glob("*"):
            path.unlink()
        if self._folder.is_dir():
            self._folder.rmdir()


def _digest(state: Mapping[str, Any]) -> str:
    return text_digest(json.dumps(state))


def make_checkpoint(
    folder: Path,
    pairs: pd.DataFrame,
    settings: Mapping[str, Any],
    seed: int,
    code: str = "",
) -> Checkpoint:
    """Return the checkpoint in `folder` for this training and no other.

    `code` is a digest of the code that trains; another number of threads counts as
    another training too, since it may round differently.
    """
    data = int(pd.util.hash_pandas_object(pairs, index=False).sum())
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    versions = [keras.version(), tf.__version__]
    parts = [sorted(settings.items()), seed, data, code, threads, *versions]
    return Checkpoint(folder, text_digest(repr(parts)))


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
    where a killed training stopped, with the same result.
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
        *(model.name, f"{model.count_params():,}", f"{int(train['label'].sum()):,}"),
        *(f"{len(validation):,}", settings["epochs"]),
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


def predict_pairs(
    model: keras.Model, pairs: pd.DataFrame, encoding: str
) -> NDArray[np.float32]:
    """Return P(binding) (N,) of pairs with mirna and target."""
    targets = encode_many(pairs["target"], WINDOW)
    mirnas = encode_many(pairs["mirna"], MIRNA_LENGTH)
    return predict_codes(model, targets, mirnas, encoding)


def predict_codes(
    model: keras.Model,
    targets: NDArray[np.uint8],
    mirnas: NDArray[np.uint8],
    encoding: str,
) -> NDArray[np.float32]:
    """Return the output (N,) of a network for codes (N, W) and (N, M), in batches."""
    parts = [np.zeros(0, np.float32)]
    for at in range(0, len(targets), _PREDICTION_BATCH):
        part = slice(at, at + _PREDICTION_BATCH)
        matrix = pair_matrix(targets[part], mirnas[part], encoding)
        parts.append(np.asarray(model(matrix, training=False))[:, 0])
    return np.concatenate(parts)
