"""Explain single pairs with SHAP (Lundberg 2017): which cells made the logit."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.backend import keras
from mirsignal.pairing import pair_matrix
from mirsignal.scanning import logit_model
from mirsignal.sequences import encode_many


class PairExplainer:
    """SHAP's DeepExplainer of a binding network's logit.

    `background` (n, W, M, C) are the pairs that a pair is compared with; `base` is their
    mean logit. shap patches TensorFlow's gradients, so use it in a process of its own.
    """

    def __init__(self, model: keras.Model, background: NDArray[np.float32]):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import shap

            self._logit = logit_model(model)
            self._explainer = shap.DeepExplainer(self._logit, background)
        self.base = float(np.asarray(self._logit(background)).mean())

    def explain(
        self, pairs: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return SHAP values, summed over channels, and additivity residuals.

        Values of pairs (N, W, M, C) are (N, W, M). The residual (N,) is how far base
        value plus values miss the logit; it is near rounding error for ReLU networks.
        """
        if not len(pairs):
            return np.zeros(pairs.shape[:3]), np.zeros(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = self._explainer.shap_values(pairs, check_additivity=False)[..., 0]
        logits = np.asarray(self._logit(pairs))[:, 0]
        residual = np.abs(self.base + values.sum(axis=(1, 2, 3)) - logits)
        return values.sum(axis=-1).astype(np.float64), residual.astype(np.float64)


def sample_background(
    pairs: pd.DataFrame, n: int, encoding: str, seed: int
) -> NDArray[np.float32]:
    """Return the matrices (n, W, M, C) of random training pairs, or of all if fewer."""
    train = pairs[pairs["split"] == "train"]
    return pairs_to_matrices(
        train.sample(min(n, len(train)), random_state=seed), encoding
    )


def pairs_to_matrices(pairs: pd.DataFrame, encoding: str) -> NDArray[np.float32]:
    """Return the pairing matrices (N, W, M, C) of a table of pairs."""
    targets = encode_many(pairs["target"], WINDOW)
    return pair_matrix(targets, encode_many(pairs["mirna"], MIRNA_LENGTH), encoding)
