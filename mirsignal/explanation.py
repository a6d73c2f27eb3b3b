"""Explain single pairs with SHAP (Lundberg 2017): which cells made the logit."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from mirsignal.backend import keras


def explain_pairs(
    model: keras.Model, pairs: NDArray[np.float32], background: NDArray[np.float32]
) -> tuple[NDArray[np.float64], float, NDArray[np.float64]]:
    """Return SHAP values of the logit, the base value and additivity residuals.

    `pairs` (N, W, M, C) are compared with `background` (n, W, M, C), whose mean logit is
    the base value. Values are summed over channels: (N, W, M). The residual (N,) is how
    far base value plus values miss the logit; DeepExplainer keeps it near rounding error
    for ReLU networks. shap patches TensorFlow's gradients, so run it in a process of its
    own.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import shap

        logit = keras.Model(model.input, model.get_layer("logit").output)
        explainer = shap.DeepExplainer(logit, background)
        values = explainer.shap_values(pairs, check_additivity=False)[..., 0]
        base = float(np.asarray(logit(background)).mean())
        logits = np.asarray(logit(pairs))[:, 0]
    residual = np.abs(base + values.sum(axis=(1, 2, 3)) - logits)
    return values.sum(axis=-1).astype(np.float64), base, residual.astype(np.float64)
