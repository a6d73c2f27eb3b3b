"""Layers that make one vector of a signal's bins, without those that are masked.

Each takes values (N, bins, C) and a mask (N, bins, 1). A signal without any bin gives
what a gene without any site would.
"""

from __future__ import annotations

from mirsignal.networks.backend import keras

HIGHEST_EXPONENT = 15.0
"""Energies and attention scores of bins are cut here, so that their exponential stays
finite. It is above `equation.HIGHEST_ENERGY`: energies of bins come near that in
training, and one that is cut has no gradient."""


class _Pooling(keras.layers.Layer):
    """A layer that gets the mask as an argument and passes none on."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_mask(self, *args, **kwargs):
        return None


@keras.saving.register_keras_serializable(package="mirsignal")
class MaskedPooling(_Pooling):
    """Concatenate the maximum, mean and sum of (N, bins, C) over unmasked bins.

    The sum is divided by 32, to keep it of the order of the others; it lets several
    sites add up. All are 0 where there is no bin.
    """

    def call(self, values, weights):
        ops = keras.ops
        weights = ops.cast(weights, values.dtype)
        total = ops.sum(values * weights, axis=1)
        n = ops.sum(weights, axis=1)
        mean = total / ops.maximum(n, 1.0)
        peak = ops.max(values * weights - 1e9 * (1.0 - weights), axis=1)
        peak = ops.where(n > 0, peak, 0.0)
        return ops.concatenate([peak, mean, total / 32.0], axis=-1)


@keras.saving.register_keras_serializable(package="mirsignal")
class OccupancyPooling(_Pooling):
    """Return log2(1 + sum of exp(energy)) over unmasked bins: (N, C).

    With exp(energy) as the miRNA's concentration over the site's dissociation constant,
    and one site bound at a time, an mRNA is free for 1 / (1 + sum) of the time; if only
    the free is expressed, this is how far its log2 falls.
    """

    def call(self, energies, weights):
        ops = keras.ops
        bound = ops.exp(ops.minimum(energies, HIGHEST_EXPONENT))
        total = ops.sum(bound * ops.cast(weights, energies.dtype), axis=1)
        return ops.log1p(total) / ops.log(ops.cast(2.0, energies.dtype))


@keras.saving.register_keras_serializable(package="mirsignal")
class AttentionPooling(_Pooling):
    """Return the mean of values (N, bins, C), weighed by the softmax of `scores`.

    A bin of score 0 and value 0 takes part in every mean: what has no site gets 0.
    """

    def call(self, values, scores, weights):
        ops = keras.ops
        kept = ops.cast(weights, values.dtype)
        weighed = ops.exp(ops.minimum(scores, HIGHEST_EXPONENT)) * kept
        return ops.sum(weighed * values, axis=1) / (1.0 + ops.sum(weighed, axis=1))


@keras.saving.register_keras_serializable(package="mirsignal")
def is_kept(flags):
    """Return which bins a recurrent layer reads by a mask (N, bins): the first, always.

    On a GPU cuDNN reads signals that are padded on the right alone, and none without any
    bin. What it says of a first bin that is masked is left out by the pooling.
    """
    ops = keras.ops
    first = ops.arange(ops.shape(flags)[1]) == 0
    return ops.logical_or(flags > 0.5, first)
