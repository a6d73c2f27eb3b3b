"""How nucleotides contribute to a prediction: integrated gradients along a transcript.

The attribution of a window is that of its logit by integrated gradients (Sundararajan
2017) from the mean pairing of random nucleotides; four steps from there agree better with
SHAP than 16 from an empty matrix. Along a transcript, the score of a nucleotide is the
sum over the windows that cover it of P x attribution, divided by their number. Windows
below the threshold have weight zero. Gradients add: one backward pass of the weighted
sum of all logits gives the weighted sum of all windows' gradients.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import CENTRE, MIRNA_LENGTH, REGIONS, WINDOW
from mirsignal.networks.backend import compiled
from mirsignal.scan.convolution import Stage
from mirsignal.scan.scanning import run_each
from mirsignal.scan.sliding import integrate
from mirsignal.sequences.codes import UNKNOWN

_BATCH_POSITIONS = 4096
_LONGEST = 1024
_JOINED_GAP = 32


class Attributor:
    """Integrated gradients of weighted windows, through all bodies of a network."""

    def __init__(self, bodies: list[list[Stage]], steps: int, workers: int = 1):
        self._workers = workers
        n_channels = bodies[0][0].kernel.shape[2]
        self._integrate = compiled(
            lambda codes, weights, rows, reference: sum(
                integrate(codes, weights, rows, reference, stages, steps)
                for stages in bodies
            ),
            ((None, None), "int32"),
            ((None, None), "float32"),
            ((5, MIRNA_LENGTH, n_channels), "float32"),
            ((MIRNA_LENGTH, n_channels), "float32"),
        )

    def attribute(
        self,
        transcripts: Sequence[NDArray[np.uint8]],
        weights: Sequence[NDArray[np.float32]],
        rows: NDArray[np.float32],
        reference: NDArray[np.float32],
    ) -> list[NDArray[np.float32]]:
        """Return the attribution (L, M) of each transcript.

        `transcripts` are codes (L,), `weights` the P of each position (L,), zero where
        a window is not to count, `rows` the miRNA's pairing rows (5, M, C), `reference`
        (M, C) what they are compared with.
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

        def attribute_batch(batch):
            codes, weight = _stack(batch, padded, weights)
            return np.asarray(self._integrate(codes, weight, rows, reference))

        batches = list(_batches(sorted(segments)))
        results = run_each(attribute_batch, batches, self._workers)
        for batch, result in zip(batches, results, strict=True):
            for row, (length, index, start) in enumerate(batch):
                width = length + WINDOW - 1
                sums[index][start : start + width] += result[row, :width]
        return [
            total[CENTRE : len(total) - CENTRE + 1] / coverage(len(codes))[:, None]
            for total, codes in zip(sums, transcripts, strict=True)
        ]


def attribute_window(
    attributor: Attributor,
    codes: NDArray[np.uint8],
    rows: NDArray[np.float32],
    reference: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the attribution (W, M) of the logit of a single window's codes (W,)."""
    weight = np.zeros(WINDOW, np.float32)
    weight[CENTRE] = 1
    (mean,) = attributor.attribute([codes], [weight], rows, reference)
    return mean * coverage(WINDOW)[:, None]


def _batches(segments):
    """Yield runs of segments of equal width that fit _BATCH_POSITIONS."""
    batch: list[tuple[int, int, int]] = []
    for segment in segments:
        width = _padded_length(segment[0]) + WINDOW
        if batch and (
            width * (len(batch) + 1) > _BATCH_POSITIONS
            or _padded_length(segment[0]) != _padded_length(batch[0][0])
        ):
            yield batch
            batch = []
        batch.append(segment)
    if batch:
        yield batch


def _padded_length(length: int) -> int:
    """Return the length to which a segment is padded, so that many share a batch."""
    step = 4 if length <= 32 else 16 if length <= 128 else 128
    return -(-length // step) * step


def _stack(batch, padded, weights):
    """Return codes (N, S + W - 1) and weights (N, S) of segments."""
    span = _padded_length(batch[-1][0])
    codes = np.full((len(batch), span + WINDOW - 1), UNKNOWN, dtype=np.int32)
    weight = np.zeros((len(batch), span), dtype=np.float32)
    for row, (length, index, start) in enumerate(batch):
        width = length + WINDOW - 1
        codes[row, :width] = padded[index][start : start + width]
        weight[row, :length] = weights[index][start : start + length]
    return codes, weight


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
