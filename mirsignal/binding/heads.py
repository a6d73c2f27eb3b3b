"""Heads of binding networks that learn from a teacher, and networks made of others.

What chimeras of CLASH show, what a teacher was trained on, such as chimeric eCLIP, and
the free energy of a duplex are not the same quantity. A network of labelled pairs has its
logit; one that learns from windows that a teacher has labelled has a head for the
teacher's logit, which is its own, and one for the energy. A network of several sources is
made of such networks: the weighted sum of their logits is its logit, and it has the heads
of all. Each keeps a body of its own: one that all sources share ranks the pairs of CLASH
worse (docs/transfer.md).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.networks.backend import keras

TAUGHT = ("teacher", "energy")
"""Heads of a network that learns from labelled windows: the teacher's logit, and minus
the free energy of the duplex (kcal/mol)."""
HEADS = ("pairs", *TAUGHT)
"""Heads of a network of several sources: the logit of labelled pairs comes first."""
LABELS = ("logit", "energy")
"""Columns of taught windows that TAUGHT learn."""


def split_logit(network: keras.Model, means: Sequence[float]) -> keras.Model:
    """Return a binding network with TAUGHT (N, 2) in place of its own logit.

    They start at the `means` of what they learn.
    """
    bias = keras.initializers.Constant(np.asarray(means, np.float32))
    layer = keras.layers.Dense(len(TAUGHT), bias_initializer=bias, name="heads")
    heads = layer(network.get_layer("logit").input)
    return keras.Model(network.input, heads, name=network.name)


def join_heads(network: keras.Model) -> keras.Model:
    """Return the binding network, P(binding) (N, 1), whose logit is the teacher's head.

    It shares all weights with `network`, which `split_logit` returned.
    """
    return _finish(network.input, network.output, np.eye(len(TAUGHT), 1), network.name)


def has_heads(network: keras.Model) -> bool:
    """Tell whether a binding network has heads beside its logit."""
    return any(layer.name == "heads" for layer in network.layers)


def sum_networks(networks: Sequence[keras.Model], shares: Sequence[float]) -> keras.Model:
    """Return the binding network whose logit is the sum of shares x logits of `networks`.

    Where one of them has heads, it has HEADS: that of pairs is the logit of the networks
    without heads, the others are of those that have them, each the mean weighted by
    `shares`. A scan slides every network by itself (`scan.convolution`). Raises
    InputError for networks of several sources, or of different inputs.
    """
    if len({network.input_shape for network in networks}) > 1:
        raise InputError("networks of different encodings have no common input")
    inputs = keras.Input(networks[0].input_shape[1:], name=networks[0].input.name)
    outputs, kernel, of_logit = [], [], np.zeros((len(HEADS), 1))
    for number, (network, share) in enumerate(zip(networks, shares, strict=True), 1):
        if parts_of(network):
            raise InputError(f"network {network.name} is one of several sources itself")
        taught = has_heads(network)
        layer = network.get_layer("heads" if taught else "logit")
        part = keras.Model(network.input, layer.output, name=f"part_{number}")
        outputs.append(part(inputs))
        kernel += [share * row for row in np.eye(len(HEADS))[taught : 1 + 2 * taught]]
        of_logit[int(taught)] += share
    joined = keras.layers.Concatenate(name="parts")(outputs)
    totals = np.sum(kernel, axis=0)
    weights = np.array(kernel) / np.where(totals, totals, 1)
    name = "heads" if any(map(has_heads, networks)) else "pairs"
    heads = _fixed(weights, name)(joined)
    return _finish(inputs, heads, of_logit, "sum_of_networks")


def parts_of(network: keras.Model) -> list[keras.Model]:
    """Return the networks that `sum_networks` has joined: pairing matrix -> logit (N, 1),
    or TAUGHT (N, 2); none of another network."""
    return [layer for layer in network.layers if isinstance(layer, keras.Model)]


def weights_of_parts(network: keras.Model) -> list[NDArray[np.float32]]:
    """Return for each of `parts_of` what its outputs weigh in the logit: (K, 1)."""
    first, last = (layer for layer in network.layers if hasattr(layer, "kernel"))
    weights = np.asarray(first.kernel) @ np.asarray(last.kernel)
    ends = np.cumsum([part.output_shape[-1] for part in parts_of(network)])
    return np.split(weights, ends[:-1])


def _finish(inputs, outputs, kernel: NDArray, name: str) -> keras.Model:
    """Return P(binding) of a weighted sum of `outputs`, which is the logit."""
    logit = _fixed(kernel, "logit")(outputs)
    return keras.Model(inputs, keras.layers.Activation("sigmoid")(logit), name=name)


def _fixed(kernel: NDArray, name: str) -> keras.layers.Layer:
    """Return a layer that multiplies by `kernel` (K, J), which no training changes."""
    return keras.layers.Dense(
        kernel.shape[1],
        use_bias=False,
        trainable=False,
        kernel_initializer=keras.initializers.Constant(kernel.astype(np.float32)),
        name=name,
    )
