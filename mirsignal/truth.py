"""How much of a simulated study's planted truth each stage recovered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.metrics import average_precision, pearson, roc_auc
from mirsignal.sites import SITE_TYPES, match_sites
from mirsignal.tracks import Ragged


def chimera_recovery(positives: pd.DataFrame) -> dict[str, Any]:
    """Return the share of positive windows that hold a canonical site of their miRNA."""
    with_site = [
        bool(match_sites(mirna, target))
        for mirna, target in zip(positives["mirna"], positives["target"], strict=True)
    ]
    return {"n": len(positives), "share_with_site": float(np.mean(with_site))}


def scan_recovery(
    tracks: Iterable[tuple[str, Ragged]], peaks: pd.DataFrame, sites: pd.DataFrame
) -> dict[str, Any]:
    """Compare (miRNA, tracks) with channels prediction and score, and peaks, with sites.

    nucleotide_ap is the average precision of finding the nucleotides of seed sites;
    site_auc compares P at sites with P elsewhere. recovered_share tells, by site type,
    how many sites have a peak summit within 10 nt of their middle; summit_offset is the
    median distance of those summits.
    """
    truth, prediction, score, middle = [], [], [], []
    by_track = dict(list(sites.groupby(["mirna", "transcript"])))
    for mirna, ragged in tracks:
        for name, values in ragged.items():
            inside = np.zeros(len(values), bool)
            centre = np.zeros(len(values), bool)
            if (mirna, name) in by_track:
                for row in by_track[mirna, name].itertuples():
                    inside[row.start : row.end] = True
                    centre[(row.start + row.end) // 2] = True
            truth.append(inside)
            middle.append(centre)
            prediction.append(values[:, ragged.channels.index("prediction")])
            score.append(values[:, ragged.channels.index("score")])
    inside, centre = np.concatenate(truth), np.concatenate(middle)
    p, s = np.concatenate(prediction), np.concatenate(score)
    offsets = _nearest_summit(sites, peaks)
    found = offsets <= 10
    return {
        "n_nucleotides": len(inside),
        "n_sites": len(sites),
        "prevalence": float(inside.mean()),
        "nucleotide_ap": {
            "prediction": average_precision(inside, p),
            "score": average_precision(inside, s),
        },
        "site_auc": roc_auc(centre, p),
        "n_peaks": len(peaks),
        "recovered_share": {
            kind: float(found[sites["site_type"] == kind].mean())
            for kind in SITE_TYPES
            if (sites["site_type"] == kind).any()
        },
        "summit_offset_nt": float(np.median(offsets[found])) if found.any() else None,
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
        centre = (row.start + row.end) / 2
        distances.append(np.inf if known is None else np.abs(known - centre).min())
    return np.asarray(distances)


def repression_recovery(predicted: pd.DataFrame, truth: pd.DataFrame) -> dict[str, Any]:
    """Correlate predictions and measurements with the noise-free fold changes.

    `predicted` has mirna, gene, predicted and target; `truth` expected_log2fc. The
    ceiling is what the measurements themselves reach.
    """
    merged = predicted.merge(truth, on=["mirna", "gene"])
    expected = merged["expected_log2fc"].to_numpy()
    return {
        "n": len(merged),
        "pearson_with_truth": pearson(expected, merged["predicted"].to_numpy()),
        "pearson_with_measured": pearson(
            merged["target"].to_numpy(), merged["predicted"].to_numpy()
        ),
        "ceiling_measured_with_truth": pearson(expected, merged["target"].to_numpy()),
    }
