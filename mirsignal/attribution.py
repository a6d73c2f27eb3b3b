"""Which nucleotides make a prediction: integrated gradients along a transcript.

The attribution of a window is that of its logit by integrated gradients (Sundararajan
2017) from an empty pairing matrix. Along a transcript, the score of a nucleotide is the
sum over the windows that cover it of P x attribution, divided by their number. Windows
below the threshold have weight zero. Gradients add: one backward pass of the weighted
sum of all logits gives the weighted sum of all windows' gradients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import CENTRE, MIRNA_LENGTH, REGIONS, WINDOW
from mirsignal.backend import tf
from mirsignal.convolution import Stage, phases, track_logits
from mirsignal.sequences import UNKNOWN

_BATCH_POSITIONS = 4096
_SPANS = (16, 64, 256, 1024)


class Attributor:
    """Integrated gradients of weighted windows, through the sliding network."""

    def __init__(self, stages: list[Stage], steps: int):
        if any(span % phases(stages) for span in _SPANS):
            raise ValueError(f"spans {_SPANS} do not fit {phases(stages)} phases")
        self._stages, self._steps = stages, steps
        self._passes: dict[int, tf.types.experimental.PolymorphicFunction] = {}

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
        by_span: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for index, weight in enumerate(weights):
            for start, stop in weighted_segments(weight):
                span = next(s for s in _SPANS if s >= stop - start)
                by_span[span].append((index, start, stop))
        for span, segments in by_span.items():
            size = max(_BATCH_POSITIONS // (span + WINDOW - 1), 1)
            for at in range(0, len(segments), size):
                self._add_batch(
                    segments[at : at + size], span, size, padded, weights, rows, sums
                )
        return [
            total[CENTRE : len(total) - CENTRE + 1] / coverage(len(codes))[:, None]
            for total, codes in zip(sums, transcripts, strict=True)
        ]

    def _add_batch(self, segments, span, size, padded, weights, rows, sums) -> None:
        codes = np.full((size, span + WINDOW - 1), UNKNOWN, dtype=np.int32)
        weight = np.zeros((size, span), dtype=np.float32)
        for row, (index, start, stop) in enumerate(segments):
            piece = padded[index][start : stop + WINDOW - 1]
            codes[row, : len(piece)] = piece
            weight[row, : stop - start] = weights[index][start:stop]
        if span not in self._passes:
            self._passes[span] = tf.function(self._integrate, reduce_retracing=False)
        result = self._passes[span](codes, weight, tf.constant(rows)).numpy()
        for row, (index, start, stop) in enumerate(segments):
            width = stop - start + WINDOW - 1
            sums[index][start : start + width] += result[row, :width]

    def _integrate(self, codes, weight, rows):
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

    Runs less than 33 positions apart are joined, since their windows share most
    nucleotides; none is longer than the largest span, which changes nothing, since
    attributions add.
    """
    positions = np.flatnonzero(weight)
    if not positions.size:
        return []
    breaks = np.flatnonzero(np.diff(positions) > 32)
    starts = positions[np.r_[0, breaks + 1]]
    stops = positions[np.r_[breaks, -1]] + 1
    longest = _SPANS[-1]
    return [
        (int(at), int(min(at + longest, stop)))
        for start, stop in zip(starts, stops, strict=True)
        for at in range(start, stop, longest)
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
