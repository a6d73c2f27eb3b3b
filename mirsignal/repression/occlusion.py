"""How sites contribute to a prediction: what it is without each part of the signal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import CENTRE
from mirsignal.files.tracks import Ragged
from mirsignal.logs import log
from mirsignal.networks.backend import keras
from mirsignal.repression.training import DIRECTION, padding_multiple, predict_signals
from mirsignal.signals.compression import SMALLEST, bin_starts, scale
from mirsignal.sites.seed_sites import SITE_TYPES, find_sites, join

JOINED_GAP = 25
"""Stretches of a signal, or peaks, that are less than this many nt apart are one part."""

_UNITS = {"regression": "log2", "classification": "probability"}


def choose_predictions(predictions: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the `n` pairs of lowest prediction, each gene once."""
    lowest = predictions.sort_values("predicted", kind="stable")
    return lowest.drop_duplicates("gene").head(n)


def explain_prediction(
    pair: Any,
    signals: Ragged,
    model: keras.Model,
    limits: NDArray[np.float64],
    further: Sequence[NDArray[np.float32]],
    guide: str,
    utr: str,
    network: str,
    pools: Sequence[int],
    task: str,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the parts of a pair's signal with what each contributes, and what is drawn.

    `pair` is a row of the predictions, `model` the network that never saw its gene, with
    the `limits` of its signals and its `further` inputs (1, ...); `guide` and `utr` are
    sequences; `network`, `pools` and `task` are of the recipe. A contribution is the
    prediction without a part less that of the whole signal.
    """
    is_pair = (signals.extra["mirnas"] == pair.mirna) & (signals.ids == pair.transcript)
    at = int(is_pair.argmax())
    bins = slice(*signals.offsets[at : at + 2])
    trace: dict[str, NDArray] = {
        name: signals.extra[name][bins]
        for name in ("positions", "spans")
        if name in signals.extra
    }
    parts = find_parts(signals[at], signals.channels, trace, len(utr))
    lost = occlude(
        model,
        scale(signals[at], limits),
        parts,
        padding_multiple(network, pools),
        further,
        cut="positions" in trace,
    )
    parts["contribution"] = DIRECTION[task] * lost
    sites = find_sites(guide, join([utr]))
    parts["sites"] = pd.Series(name_sites(parts, sites), parts.index, dtype="str")
    drawn = {
        "title": (
            f"{pair.mirna} on {pair.gene} ({len(utr):,} nt): predicted "
            f"{pair.predicted:.2f}, measured log2 fold change {pair.log2fc:.2f}"
        ),
        "length": len(utr),
        "unit": _UNITS[task],
        "parts": parts.to_dict("list"),
        "sites": sites.to_dict("list"),
    }
    log.info("%s; %d parts", drawn["title"], len(parts))
    return parts.assign(**pair._asdict()), drawn


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
    cut: bool = False,
) -> NDArray[np.float64]:
    """Return the output (n,) without each part, less that of the whole signal.

    `scaled` is one signal (B, C), `further` the network's other inputs (1, ...). Without
    a part its bins have the lowest value, as where nothing binds; or, for a signal of
    peaks, they are `cut` out, as had they not been found. Contributions need not add up:
    a network may let sites interact.
    """
    signals = [scaled]
    for part in parts.itertuples():
        bins = slice(part.first, part.stop)
        changed = scaled.copy()
        changed[bins] = SMALLEST
        signals.append(np.delete(scaled, bins, axis=0) if cut else changed)
    others = [np.repeat(array, len(signals), axis=0) for array in further]
    output = predict_signals(model, signals, multiple, others)
    return output[1:] - output[0]


def name_sites(parts: pd.DataFrame, sites: pd.DataFrame) -> list[str]:
    """Return the canonical sites within each part, such as "8mer 534-542", best first.

    `sites` are those of `seed_sites.find_sites`; a part holds a site of which at least
    6 nt lie in it. "" where there is none.
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
