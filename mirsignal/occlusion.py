"""Which sites carried a prediction: what it would be without each part of the signal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import CENTRE
from mirsignal.backend import keras
from mirsignal.signals import bin_starts, pad
from mirsignal.sites import SITE_TYPES

JOINED_GAP = 25
"""Stretches of a signal, or peaks, that are less than this many nt apart are one part."""

_MOST_BINS = 65536  # that one call of the network gets


def find_parts(
    bins: NDArray[np.float32],
    channels: Sequence[str],
    trace: Mapping[str, NDArray[np.integer]],
    length: int,
) -> pd.DataFrame:
    """Return the parts of a signal (B, C): first bin, stop bin, start and end in nt.

    Of mode peaks, with `positions` (B,) in `trace`, a part is a peak with those near it,
    and covers their windows. Of mode compressed, with `spans` (B,), it is a stretch of
    bins that are not zero (in channel `score`, where there is one). Bins and nt are
    0-based and half open.
    """
    if "positions" in trace:
        kept, at = np.arange(len(bins)), trace["positions"]
        gaps = np.diff(at)
        starts, ends = np.maximum(at - CENTRE, 0), np.minimum(at + CENTRE, length)
    else:
        score = bins[:, [channels.index("score")]] if "score" in channels else bins
        kept = np.flatnonzero(score.any(axis=1))
        starts, ends = bin_starts(trace["spans"]), np.cumsum(trace["spans"])
        gaps = starts[kept[1:]] - ends[kept[:-1]]
    runs = np.split(kept, np.flatnonzero(gaps >= JOINED_GAP) + 1) if len(kept) else []
    first = np.array([run[0] for run in runs], np.int64)
    last = np.array([run[-1] for run in runs], np.int64)
    return pd.DataFrame(
        {"first": first, "stop": last + 1, "start": starts[first], "end": ends[last]}
    )


def occlude(
    model: keras.Model,
    scaled: NDArray[np.float32],
    parts: pd.DataFrame,
    multiple: int = 1,
    further: Sequence[NDArray[np.float32]] = (),
) -> NDArray[np.float64]:
    """Return the output (n,) with each part's bins masked, less that with all bins.

    `scaled` is one signal (B, C), `further` the network's other inputs (1, ...).
    Contributions need not add up: a network may let sites interact.
    """
    values, mask = pad([scaled], multiple)
    masks = np.repeat(mask, len(parts) + 1, axis=0)
    for row, part in enumerate(parts.itertuples(), start=1):
        masks[row, part.first : part.stop] = 0
    size = max(_MOST_BINS // mask.shape[1], 1)
    outputs = [
        model.predict_on_batch(
            [
                np.repeat(values, len(some), axis=0),
                some,
                *(np.repeat(array, len(some), axis=0) for array in further),
            ]
        )[:, 0]
        for some in np.array_split(masks, -(-len(masks) // size))
    ]
    output = np.concatenate(outputs).astype(np.float64)
    return output[1:] - output[0]


def name_sites(parts: pd.DataFrame, sites: pd.DataFrame) -> list[str]:
    """Return the canonical sites within each part, such as "8mer 534-542", best first.

    `sites` are those of `sites.find_sites`; a part holds a site of which at least 6 nt
    lie in it. "" where there is none.
    """
    names = []
    for part in parts.itertuples():
        start, end = sites["start"].clip(part.start), sites["end"].clip(upper=part.end)
        inside = sites[end - start >= 6].sort_values(
            "site_type", key=lambda kinds: kinds.map(SITE_TYPES.index), kind="stable"
        )
        names.append(
            "; ".join(f"{s.site_type} {s.start}-{s.end}" for s in inside.itertuples())
        )
    return names
