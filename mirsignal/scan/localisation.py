"""How well a track finds sites, and how narrowly, compared between predictors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import CENTRE
from mirsignal.scan.peaks import call_peaks
from mirsignal.sites.seed_sites import SITE_RANKS, match_sites
from mirsignal.statistics.metrics import average_precision

REACH = CENTRE
"""A summit belongs to a site when it lies within so many nt of the site's middle."""
NEAR = 10
"""A summit within so many nt of the middle has found the site."""

Spans = Sequence[tuple[int, int]]


def seed_match_track(mirna: str, sequence: str) -> NDArray[np.float32]:
    """Return SITE_RANKS at the nucleotides (L,) of sites, 0 elsewhere."""
    track = np.zeros(len(sequence), np.float32)
    for start, end, kind in match_sites(mirna, sequence):
        track[start:end] = np.maximum(track[start:end], SITE_RANKS[kind])
    return track


def site_middle(start, end):
    """Return the middle of sites [start, end), in nt; which may lie between two."""
    return (start + end - 1) / 2


def measure_localisation(
    tracks: Mapping[str, Sequence[NDArray[np.float32]]],
    spans: Sequence[Spans],
    left_out: Sequence[Spans] | None = None,
) -> dict[str, dict[str, Any]]:
    """Compare tracks (L,) by predictor with the sites [start, end) of each transcript.

    nucleotide_ap is the average precision of finding the sites' nucleotides, without
    those of the spans `left_out`. A site has the highest peak within 25 nt of its middle
    (share_found), found well within 10 nt (share_near). summit_offset_nt and width_nt, at
    half height, are medians over the n_compared sites that every predictor has found.
    """
    first = next(iter(tracks.values()))
    inside = mark_all(first, spans)
    kept = ~mark_all(first, left_out) if left_out else slice(None)
    peaks = {name: _site_peaks(values, spans) for name, values in tracks.items()}
    found = [table["offset"].notna() for table in peaks.values()]
    common = np.logical_and.reduce(found)
    return {
        name: {
            "n_nucleotides": len(inside[kept]),
            "prevalence": float(inside[kept].mean()),
            "nucleotide_ap": average_precision(
                inside[kept], np.concatenate(list(values))[kept]
            ),
            **_summary(peaks[name], common),
        }
        for name, values in tracks.items()
    }


def mark_all(
    tracks: Sequence[NDArray[np.float32]], spans: Sequence[Spans]
) -> NDArray[np.bool_]:
    """Return which nucleotides of all tracks, end to end, lie in spans [start, end)."""
    pairs = zip(tracks, spans, strict=True)
    return np.concatenate([mark_spans(len(track), part) for track, part in pairs])


def mark_spans(length: int, spans: Spans) -> NDArray[np.bool_]:
    """Return which nucleotides (L,) lie in one of the spans [start, end)."""
    inside = np.zeros(length, bool)
    for start, end in spans:
        inside[start:end] = True
    return inside


def _site_peaks(values, spans) -> pd.DataFrame:
    """Return offset and width (nt) of each site's peak, NaN where it has none."""
    rows = []
    for track, sites in zip(values, spans, strict=True):
        if not sites:
            continue
        peaks = call_peaks(track, track)
        for start, end in sites:
            distance = (peaks["summit"] - site_middle(start, end)).abs()
            near = peaks[distance <= REACH]
            if len(near):  # peaks come best first
                best = near.iloc[0]
                rows.append((distance[best.name], best["end"] - best["start"]))
            else:
                rows.append((np.nan, np.nan))
    return pd.DataFrame(rows, columns=["offset", "width"], dtype=float)


def _summary(peaks: pd.DataFrame, common: NDArray[np.bool_]) -> dict[str, Any]:
    offset, width = peaks.loc[common, "offset"], peaks.loc[common, "width"]
    return {
        "n_sites": len(peaks),
        "share_found": float(peaks["offset"].notna().mean()) if len(peaks) else None,
        "share_near": float((peaks["offset"] <= NEAR).mean()) if len(peaks) else None,
        "n_compared": int(common.sum()),
        "summit_offset_nt": float(offset.median()) if len(offset) else None,
        "width_nt": float(width.median()) if len(width) else None,
    }
