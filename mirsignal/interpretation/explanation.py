"""Explain single pairs with SHAP (Lundberg 2017): how cells contribute to the logit."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.pairing import pair_matrix
from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.networks.backend import keras
from mirsignal.scan.scanning import logit_model, sigmoid
from mirsignal.sequences.codes import encode_many

LARGEST_RESIDUAL = {"deep": 0.01, "gradient": 1.0}
"""Logits by which the SHAP values of a pair may miss its logit, by explainer.

DeepExplainer deviates by rounding alone (1e-6), GradientExplainer, which samples, by
0.26 in the median and 1.1 at most (60 real pairs).
"""

_BATCH = 256
_N_SAMPLES = 1000  # of GradientExplainer: its error falls with their square root


class PairExplainer:
    """SHAP's DeepExplainer, or GradientExplainer, of a binding network's logit.

    `background` (n, W, M, C) are the pairs that a pair is compared with; `base` is their
    mean logit. GradientExplainer (expected gradients, Erion 2021) draws its samples with
    `seed`. shap patches TensorFlow's gradients, so use it in a process of its own.
    """

    def __init__(
        self,
        model: keras.Model,
        background: NDArray[np.float32],
        explainer: str = "deep",
        seed: int = 0,
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import shap

            self._logit, self._largest = logit_model(model), LARGEST_RESIDUAL[explainer]
            if explainer == "deep":
                self._explainer = shap.DeepExplainer(self._logit, background)
                self._options: dict[str, Any] = {"check_additivity": False}
            else:
                self._explainer = shap.GradientExplainer(self._logit, background)
                self._options = {"nsamples": _N_SAMPLES, "rseed": seed}
        self.base = float(self.logits(background).mean())

    def logits(self, pairs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the logits (N,) of pairs (N, W, M, C)."""
        pieces = np.array_split(pairs, -(-len(pairs) // _BATCH) or 1)
        logits = [np.asarray(self._logit(piece))[:, 0] for piece in pieces]
        return np.concatenate(logits).astype(np.float64)

    def explain(
        self, pairs: NDArray[np.float32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return SHAP values, summed over channels, and additivity residuals.

        Values of pairs (N, W, M, C) are (N, W, M). The residual (N,) is how far base
        value plus values miss the logit; more than LARGEST_RESIDUAL is logged.
        """
        if not len(pairs):
            return np.zeros(pairs.shape[:3]), np.zeros(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = self._explainer.shap_values(pairs, **self._options)
        values = np.asarray(values, np.float64)[..., 0].sum(axis=-1)
        residual = np.abs(self.base + values.sum(axis=(1, 2)) - self.logits(pairs))
        if n_failed := int((residual > self._largest).sum()):
            log.warning(
                "SHAP values of %d pairs of %d miss the logit by more than %g",
                n_failed,
                len(pairs),
                self._largest,
            )
        return values, residual


def explain_pairs(
    model: keras.Model,
    pairs: pd.DataFrame,
    background: NDArray[np.float32],
    encoding: str,
    explainer: str,
    seed: int,
) -> tuple[pd.DataFrame, NDArray[np.float64], dict[str, Any]]:
    """Explain pairs (id, source, mirna_sequence, target), N: see `PairExplainer`.

    Returns them with p, logit, base, residual and additive (whether the residual is at
    most LARGEST_RESIDUAL), their SHAP values (N, W, M), and a summary for a JSON file.
    Raises InputError for SHAP values that are no numbers.
    """
    fitted = PairExplainer(model, background, explainer, seed)
    matrices, largest = pairs_to_matrices(pairs, encoding), LARGEST_RESIDUAL[explainer]
    values, residual = fitted.explain(matrices)
    bad = pairs.loc[~np.isfinite(values).all(axis=(1, 2)), "id"]
    if len(bad):
        raise InputError(
            f"{len(bad)} of {len(pairs)} pairs, such as {bad.iloc[0]!r}, have SHAP "
            "values that are no numbers; train the network anew"
        )
    logit = fitted.logits(matrices)
    explained = pairs.assign(
        p=sigmoid(logit.astype(np.float32)),
        logit=logit,
        base=fitted.base,
        residual=residual,
        additive=residual <= largest,
    )
    failed = explained.loc[~explained["additive"], ["id", "residual"]]
    summary = {
        "explainer": explainer,
        "n_background": len(background),
        "base_value": fitted.base,
        "n_by_source": pairs["source"].value_counts(sort=False).to_dict(),
        "n_pairs": len(pairs),
        "additivity_median": float(np.median(residual)),
        "additivity_max": float(residual.max()),
        "largest_residual_allowed": largest,
        "n_failed": len(failed),
        "failed": failed.to_dict("records"),
    }
    return explained, values, summary


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
    mirnas = encode_many(pairs["mirna_sequence"], MIRNA_LENGTH)
    return pair_matrix(targets, mirnas, encoding)
