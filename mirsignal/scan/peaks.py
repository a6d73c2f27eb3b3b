"""Call peaks from the score of a transcript."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import peak_prominences, peak_widths

from mirsignal.axes import CENTRE, WINDOW
from mirsignal.files.tracks import Ragged
from mirsignal.scan.summits import pick_summits

_DECIMALS = 9
"""Kept of a smoothed score: its running sum is exact to about 1e-15 of the highest."""


def call_peaks(
    score: NDArray[np.float32],
    prediction: NDArray[np.float32],
    smoothing: int = 7,
    min_prominence: float = 0.25,
) -> pd.DataFrame:
    """Return the peaks of a score track (L,), best first.

    The track is averaged over `smoothing` nt (a seed match), since attribution stands on
    single nucleotides. Peaks are its summits (`pick_summits`), at least `smoothing` nt
    apart. A peak is what is half as high and more, [start, end) in nt; `height` is the
    smoothed score at its `summit`, `prediction` the highest P(binding) within 25 nt.
    `close` marks a peak whose summit is less than 50 nt from that of another.
    """
    padded = np.pad(score.astype(np.float64), smoothing)
    smooth = np.round(uniform_filter1d(padded, smoothing), _DECIMALS)
    found = np.sort(pick_summits(smooth, smoothing, min_prominence))
    left, right = _half_height(smooth, found)
    summit = np.clip(found - smoothing, 0, len(score) - 1)
    table = pd.DataFrame(
        {
            "start": np.clip(np.ceil(left).astype(int) - smoothing, 0, summit),
            "end": np.clip(
                np.floor(right).astype(int) + 1 - smoothing, summit + 1, len(score)
            ),
            "summit": summit,
            "height": smooth[found],
            "prediction": [
                prediction[max(at - CENTRE, 0) : at + CENTRE].max() for at in summit
            ],
        }
    )
    gaps = np.diff(summit)
    near = np.zeros(len(summit), bool)
    near[:-1] |= gaps < WINDOW
    near[1:] |= gaps < WINDOW
    table["close"] = near
    return table.sort_values("height", ascending=False, kind="stable", ignore_index=True)


def _half_height(smooth: NDArray, found: NDArray) -> tuple[NDArray, NDArray]:
    """Return the bounds at half height of the peaks `found`."""
    _, left_base, right_base = peak_prominences(smooth, found)
    # Half of the height, not of the prominence: as if every peak rose from zero.
    data = (smooth[found], left_base, right_base)
    _, _, left, right = peak_widths(smooth, found, 0.5, prominence_data=data)
    return left, right


def call_all_peaks(
    shards: Iterable[Ragged], smoothing: int, min_prominence: float
) -> pd.DataFrame:
    """Return the peaks (`call_peaks`) of one miRNA on the transcripts of all shards."""
    parts = []
    for tracks in shards:
        score = tracks.channels.index("score")
        prediction = tracks.channels.index("prediction")
        for name, values in tracks.items():
            peaks = call_peaks(
                values[:, score], values[:, prediction], smoothing, min_prominence
            )
            parts.append(peaks.assign(transcript=name))
    return pd.concat(parts, ignore_index=True)


def tabulate_bed(peaks: pd.DataFrame) -> pd.DataFrame:
    """Return peaks of a miRNA as rows of a BED file, by transcript and start.

    BED6 (transcript, start, end, mirna, height scaled to 0-1000, strand) and summit,
    height, prediction and close.
    """
    top = max(peaks["height"].max(), 1e-9) if len(peaks) else 1
    bed = peaks[["transcript", "start", "end", "mirna"]].assign(
        score=(1000 * peaks["height"] / top).round().astype(int),
        strand="+",
        summit=peaks["summit"],
        height=peaks["height"],
        prediction=peaks["prediction"],
        close=peaks["close"].astype(int),
    )
    return bed.sort_values(["transcript", "start"])
