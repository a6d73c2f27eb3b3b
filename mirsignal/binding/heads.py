"""Heads for a network that learns from labelled pairs, a teacher and an energy model.

What chimeras of CLASH show, what a teacher was trained on, such as chimeric eCLIP, and
the free energy of a duplex are not the same quantity. Each has a head of its own on a
shared body. The logit of the network is the mean of the first two; the third is an
affinity. A network may learn from some of the three alone: the other heads give 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirsignal.networks.backend import keras

HEADS = ("pairs", "teacher", "energy")
"""Columns of the output of `split_logit`: two logits, and minus the free energy of the
duplex (kcal/mol)."""
LABELS = ("logit", "energy")
"""Columns of taught windows that the heads after the first learn."""
IN_LOGIT = ("pairs", "teacher")
"""Heads whose mean is the logit."""


def split_logit(network: keras.Model, means: Sequence[float]) -> keras.Model:
    """Return a binding network with HEADS (N, 3) in place of its own logit.

    Those after the first start at the `means` of what they learn.
    """
    bias = keras.initializers.Constant(np.array([0.0, *means], np.float32))
    layer = keras.layers.Dense(len(HEADS), bias_initializer=bias, name="heads")
    heads = layer(network.get_layer("logit").input)
    return keras.Model(network.input, heads, name=network.name)


def join_heads(network: keras.Model, learned: Sequence[str] = HEADS) -> keras.Model:
    """Return the binding network, P(binding) (N, 1), that has these heads.

    It shares all weights with `network`, which `split_logit` returned. Of HEADS only
    those that are `learned` are part of its logit.
    """
    in_logit = np.array([head in IN_LOGIT and head in learned for head in HEADS])
    shares = (in_logit / in_logit.sum()).astype(np.float32)[:, None]
    layer = keras.layers.Dense(
        1,
        use_bias=False,
        trainable=False,
        kernel_initializer=keras.initializers.Constant(shares),
        name="logit",
    )
    p = keras.layers.Activation("sigmoid")(layer(network.output))
    return keras.Model(network.input, p, name=network.name)


def silence(network: keras.Model, learned: Sequence[str]) -> None:
    """Have the heads that are not among `learned` give 0."""
    layer = network.get_layer("heads")
    kept = np.array([head in learned for head in HEADS])
    layer.set_weights([np.where(kept, values, 0.0) for values in layer.get_weights()])


@keras.saving.register_keras_serializable("mirsignal")
def loss_of_heads(known: keras.KerasTensor, found: keras.KerasTensor):
    """Return the loss (N,) of heads (N, 3): cross-entropy of the pairs' logit, Huber's
    loss of the others, each only where `known` (N, 3) is not NaN."""
    ops, losses = keras.ops, keras.losses
    is_known = ops.isfinite(known)
    target, given = ops.where(is_known, known, 0.0)[..., None], found[..., None]
    entropy = losses.binary_crossentropy(target[:, :1], given[:, :1], from_logits=True)
    each = ops.concatenate([entropy, losses.huber(target[:, 1:], given[:, 1:])], axis=1)
    return ops.sum(ops.where(is_known, each, 0.0), axis=1)
