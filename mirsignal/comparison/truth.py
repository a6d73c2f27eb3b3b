"""How much of a simulated study's planted truth each stage recovered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.files.tracks import Ragged
from mirsignal.scan.localisation import mark_spans, measure_localisation, site_middle
from mirsignal.sites.seed_sites import SITE_TYPES, match_sites
from mirsignal.statistics.metrics import pearson, roc_auc


def chimera_recovery(positives: pd.DataFrame) -> dict[str, Any]:
    """Return the share of positive windows that hold a canonical site of their miRNA."""
    pairs = zip(positives["mirna_sequence"], positives["target"], strict=True)
    with_site = [bool(match_sites(*pair)) for pair in pairs]
    return {"n": len(positives), "share_with_site": float(np.mean(with_site))}


def scan_recovery(
    tracks: Iterable[tuple[str, Ragged]],
    peaks: pd.DataFrame,
    sites: pd.DataFrame,
    seed_track: Callable[[str, str], NDArray[np.float32]],
) -> dict[str, Any]:
    """Compare (miRNA, tracks) with channels prediction and score, and peaks, with sites.

    `localisation` sets P, score and seed match side by side, the last one given by
    `seed_track` of miRNA and transcript. site_auc compares P at sites with P elsewhere.
    recovered_share is, by site type, how many sites have a peak summit within 10 nt
    of their middle.
    """
    by_track = dict(list(sites.groupby(["mirna", "transcript"])))
    spans, centres = [], []
    values: dict[str, list] = {"prediction": [], "score": [], "seed_match": []}
    for mirna, ragged in tracks:
        for name, track in ragged.items():
            rows = by_track.get((mirna, name), sites[:0])
            spans.append(list(zip(rows["start"], rows["end"], strict=True)))
            middles = site_middle(rows["start"], rows["end"]).astype(int)
            centres.append(mark_spans(len(track), [(at, at + 1) for at in middles]))
            for channel in ("prediction", "score"):
                values[channel].append(track[:, ragged.channels.index(channel)])
            values["seed_match"].append(seed_track(mirna, name))
    found = _nearest_summit(sites, peaks) <= 10
    return {
        "localisation": measure_localisation(values, spans),
        "site_auc": roc_auc(
            np.concatenate(centres), np.concatenate(values["prediction"])
        ),
        "n_peaks": len(peaks),
        "recovered_share": {
            kind: float(found[sites["site_type"] == kind].mean())
            for kind in SITE_TYPES
            if (sites["site_type"] == kind).any()
        },
        "median_peak_width_nt": float((peaks["end"] - peaks["start"]).median())
        if len(peaks)
        else None,
    }


def _nearest_summit(sites: pd.DataFrame, peaks: pd.DataFrame) -> np.ndarray:
    """Return the distance (nt) of each site's middle to the nearest summit."""
    summits = {
        key: np.sort(group["summit"].to_numpy())
        for key, group in peaks.groupby(["mirna", "transcript"])
    }
    distances = []
    for row in sites.itertuples():
        known = summits.get((row.mirna, row.transcript))
        centre = site_middle(row.start, row.end)
        distances.append(np.inf if known is None else np.abs(known - centre).min())
    return np.asarray(distances)


def repression_recovery(predicted: pd.DataFrame, truth: pd.DataFrame) -> dict[str, Any]:
    """Correlate predictions and measurements with the noise-free fold changes.

    `predicted` has mirna, gene, predicted and target_log2fc; `truth` expected_log2fc. The
    ceiling is what the measurements themselves reach.
    """
    merged = predicted.merge(truth, on=["mirna", "gene"])
    expected, measured, predicted_log2fc = (
        merged[name].to_numpy()
        for name in ("expected_log2fc", "target_log2fc", "predicted")
    )
    return {
        "n": len(merged),
        "pearson_with_truth": pearson(expected, predicted_log2fc),
        "pearson_with_measured": pearson(measured, predicted_log2fc),
        "ceiling_measured_with_truth": pearson(expected, measured),
    }
