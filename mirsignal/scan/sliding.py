"""Slide a network along the codes of a transcript, forwards and backwards, at stride 1.

Pooling by two would halve the resolution. Instead nothing is dropped, and whatever comes
after a pooling is dilated twofold, so that every position gets the logit of its own
window.

What the first stage makes depends on a few neighbouring nucleotides only. It is computed
once for every possible word of them, and looked up for each position.

Everything is written with `keras.ops` and its derivative by hand: any Keras backend can
run it, and TensorFlow has no gradient of a dilated convolution on a CPU.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirsignal.networks.backend import keras
from mirsignal.scan.convolution import Stage

N_LETTERS = 5
_LARGEST_TABLE = 10_000_000

ops = keras.ops
Tensor = Any


def word_length(stages: list[Stage], n_mirna: int) -> int:
    """Return on how many nucleotides the first stage's output depends, if tabulated.

    1 means that a table of that many words would take more than 40 MB, and that words
    are nucleotides, the table holds pairing rows, and every stage is convolved.
    """
    first = stages[0]
    length = first.kernel.shape[0] + first.pool
    width = n_mirna + sum(first.mirna_padding) - first.kernel.shape[1] + 1
    cells = (width // 2 if first.pool else width) * first.kernel.shape[3]
    return length if N_LETTERS**length * cells <= _LARGEST_TABLE else 1


def number_words(codes: NDArray[np.uint8], length: int) -> NDArray[np.int32]:
    """Return the number of the word that starts at each position: (L - length + 1,)."""
    n = len(codes) - length + 1
    numbers = np.zeros(n, dtype=np.int32)
    for at in range(length):
        numbers = numbers * N_LETTERS + codes[at : at + n]
    return numbers


def tabulate_words(rows: Tensor, stages: list[Stage], length: int) -> Tensor:
    """Return what the later stages get to see of each word: (5 ** length, M', C').

    `rows` (5, M, C) are the pairing rows of a miRNA. The padding of the next stage is
    part of the table.
    """
    if length == 1:
        return pad_mirna(rows[:, None], stages[0])[:, 0]
    first = stages[0]
    height = first.kernel.shape[0]
    words = np.indices((N_LETTERS,) * height).reshape(height, -1).T
    x = pad_mirna(ops.take(rows, words.astype(np.int32), axis=0), first)
    x = correlate(x, first.kernel, 1)
    if first.pool:
        x = ops.max_pool(x, (1, 2), (1, 2))
        # A longer word's first letters change slowly, its last ones fast.
        x = ops.maximum(
            ops.repeat(x, N_LETTERS, axis=0), ops.tile(x, (N_LETTERS, 1, 1, 1))
        )
    return pad_mirna(rectify(x, first), stages[1])[:, 0]


def slide_words(
    table: Tensor, numbers: Tensor, stages: list[Stage], length: int
) -> Tensor:
    """Return the logits (N, S) of words (N, S + W - length)."""
    x = ops.take(table, numbers, axis=0)
    dilation = 1
    if length > 1:
        dilation = 2 if stages[0].pool else 1
        stages = stages[1:]
    for index, stage in enumerate(stages):
        if index:
            x = pad_mirna(x, stage)
        x = finish_stage(correlate(x, stage.kernel, dilation), stage, dilation)
        dilation *= 2 if stage.pool else 1
    return x[:, :, 0, 0]


def integrate(
    codes: Tensor,
    weights: Tensor,
    rows: Tensor,
    reference: Tensor,
    stages: list[Stage],
    steps: int,
) -> Tensor:
    """Return integrated gradients, summed over windows and channels: (N, S + W - 1, M).

    `codes` (N, S + W - 1) are targets, `weights` (N, S) those of their windows. The path
    leads from `reference` (M, C) at every nucleotide to the pairing rows (5, M, C), in
    `steps` midpoints. The first convolution is linear, so that one of it, and one
    derivative, serves all steps.
    """
    first = stages[0]
    difference = ops.take(rows - reference, codes, axis=0)
    slope = correlate(pad_mirna(difference, first), first.kernel, 1)
    column = ops.tile(reference[None, None], (1, first.kernel.shape[0], 1, 1))
    origin = correlate(pad_mirna(column, first), first.kernel, 1)

    def add_step(step: Tensor, total: Tensor) -> Tensor:
        share = (ops.cast(step, "float32") + 0.5) / steps
        return total + _derivative(origin + slope * share, weights, stages)

    # A loop of the backend's: Python's would be traced step by step.
    total = ops.fori_loop(0, steps, add_step, ops.zeros_like(slope))
    gradient = correlate_back(total, first.kernel, 1)
    left, _ = first.mirna_padding
    gradient = gradient[:, :, left : left + difference.shape[2]]
    return ops.sum(difference * gradient, axis=-1) / steps


def _derivative(x: Tensor, weights: Tensor, stages: list[Stage]) -> Tensor:
    """Return d sum(weights x logits) / dx, x being the first convolution's output."""
    seen, dilation = [], 1
    for index, stage in enumerate(stages):
        if index:
            x = correlate(pad_mirna(x, stage), stage.kernel, dilation)
        seen.append((x, dilation))
        x = finish_stage(x, stage, dilation)
        dilation *= 2 if stage.pool else 1
    dy = weights[:, :, None, None]
    for index in reversed(range(len(stages))):
        stage, (x, dilation) = stages[index], seen[index]
        dy = finish_stage_back(x, dy, stage, dilation)
        if index:
            dy = correlate_back(dy, stage.kernel, dilation)
            left, right = stage.mirna_padding
            dy = dy[:, :, left : dy.shape[2] - right]
    return dy


