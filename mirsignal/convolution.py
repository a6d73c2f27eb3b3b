"""Run a window network over whole transcripts as one convolution, at stride 1.

A network that is built of convolutions 'valid' along the target, max pooling by two and
a head that sees exactly one window gives, slid over a transcript, the same score at
every position as it gives window by window. Pooling would halve the resolution; "shift
and stitch" keeps it: both phases of every pooling go on as separate batch entries and
are interleaved at the end. Batch normalisation is folded into the convolution before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.backend import keras, tf


class NotConvolutionalError(ValueError):
    """The network cannot be slid; it has to be run window by window."""


@dataclass
class Stage:
    """A convolution (kernel W', M', C_in, C_out) and what follows it."""

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]
    mirna_padding: tuple[int, int] = (0, 0)
    relu: bool = False
    pool: bool = False


def fold_network(model: keras.Model) -> list[Stage]:
    """Return the stages of a binding network up to its logit.

    Raises NotConvolutionalError when a layer cannot be expressed as a stage, or when
    the receptive field along the target is not one window.
    """
    stages: list[Stage] = []
    padding = (0, 0)
    layers, linear = keras.layers, keras.activations.linear
    for layer in model.layers:
        if isinstance(layer, layers.InputLayer | layers.Dropout):
            continue
        if isinstance(layer, layers.Flatten) and layer.input.shape[1:3] == (1, 1):
            continue
        follows = bool(stages) and not stages[-1].relu
        if isinstance(layer, layers.ZeroPadding2D) and layer.padding[0] == (0, 0):
            padding = tuple(layer.padding[1])
        elif isinstance(layer, layers.Conv2D) and _is_plain(layer):
            weights = [np.asarray(w) for w in layer.get_weights()]
            bias = weights[1] if layer.use_bias else np.zeros(layer.filters, np.float32)
            stages.append(Stage(weights[0], bias, padding))
            padding = (0, 0)
        elif isinstance(layer, layers.Dense) and layer.activation is linear:
            weights = [np.asarray(w) for w in layer.get_weights()]
            bias = weights[1] if layer.use_bias else np.zeros(layer.units, np.float32)
            stages.append(Stage(weights[0][None, None], bias))
        elif isinstance(layer, layers.BatchNormalization) and (
            follows and not stages[-1].pool
        ):
            _fold_normalisation(stages[-1], layer)
        elif isinstance(layer, layers.ReLU) and stages and _is_plain_relu(layer):
            stages[-1].relu = True
        elif (
            isinstance(layer, layers.MaxPooling2D)
            and stages
            and (
                tuple(layer.pool_size) == tuple(layer.strides) == (2, 2)
                and layer.padding == "valid"
                and not stages[-1].pool
            )
        ):
            stages[-1].pool = True
        elif isinstance(layer, layers.Activation) and layer is model.layers[-1]:
            break
        else:
            raise NotConvolutionalError(f"layer {layer.name} cannot be slid")
    if receptive_field(stages) != WINDOW:
        raise NotConvolutionalError(
            f"its receptive field is {receptive_field(stages)} nt, not {WINDOW}"
        )
    return stages


def _is_plain(layer: keras.layers.Layer) -> bool:
    return (
        layer.padding == "valid"
        and tuple(layer.strides) == (1, 1)
        and tuple(layer.dilation_rate) == (1, 1)
        and layer.activation is keras.activations.linear
    )


def _is_plain_relu(layer: keras.layers.Layer) -> bool:
    return not layer.negative_slope and not layer.threshold and layer.max_value is None


def _fold_normalisation(stage: Stage, layer: keras.layers.Layer) -> None:
    mean, variance = np.asarray(layer.moving_mean), np.asarray(layer.moving_variance)
    gamma = np.asarray(layer.gamma) if layer.scale else np.ones_like(mean)
    beta = np.asarray(layer.beta) if layer.center else np.zeros_like(mean)
    factor = gamma / np.sqrt(variance + layer.epsilon)
    stage.kernel = stage.kernel * factor
    stage.bias = (stage.bias - mean) * factor + beta


def receptive_field(stages: list[Stage]) -> int:
    """Return how many target nucleotides one score depends on."""
    field, stride = 1, 1
    for stage in stages:
        field += (stage.kernel.shape[0] - 1) * stride
        if stage.pool:
            field, stride = field + stride, stride * 2
    return field


def phases(stages: list[Stage]) -> int:
    """Return the number of phases, of which the positions per pass are a multiple."""
    return int(2 ** sum(stage.pool for stage in stages))


def track_logits(pairing: tf.Tensor, stages: list[Stage]) -> tf.Tensor:
    """Return the logit of every window: (N, S + W - 1, M, C) -> (N, S).

    S must be a multiple of `phases`. ReLU comes after pooling, which it commutes with.
    """
    x = pairing
    n_pools = 0
    for stage in stages:
        if any(stage.mirna_padding):
            x = tf.pad(x, [[0, 0], [0, 0], list(stage.mirna_padding), [0, 0]])
        x = tf.nn.bias_add(tf.nn.conv2d(x, stage.kernel, 1, "VALID"), stage.bias)
        if stage.pool:
            x = pool_phases(x)
            n_pools += 1
        if stage.relu:
            x = tf.nn.relu(x)
    x = x[:, :, 0, 0]
    for _ in range(n_pools):
        positions = tf.shape(x)[1]
        x = tf.transpose(tf.reshape(x, (2, -1, positions)), (1, 2, 0))
        x = tf.reshape(x, (-1, 2 * positions))
    return x


@tf.custom_gradient
def pool_phases(x: tf.Tensor) -> tf.Tensor:
    """Max-pool (N, T, M, C), T odd, by two in both phases: (2 N, (T - 1) / 2, M // 2, C).

    The first N entries pool targets 0 and 1, 2 and 3, ...; the others 1 and 2, 3 and 4,
    ... TensorFlow's own gradient of max pooling is several times slower on a CPU; this
    one gives the same values, the first of equal cells included.
    """
    pooled = [tf.nn.max_pool2d(part, 2, 2, "VALID") for part in (x[:, :-1], x[:, 1:])]

    def gradient(dy: tf.Tensor) -> tf.Tensor:
        n, n_targets = tf.shape(x)[0], tf.shape(x)[1]
        n_mirna, n_channels = x.shape[2], x.shape[3]
        half = n_mirna // 2
        width = half * n_channels
        # One gradient per pooled position, phases interleaved again.
        dy = tf.reshape(dy, (2, n, (n_targets - 1) // 2, width))
        dy = tf.reshape(tf.transpose(dy, (1, 2, 0, 3)), (n, n_targets - 1, width))
        cells = tf.reshape(x[:, :, : 2 * half], (n * n_targets * half, 2, n_channels))
        first, second = cells[:, 0], cells[:, 1]
        rows = tf.reshape(tf.maximum(first, second), (n, n_targets, width))
        to_upper = tf.where(rows[:, :-1] >= rows[:, 1:], dy, 0.0)
        d_rows = tf.pad(to_upper, [[0, 0], [0, 1], [0, 0]])
        d_rows += tf.pad(dy - to_upper, [[0, 0], [1, 0], [0, 0]])
        d_rows = tf.reshape(d_rows, (n * n_targets * half, n_channels))
        to_first = tf.where(first >= second, d_rows, 0.0)
        d_cells = tf.stack([to_first, d_rows - to_first], axis=1)
        dx = tf.reshape(d_cells, (n, n_targets, 2 * half, n_channels))
        return tf.pad(dx, [[0, 0], [0, 0], [0, n_mirna - 2 * half], [0, 0]])

    return tf.concat(pooled, axis=0), gradient
