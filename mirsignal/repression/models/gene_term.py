"""What is added to a signal network: a linear term per gene, and a probability."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirsignal.networks.backend import keras
from mirsignal.sites.gene_features import fit_scale


def add_gene_term(
    model: keras.Model, genes: NDArray[np.float32], n_mirnas: int, ridge: float
) -> keras.Model:
    """Return the network with a linear term of the gene's features added to its output.

    It has two more inputs: the gene's features (N, G) as they are, and which of the
    training miRNAs it is (N, K) as one 1, or none for another miRNA. Features are
    standardised by those of training genes, `genes` (n, G), of which NaN is the mean.
    Weights are one for all miRNAs plus one for each, with a penalty of `ridge` on their
    squares, and each miRNA has a constant.
    """
    layers = keras.layers
    shrink = keras.regularizers.L2(ridge)
    features = keras.Input((genes.shape[1],), name="genes")
    mirna = keras.Input((n_mirnas,), name="mirna")
    mean, spread = fit_scale(genes)
    scaled = layers.Normalization(mean=mean, variance=spread**2)(features)
    scaled = keras.ops.nan_to_num(scaled)
    options = {"kernel_initializer": "zeros", "kernel_regularizer": shrink}
    shared = layers.Dense(1, use_bias=False, name="gene_term", **options)(scaled)
    each = layers.Dense(n_mirnas, name="gene_term_of_mirna", **options)(scaled)
    own = layers.Dot(axes=1)([each, mirna])
    outputs = layers.Add()([model.output, shared, own])
    return keras.Model([*model.inputs, features, mirna], outputs, name=model.name)


def add_probability(model: keras.Model) -> keras.Model:
    """Return the network with the probability of repression: sigmoid(-output)."""
    logit = keras.layers.Rescaling(-1.0)(model.output)
    outputs = keras.layers.Activation("sigmoid", name="repressed")(logit)
    return keras.Model(model.inputs, outputs, name=model.name)
