"""How well a track finds sites, and how narrowly, compared between predictors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.metrics import average_precision
from mirsignal.peaks import call_peaks
from mirsignal.sites import SITE_TYPES, match_sites

REACH = WINDOW // 2
"""A summit belongs to a site when it lies within so many nt of the site's middle."""

Spans = Sequence[tuple[int, int]]


def seed_match_track(mirna: str, transcript: str) -> NDArray[np.float32]:
    """Return 4 at the nucleotides (L,) of 8mers down to 1 at those of 6mers, else 0."""
    track = np.zeros(len(transcript), np.float32)
    for start, end, kind in match_sites(mirna, transcript):
        strength = len(SITE_TYPES) - SITE_TYPES.index(kind)
        track[start:end] = np.maximum(track[start:end], strength)
    return track


def measure_localisation(
    tracks: Mapping[str, Sequence[NDArray[np.float32]]], spans: Sequence[Spans]
) -> dict[str, dict[str, Any]]:
    """Compare tracks (L,) by predictor with the sites [start, end) of each transcript.

    nucleotide_ap is the average precision of finding the sites' nucleotides. The highest
    peak within 25 nt of a site's middle gives summit_offset_nt and width_nt (at half
    height), as medians over the sites that have one (share_found).
    """
    inside = [mark_spans(len(t), s) for t, s in zip(_first(tracks), spans, strict=True)]
    truth = np.concatenate(inside)
    return {
        name: {
            "n_nucleotides": len(truth),
            "prevalence": float(truth.mean()),
            "nucleotide_ap": average_precision(truth, np.concatenate(list(values))),
            **_measure_peaks(values, spans),
        }
        for name, values in tracks.items()
    }


def mark_spans(length: int, spans: Spans) -> NDArray[np.bool_]:
    """Return which nucleotides (L,) lie in one of the spans [start, end)."""
    inside = np.zeros(length, bool)
    for start, end in spans:
        inside[start:end] = True
    return inside


def _first(tracks):
    return next(iter(tracks.values()))


def _measure_peaks(values, spans) -> dict[str, Any]:
    offsets, widths, n_sites = [], [], 0
    for track, sites in zip(values, spans, strict=True):
        n_sites += len(sites)
        if not sites:
            continue
        peaks = call_peaks(track, track)
        for start, end in sites:
            distance = (peaks["summit"] - (start + end - 1) / 2).abs()
            near = peaks[distance <= REACH]
            if len(near):  # peaks come best first
                best = near.iloc[0]
                offsets.append(distance[best.name])
                widths.append(best["end"] - best["start"])
    return {
        "n_sites": n_sites,
        "share_found": len(offsets) / n_sites if n_sites else None,
        "summit_offset_nt": float(np.median(offsets)) if offsets else None,
        "width_nt": float(np.median(widths)) if widths else None,
    }
