"""Which nucleotides make a prediction: integrated gradients along a transcript.

The attribution of a window is that of its logit by integrated gradients (Sundararajan
2017) from an empty pairing matrix. Along a transcript, the score of a nucleotide is the
sum over the windows that cover it of P x attribution, divided by their number. Windows
below the threshold have weight zero. Gradients add: one backward pass of the weighted
sum of all logits gives the weighted sum of all windows' gradients.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import CENTRE, MIRNA_LENGTH, REGIONS, WINDOW
from mirsignal.backend import tf
from mirsignal.convolution import Stage, phases, track_logits
from mirsignal.sequences import UNKNOWN

_BATCH_POSITIONS = 4096
_LONGEST = 1024
_JOINED_GAP = 32


class Attributor:
    """Integrated gradients of weighted windows, through the sliding network."""

    def __init__(self, stages: list[Stage], steps: int):
        self._stages, self._steps = stages, steps
        self._multiple = phases(stages)
        channels = stages[0].kernel.shape[2]
        self._integrate = tf.function(
            self._integrated_gradients,
            input_signature=[
                tf.TensorSpec((None, None), tf.int32),
                tf.TensorSpec((None, None), tf.float32),
                tf.TensorSpec((5, MIRNA_LENGTH, channels), tf.float32),
            ],
        )

    def attribute(
        self,
        transcripts: Sequence[NDArray[np.uint8]],
        weights: Sequence[NDArray[np.float32]],
        rows: NDArray[np.float32],
    ) -> list[NDArray[np.float32]]:
        """Return the attribution (L, M) of each transcript.

        `transcripts` are codes (L,), `weights` the P of each position (L,), zero where
        a window is not to count, `rows` the miRNA's pairing rows (5, M, C).
        """
        padded = [
            np.pad(codes, (CENTRE, CENTRE - 1), constant_values=UNKNOWN)
            for codes in transcripts
        ]
        sums = [np.zeros((len(codes), MIRNA_LENGTH), np.float32) for codes in padded]
        segments = [
            (stop - start, index, start)
            for index, weight in enumerate(weights)
            for start, stop in weighted_segments(weight)
        ]
        for batch in self._batches(sorted(segments)):
            self._add_batch(batch, padded, weights, rows, sums)
        return [
            total[CENTRE : len(total) - CENTRE + 1] / coverage(len(codes))[:, None]
            for total, codes in zip(sums, transcripts, strict=True)
        ]

    def _batches(self, segments):
        """Yield runs of segments, shortest first, that fit _BATCH_POSITIONS."""
        batch: list[tuple[int, int, int]] = []
        for segment in segments:
            width = segment[0] + self._multiple + WINDOW
            if batch and width * (len(batch) + 1) > _BATCH_POSITIONS:
                yield batch
                batch = []
            batch.append(segment)
        if batch:
            yield batch

    def _add_batch(self, batch, padded, weights, rows, sums) -> None:
        """Attribute segments (length, transcript, start) and add them to `sums`."""
        span = -(-batch[-1][0] // self._multiple) * self._multiple
        codes = np.full((len(batch), span + WINDOW - 1), UNKNOWN, dtype=np.int32)
        weight = np.zeros((len(batch), span), dtype=np.float32)
        for row, (length, index, start) in enumerate(batch):
            codes[row, : length + WINDOW - 1] = padded[index][
                start : start + length + WINDOW - 1
            ]
            weight[row, :length] = weights[index][start : start + length]
        result = self._integrate(codes, weight, rows).numpy()
        for row, (length, index, start) in enumerate(batch):
            width = length + WINDOW - 1
            sums[index][start : start + width] += result[row, :width]

    def _integrated_gradients(self, codes, weight, rows):
        """Return sum over windows of weight x attribution: (N, S + W - 1, M)."""
        pairing = tf.gather(rows, codes)
        total = tf.zeros_like(pairing)
        for step in tf.range(self._steps):
            share = (tf.cast(step, tf.float32) + 0.5) / self._steps
            with tf.GradientTape() as tape:
                point = pairing * share
                tape.watch(point)
                value = tf.reduce_sum(weight * track_logits(point, self._stages))
            total += tape.gradient(value, point)
        return tf.reduce_sum(pairing * total, axis=-1) / self._steps


def weighted_segments(weight: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return runs [start, stop) of positions that hold all non-zero weights.

    Runs up to 32 positions apart are joined, since their windows share most nucleotides;
    runs longer than 1,024 are cut, which changes nothing, since attributions add.
    """
    positions = np.flatnonzero(weight)
    if not positions.size:
        return []
    breaks = np.flatnonzero(np.diff(positions) > _JOINED_GAP)
    starts = positions[np.r_[0, breaks + 1]]
    stops = positions[np.r_[breaks, -1]] + 1
    return [
        (int(at), int(min(at + _LONGEST, stop)))
        for start, stop in zip(starts, stops, strict=True)
        for at in range(start, stop, _LONGEST)
    ]


def coverage(length: int) -> NDArray[np.float32]:
    """Return how many of a transcript's windows cover each nucleotide (L,).

    Position t has window [t - 25, t + 25), so nucleotide i is covered by positions
    i - 24 ... i + 25 that exist.
    """
    at = np.arange(length)
    first = np.maximum(at - (CENTRE - 1), 0)
    last = np.minimum(at + CENTRE, length - 1)
    return (last - first + 1).astype(np.float32)


def region_scores(attribution: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the best attribution (L, M) in each region of the miRNA: (L, 3).

    The order is that of `axes.REGIONS`: seed (nt 2-8), centre (9-12), 3' part (13-20).
    """
    return np.stack([attribution[:, part].max(axis=1) for part in REGIONS.values()], 1)
