"""What a summit of a track is, for all that pick some.

Those are peaks of the scan, signals of mode `peaks` and the candidate windows of
fine-tuning.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks, peak_prominences


def pick_summits(
    track: NDArray[np.floating],
    spacing: int,
    min_prominence: float,
) -> NDArray[np.intp]:
    """Return the summits (n,) of a track (L,) of values from 0 up, highest first.

    A summit is higher than what lies on both sides of it; beyond the ends lies 0, so that
    the ends can be summits. Equal values in a row are one summit, in their middle (of two
    the left). Between it and any higher value the track falls by `min_prominence` of the
    summit's height at least (its prominence). Of those, the highest is taken first, and
    each further one where it is `spacing` nt or more from all that are taken; of equal
    ones the first.
    """
    padded = np.pad(track.astype(np.float64), 1)
    found, _ = find_peaks(padded)
    if min_prominence > 0:
        rise = peak_prominences(padded, found)[0]
        found = found[rise >= min_prominence * padded[found]]
    order = np.argsort(-padded[found], kind="stable")
    # A rank for each summit and 0 elsewhere: with heights themselves, scipy would choose
    # among equal ones as its sorting happens to leave them.
    ranks = np.zeros(len(padded))
    ranks[found[order]] = np.arange(len(order), 0, -1)
    apart, _ = find_peaks(ranks, distance=spacing)
    return apart[np.argsort(-ranks[apart])] - 1
