"""Whether a window network can be slid along a transcript, and as what.

A network that is built of convolutions 'valid' along the target, max pooling by two and
a head that sees exactly one window gives, slid over a transcript, the same logit at
every position as it gives window by window (`sliding`). Batch normalisation becomes part
of the convolution before it. A network of several sources (`binding.heads`) is the sum of
such bodies, which are slid one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.binding.heads import parts_of, weights_of_parts
from mirsignal.networks.backend import keras


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


def list_bodies(model: keras.Model) -> list[list[Stage]]:
    """Return the stages of each body of a binding network; their sum is its logit.

    Raises NotConvolutionalError when a layer cannot be expressed as a stage, or when
    the receptive field along the target is not one window.
    """
    if not (parts := parts_of(model)):
        return [_list_stages(model)]
    nothing = np.zeros(1, np.float32)
    return [
        [*_list_stages(part), Stage(weights[None, None], nothing)]
        for part, weights in zip(parts, weights_of_parts(model), strict=True)
    ]


def _list_stages(model: keras.Model) -> list[Stage]:
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
            _absorb_normalisation(stages[-1], layer)
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


def _absorb_normalisation(stage: Stage, layer: keras.layers.Layer) -> None:
    mean, variance = np.asarray(layer.moving_mean), np.asarray(layer.moving_variance)
    gamma = np.asarray(layer.gamma) if layer.scale else np.ones_like(mean)
    beta = np.asarray(layer.beta) if layer.center else np.zeros_like(mean)
    factor = gamma / np.sqrt(variance + layer.epsilon)
    stage.kernel = stage.kernel * factor
    stage.bias = (stage.bias - mean) * factor + beta


def receptive_field(stages: list[Stage]) -> int:
    """Return how many target nucleotides one logit depends on."""
    field, stride = 1, 1
    for stage in stages:
        field += (stage.kernel.shape[0] - 1) * stride
        if stage.pool:
            field, stride = field + stride, stride * 2
    return field
