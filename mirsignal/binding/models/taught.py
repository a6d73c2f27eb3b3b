"""Two heads for a network that learns from labelled pairs and from a teacher.

What chimeras of CLASH show and what a teacher was trained on, such as chimeric eCLIP,
are not the same quantity. Each source has a head of its own on a shared body, and the
logit of the network is their mean.
"""

from __future__ import annotations

from mirsignal.networks.backend import keras

HEADS = ("pairs", "teacher")
"""Columns of the output of `split_logit`."""


def split_logit(network: keras.Model) -> keras.Model:
    """Return a binding network with HEADS, logits (N, 2), in place of its own logit."""
    hidden = network.get_layer("logit").input
    heads = keras.layers.Dense(len(HEADS), name="heads")(hidden)
    return keras.Model(network.input, heads, name=network.name)


def join_heads(network: keras.Model) -> keras.Model:
    """Return the binding network, P(binding) (N, 1), whose logit is the mean of HEADS.

    It shares all weights with `network`, which `split_logit` returned.
    """
    mean = keras.initializers.Constant(1 / len(HEADS))
    layer = keras.layers.Dense(
        1, use_bias=False, trainable=False, kernel_initializer=mean, name="logit"
    )
    p = keras.layers.Activation("sigmoid")(layer(network.output))
    return keras.Model(network.input, p, name=network.name)


@keras.saving.register_keras_serializable("mirsignal")
def loss_of_heads(known: keras.KerasTensor, logits: keras.KerasTensor):
    """Return the loss (N,) of logits (N, 2): cross-entropy of the pairs' head, Huber's of
    the teacher's, each only where `known` (N, 2: label, logit) is not NaN."""
    ops, losses = keras.ops, keras.losses
    is_known = ops.isfinite(known)
    target, given = ops.where(is_known, known, 0.0)[..., None], logits[..., None]
    each = ops.stack(
        [
            losses.binary_crossentropy(target[:, 0], given[:, 0], from_logits=True),
            losses.huber(target[:, 1], given[:, 1]),
        ],
        axis=1,
    )
    return ops.sum(ops.where(is_known, each, 0.0), axis=1)
