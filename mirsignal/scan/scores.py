"""Scores of transcripts: P(binding) and its attribution, one array per transcript.

A scorer gives, for each transcript, its tracks (L, channels): the P of each position, the
best attribution in each region of the miRNA, and the score that peaks and signals are
made of. `details` are the attributions (L, M) by miRNA position, where there are any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import CENTRE, MIRNA_LENGTH, P_LEVELS, REGIONS, WINDOW
from mirsignal.binding.pairing import ENCODINGS
from mirsignal.errors import InputError
from mirsignal.interpretation.explanation import PairExplainer
from mirsignal.networks.backend import keras
from mirsignal.scan.attribution import Attributor, region_scores
from mirsignal.scan.convolution import NotConvolutionalError, list_bodies
from mirsignal.scan.scanning import (
    Scanner,
    logit_model,
    make_scanner,
    mirna_reference,
    mirna_rows,
    scan_transcripts,
    sigmoid,
)
from mirsignal.sequences.codes import UNKNOWN

Tracks = list[NDArray[np.float32]]


class Scorer(Protocol):
    """A way to score transcripts; `channels` name the columns of its tracks."""

    @property
    def channels(self) -> tuple[str, ...]: ...

    def score(
        self, transcripts: Sequence[NDArray[np.uint8]], mirna: str, threshold: float
    ) -> tuple[Tracks, Tracks]:
        """Return tracks (L, channels) and details (L, M) of transcripts' codes (L,).

        Windows with P up to `threshold` count nothing.
        """
        ...


class PredictionScorer:
    """The score is P itself, where it is above the threshold."""

    channels: tuple[str, ...] = ("prediction", "score")

    def __init__(self, scanner: Scanner, encoding: str):
        self._scanner, self._encoding = scanner, encoding

    def score(self, transcripts, mirna, threshold):
        rows = mirna_rows(mirna, self._encoding)
        logits = scan_transcripts(self._scanner, transcripts, rows)
        predictions = [round_p(sigmoid(track)) for track in logits]
        return [np.stack([p, keep_above(p, threshold)], 1) for p in predictions], []


class AttributionScorer:
    """The score is P x integrated gradients, at the best position of the miRNA."""

    channels: tuple[str, ...] = ("prediction", *REGIONS, "score")

    def __init__(self, scanner: Scanner, attributor: Attributor, encoding: str):
        self._scanner, self._attributor = scanner, attributor
        self._encoding = encoding

    def score(self, transcripts, mirna, threshold):
        rows = mirna_rows(mirna, self._encoding)
        logits = scan_transcripts(self._scanner, transcripts, rows)
        predictions = [round_p(sigmoid(track)) for track in logits]
        weights = [keep_above(p, threshold) for p in predictions]
        reference = mirna_reference(mirna, self._encoding)
        details = self._attributor.attribute(transcripts, weights, rows, reference)
        pairs = zip(predictions, details, strict=True)
        return [join_channels(*pair) for pair in pairs], details


class ShapScorer:
    """The score is P x SHAP of single windows, `step` nt apart: slow, for comparison.

    At step 1 there is a window around every nucleotide, as in the other scorers. At a
    larger one windows lie inside the transcript, the last one at its end; a nucleotide
    has the P of the nearest window. The sum over windows is divided by the number that
    cover the nucleotide, or with `published_divisor` by the number inside the transcript
    that would do so at step 1, as the protocol was first run.
    """

    channels = AttributionScorer.channels

    def __init__(
        self,
        model: keras.Model,
        background: NDArray[np.float32],
        encoding: str,
        step: int = 1,
        published_divisor: bool = False,
    ):
        self._logit = logit_model(model)
        self._explainer = PairExplainer(model, background)
        self._encoding, self._step = encoding, step
        self._published_divisor = published_divisor

    def score(self, transcripts, mirna, threshold):
        rows = mirna_rows(mirna, self._encoding)
        tracks, details = [], []
        for codes in transcripts:
            prediction, detail = self._score_one(codes, rows, threshold)
            tracks.append(join_channels(prediction, detail))
            details.append(detail)
        return tracks, details

    def _score_one(self, codes, rows, threshold):
        """Return P (L,) and attribution (L, M) of one transcript."""
        around = np.pad(codes, CENTRE, constant_values=UNKNOWN)
        windows = np.lib.stride_tricks.sliding_window_view(around, WINDOW)
        centres = window_centres(len(codes), self._step)
        parts = np.array_split(centres, -(-len(centres) // 1024))
        logits = [np.asarray(self._logit(rows[windows[part]]))[:, 0] for part in parts]
        p = round_p(sigmoid(np.concatenate(logits)))
        called = np.flatnonzero(p > threshold)
        values, _ = self._explainer.explain(rows[windows[centres[called]]])
        total = np.zeros((len(around), MIRNA_LENGTH))
        covering = np.zeros(len(around))
        for at in centres:
            covering[at : at + WINDOW] += 1
        for at, weight, value in zip(centres[called], p[called], values, strict=True):
            total[at : at + WINDOW] += weight * value
        divisor = np.maximum(covering[CENTRE:-CENTRE], 1)
        if self._published_divisor:
            divisor = inner_coverage(len(codes))
        detail = total[CENTRE:-CENTRE] / divisor[:, None]
        middles = (centres[1:] + centres[:-1]) / 2
        nearest = np.searchsorted(middles, np.arange(len(codes)), side="right")
        return p[nearest], detail.astype(np.float32)


def make_scorer(
    model: keras.Model,
    encoding: str,
    mode: str,
    steps: int = 4,
    workers: int = 1,
    background: NDArray[np.float32] | None = None,
    window_step: int = 1,
    published_divisor: bool = False,
) -> Scorer:
    """Return the scorer of `mode`: prediction, attribution in `steps` steps, or deepshap.

    `background` (n, W, M, C) is given in mode deepshap alone: see `ShapScorer`. Raises
    InputError for a network without attributions along a transcript, and for deepshap
    without TensorFlow.
    """
    if background is not None:
        if keras.backend.backend() != "tensorflow":
            raise InputError("mode deepshap needs TensorFlow; unset KERAS_BACKEND")
        return ShapScorer(model, background, encoding, window_step, published_divisor)
    channels = ENCODINGS[encoding].shape[-1]
    scanner = make_scanner(model, channels, workers=workers)
    if mode == "prediction":
        return PredictionScorer(scanner, encoding)
    try:
        attributor = Attributor(list_bodies(model), steps, workers)
    except NotConvolutionalError as error:
        raise InputError(
            f"{model.name}: {error}; scan it with a recipe of mode `prediction`"
        ) from None
    return AttributionScorer(scanner, attributor, encoding)


def window_centres(length: int, step: int) -> NDArray[np.intp]:
    """Return the positions whose windows are looked at, `step` nt apart."""
    if step == 1:
        return np.arange(length)
    first = min(CENTRE, length - 1)
    last = max(length - CENTRE, first)
    return np.unique(np.r_[first : last + 1 : step, last])


def inner_coverage(length: int) -> NDArray[np.float32]:
    """Return how many windows inside a transcript, at step 1, cover each nt (L,)."""
    at = np.arange(length)
    most = np.clip(length - WINDOW, 0, WINDOW - 1)
    return (np.minimum(np.minimum(at, at[::-1]), most) + 1).astype(np.float32)


def round_p(prediction: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return P to the nearest 1/4096, as every scorer uses it: tracks are smaller so."""
    return (np.round(prediction * P_LEVELS) / P_LEVELS).astype(np.float32)


def keep_above(prediction: NDArray[np.float32], threshold: float) -> NDArray[np.float32]:
    """Return P where it is above the threshold, and 0 elsewhere."""
    return np.where(prediction > threshold, prediction, 0).astype(np.float32)


def join_channels(
    prediction: NDArray[np.float32], detail: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the tracks (L, 5) of P (L,) and its attribution (L, M)."""
    regions = region_scores(detail)
    score = np.maximum(regions.max(axis=1), 0)
    return np.column_stack([prediction, regions, score]).astype(np.float32)