def pad_mirna(x: Tensor, stage: Stage) -> Tensor:
    """Add the stage's zeros on both sides of the miRNA axis of (N, T, M, C)."""
    if not any(stage.mirna_padding):
        return x
    return ops.pad(x, ((0, 0), (0, 0), stage.mirna_padding, (0, 0)))


def correlate(x: Tensor, kernel: NDArray[np.float32], dilation: int) -> Tensor:
    """Convolve (N, T, M, C) with a kernel (W', M', C, C'), 'valid', dilated in T."""
    height, width, n_in, n_out = kernel.shape
    n_targets = ops.shape(x)[1]
    kept = n_targets - (height - 1) * dilation
    if width < x.shape[2]:
        y = ops.conv(x, kernel, padding="valid", dilation_rate=(dilation, 1))
        # TensorFlow loses the static lengths.
        return ops.reshape(y, (-1, kept, x.shape[2] - width + 1, n_out))
    # It sees all miRNA positions at once: matrix products. Where there is one sequence,
    # its positions lie end to end, and parts of it are taken without a copy.
    lead = () if x.shape[0] == 1 else (-1,)
    flat = ops.reshape(x, (*lead, n_targets, width * n_in))
    starts = range(0, height * dilation, dilation)
    parts = [flat[..., at : at + kept, :] for at in starts]
    weights = kernel.reshape(height, width * n_in, n_out)
    y = sum(ops.matmul(part, weights[at]) for at, part in enumerate(parts))
    return ops.reshape(y, (-1, kept, 1, n_out))


def correlate_back(dy: Tensor, kernel: NDArray[np.float32], dilation: int) -> Tensor:
    """Return the derivative of `correlate` in x, given that of its output."""
    height, width, n_in, n_out = kernel.shape
    around = (height - 1) * dilation
    if dy.shape[2] > 1 or width == 1:
        edges = (width - 1, width - 1)
        dy = ops.pad(dy, ((0, 0), (around, around), edges, (0, 0)))
        return correlate(dy, kernel[::-1, ::-1].transpose(0, 1, 3, 2), dilation)
    dy = ops.pad(dy, ((0, 0), (around, around), (0, 0), (0, 0)))
    flat = kernel[::-1].transpose(0, 3, 1, 2).reshape(height, 1, n_out, width * n_in)
    dx = correlate(dy, flat, dilation)
    return ops.reshape(dx, (-1, ops.shape(dx)[1], width, n_in))


def finish_stage(x: Tensor, stage: Stage, dilation: int) -> Tensor:
    """Pool, add the bias (which pooling commutes with), rectify."""
    return rectify(pool(x, dilation) if stage.pool else x, stage)


def rectify(x: Tensor, stage: Stage) -> Tensor:
    """Add the bias; cut off what is negative where the stage does."""
    x = x + stage.bias
    return ops.relu(x) if stage.relu else x


def pool(x: Tensor, dilation: int) -> Tensor:
    """Return the maxima of pairs of miRNA nt and of targets `dilation` apart."""
    x = ops.max_pool(x, (1, 2), (1, 2))
    if x.shape[0] != 1:
        return ops.maximum(x[:, :-dilation], x[:, dilation:])
    _, n_targets, width, n_channels = x.shape
    x = ops.reshape(x, (-1, n_channels))  # as in `correlate`, parts without a copy
    x = ops.maximum(x[: -dilation * width], x[dilation * width :])
    return ops.reshape(x, (1, n_targets - dilation, width, n_channels))


def finish_stage_back(x: Tensor, dy: Tensor, stage: Stage, dilation: int) -> Tensor:
    """Return the derivative of `finish_stage`; of equal cells the first gets it all."""
    if not stage.pool:
        return ops.where(x + stage.bias > 0, dy, 0.0) if stage.relu else dy
    half = x.shape[2] // 2
    first, second = x[:, :, 0 : 2 * half : 2], x[:, :, 1 : 2 * half : 2]
    rows = ops.maximum(first, second)
    upper, lower = rows[:, :-dilation], rows[:, dilation:]
    if stage.relu:
        dy = ops.where(ops.maximum(upper, lower) + stage.bias > 0, dy, 0.0)
    to_upper = ops.where(upper >= lower, dy, 0.0)
    d_rows = ops.pad(to_upper, ((0, 0), (0, dilation), (0, 0), (0, 0)))
    d_rows += ops.pad(dy - to_upper, ((0, 0), (dilation, 0), (0, 0), (0, 0)))
    to_first = ops.where(first >= second, d_rows, 0.0)
    pairs = ops.stack([to_first, d_rows - to_first], axis=3)
    dx = ops.reshape(pairs, (-1, ops.shape(x)[1], 2 * half, x.shape[3]))
    return ops.pad(dx, ((0, 0), (0, 0), (0, x.shape[2] - 2 * half), (0, 0)))
