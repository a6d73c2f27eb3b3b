"""Batches of labelled pairs, as pairing matrices made when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.heads import LABELS, TAUGHT
from mirsignal.binding.pairing import pair_matrix
from mirsignal.networks.backend import keras
from mirsignal.sequences.codes import UNKNOWN, encode_many
from mirsignal.sequences.composition import fit_transitions, random_transcripts

_PREDICTION_BATCH = 1024


class PairBatches(keras.utils.PyDataset):
    """Batches of one epoch: all positives, a round of negatives, random windows.

    Every epoch shows the next of the nested rounds, so that the network cannot learn a
    few negatives by heart, and new random windows of the targets' dinucleotide
    composition, `random_windows` per positive and each with a positive's miRNA. Windows
    are shifted by up to `max_shift` nt at random (what slides in is N). `class_balance`
    "mirna" weighs pairs by `mirna_weights`. All depends on seed and epoch alone; Keras
    ends an epoch before the first, so that training begins with round 1. Gives matrix
    (B, W, M, C), label (B,) and weight (B,).
    """

    def __init__(
        self,
        pairs: pd.DataFrame,
        seed: int,
        encoding: str,
        batch_size: int,
        max_shift: int = 0,
        random_windows: float = 0.0,
        class_balance: str = "none",
        epoch: int = 0,
    ):
        super().__init__()
        self._encoding, self._batch_size = encoding, batch_size
        self._max_shift, self._class_balance = max_shift, class_balance
        self._targets = encode_many(pairs["target"], WINDOW)
        self._mirnas = encode_many(pairs["mirna_sequence"], MIRNA_LENGTH)
        self._labels = pairs["label"].to_numpy("float32")
        self._mirna_of = pd.factorize(pairs["mirna_sequence"])[0]
        self._round = pairs["round"].to_numpy()
        self._n_rounds = int(self._round.max()) + 1
        self._transitions = fit_transitions(pairs["target"].unique())
        self._seed, self._epoch = seed, epoch
        sizes = np.bincount(self._round + 1, minlength=self._n_rounds + 1)
        self._n_random = round(random_windows * sizes[0])
        self._n_pairs = int(sizes[0] + sizes[1:].max()) + self._n_random
        self._start()

    def _start(self) -> None:
        """Make the epoch's targets (N, W), miRNAs (N, M), labels and weights (N,)."""
        now = self._epoch % self._n_rounds
        rng = np.random.default_rng([self._seed, self._epoch])
        rows = np.flatnonzero((self._round == -1) | (self._round == now))
        weights = np.ones(len(rows), np.float32)
        if self._class_balance == "mirna":
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
        shifts = rng.integers(-self._max_shift, self._max_shift + 1, len(order))
        targets, mirnas = targets[order], self._mirnas[mirna_rows[order]]
        targets = shift_windows(targets, shifts)
        self._shown = [targets, mirnas, labels[order], weights[order]]

    def __len__(self) -> int:
        return -(-self._n_pairs // self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        part = slice(index * self._batch_size, (index + 1) * self._batch_size)
        targets, mirnas, labels, weights = (values[part] for values in self._shown)
        return pair_matrix(targets, mirnas, self._encoding), labels, weights

    def on_epoch_end(self) -> None:
        self._epoch += 1
        self._start()


class TaughtBatches(keras.utils.PyDataset):
    """Batches of one epoch of `n` windows that a teacher has labelled, drawn at random.

    `windows` have mirna_sequence, target and LABELS. What an epoch shows depends on seed
    and epoch alone. Gives matrix (B, W, M, C) and LABELS (B, 2), 0 of those that are not
    among `heads`.
    """

    def __init__(
        self,
        windows: pd.DataFrame,
        seed: int,
        encoding: str,
        batch_size: int,
        n: int,
        heads: Sequence[str] = TAUGHT,
        epoch: int = 0,
    ):
        super().__init__()
        self._encoding, self._batch_size, self._n = encoding, batch_size, n
        self._targets = encode_many(windows["target"], WINDOW)
        self._mirnas = encode_many(windows["mirna_sequence"], MIRNA_LENGTH)
        self._labels = learned_labels(windows, heads)
        self._seed, self._epoch = seed, epoch

    def __len__(self) -> int:
        return -(-self._n // self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([self._seed, self._epoch, index])
        size = min(self._batch_size, self._n - index * self._batch_size)
        rows = rng.integers(0, len(self._labels), size)
        matrix = pair_matrix(self._targets[rows], self._mirnas[rows], self._encoding)
        return matrix, self._labels[rows]

    def on_epoch_end(self) -> None:
        self._epoch += 1


def learned_labels(windows: pd.DataFrame, heads: Sequence[str]) -> NDArray[np.float32]:
    """Return LABELS (N, 2) of windows, 0 of those that are not among `heads`."""
    learned = np.array([head in heads for head in TAUGHT], np.float32)
    return windows[list(LABELS)].to_numpy("float32") * learned


def predict_windows(
    model: keras.Model, windows: pd.DataFrame, encoding: str
) -> NDArray[np.float32]:
    """Return all outputs (N, K) of a network for windows (mirna_sequence, target)."""
    targets = encode_many(windows["target"], WINDOW)
    mirnas = encode_many(windows["mirna_sequence"], MIRNA_LENGTH)
    return predict_outputs(model, targets, mirnas, encoding)


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


def predict_pairs(
    model: keras.Model, pairs: pd.DataFrame, encoding: str
) -> NDArray[np.float32]:
    """Return P(binding) (N,) of pairs with mirna and target."""
    return predict_windows(model, pairs, encoding)[:, 0]


def predict_codes(
    model: keras.Model,
    targets: NDArray[np.uint8],
    mirnas: NDArray[np.uint8],
    encoding: str,
) -> NDArray[np.float32]:
    """Return the output (N,) of a network for codes (N, W) and (N, M), in batches."""
    return predict_outputs(model, targets, mirnas, encoding)[:, 0]


def predict_outputs(
    model: keras.Model,
    targets: NDArray[np.uint8],
    mirnas: NDArray[np.uint8],
    encoding: str,
) -> NDArray[np.float32]:
    """Return all outputs (N, K) of a network, as `predict_codes` does the first."""
    parts = [np.zeros((0, model.output_shape[-1]), np.float32)]
    for at in range(0, len(targets), _PREDICTION_BATCH):
        part = slice(at, at + _PREDICTION_BATCH)
        matrix = pair_matrix(targets[part], mirnas[part], encoding)
        parts.append(np.asarray(model(matrix, training=False)))
    return np.concatenate(parts)
