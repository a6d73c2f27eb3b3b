"""Call peaks from the score of a transcript."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks, peak_widths

from mirsignal.axes import WINDOW

PEAK_COLUMNS = ["start", "end", "summit", "height", "prediction", "close"]


def call_peaks(
    score: NDArray[np.float32],
    prediction: NDArray[np.float32],
    smoothing: int = 7,
    min_prominence: float = 0.25,
) -> pd.DataFrame:
    """Return the peaks of a score track (L,), best first, as PEAK_COLUMNS.

    The track is averaged over `smoothing` nt (a seed match), since attribution stands on
    single nucleotides. A peak reaches out to half its height, [start, end) in nt; its
    `summit` is the smoothed maximum, `height` the smoothed score there, `prediction` the
    highest P(binding) within 25 nt. A lesser summit on the flank of a higher one counts
    when it rises by `min_prominence` of its height. `close` marks a peak whose summit is
    less than 50 nt from that of another.
    """
    smooth = uniform_filter1d(np.pad(score.astype(np.float64), smoothing), smoothing)
    found, _ = find_peaks(smooth, height=1e-9, distance=smoothing)
    prominence, left, right = _shape(smooth, found)
    kept = prominence >= min_prominence * smooth[found]
    found, left, right = found[kept], left[kept], right[kept]
    summit = np.clip(found - smoothing, 0, len(score) - 1)
    table = pd.DataFrame(
        {
            "start": np.clip(np.floor(left).astype(int) - smoothing, 0, summit),
            "end": np.clip(
                np.ceil(right).astype(int) + 1 - smoothing, summit + 1, len(score)
            ),
            "summit": summit,
            "height": smooth[found],
            "prediction": [
                prediction[max(at - WINDOW // 2, 0) : at + WINDOW // 2].max()
                for at in summit
            ],
        }
    )
    gaps = np.diff(summit)
    near = np.zeros(len(summit), bool)
    near[:-1] |= gaps < WINDOW
    near[1:] |= gaps < WINDOW
    table["close"] = near
    return table.sort_values("height", ascending=False, kind="stable", ignore_index=True)


def _shape(smooth: NDArray, found: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Return prominence and the bounds at half height of the peaks `found`."""
    from scipy.signal import peak_prominences

    prominence, left_base, right_base = peak_prominences(smooth, found)
    # Half of the height, not of the prominence: as if every peak rose from zero.
    data = (smooth[found], left_base, right_base)
    _, _, left, right = peak_widths(smooth, found, 0.5, prominence_data=data)
    return prominence, left, right
