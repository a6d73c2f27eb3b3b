"""Assemble the signals of all scans, as a recipe of `signals` says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirsignal.files.tracks import Ragged, join_tracks
from mirsignal.logs import log
from mirsignal.scan.summits import pick_summits
from mirsignal.signals.channels import (
    Scan,
    compute_channels,
    list_columns,
    sample_channels,
)
from mirsignal.signals.compression import compress_by

Signal = tuple[NDArray[np.float32], NDArray[np.integer], bool]


@dataclass(frozen=True)
class SignalRecipe:
    """A recipe of `signals`: what each value means stands in docs/configuration.md."""

    channels: Sequence[str]
    mode: str
    divisor: int
    n_peaks: int
    spacing: int
    min_prominence: float

    @property
    def trace(self) -> str:
        """What is kept of each bin: `positions` of peaks, or `spans` in nt."""
        return "positions" if self.mode == "peaks" else "spans"

    def make(self, scan: Scan) -> Signal:
        """Return bins (B, C), their trace (B,), and whether the scan gives no signal."""
        if self.mode == "peaks":
            found = pick_summits(
                scan.tracks["prediction"], self.spacing, self.min_prominence
            )
            at = np.sort(found[: self.n_peaks])
            return sample_channels(self.channels, scan, at), at, not len(at)
        score = scan.tracks["score"]
        values = compute_channels(self.channels, scan)
        return *compress_by(score, values, self.divisor), not score.any()


def assemble_signals(
    scans: Iterable[tuple[str, Iterable[Scan]]], recipe: SignalRecipe
) -> Ragged:
    """Return the signals (B, C) of the transcripts of all miRNAs (name, its scans).

    `extra` holds, by signal, `mirnas` and `no_signal`, and by bin the recipe's trace.
    """
    mirnas, ids, signals, traces, silent = [], [], [], [], []
    n_nucleotides = 0
    for mirna, of_mirna in scans:
        for scan in of_mirna:
            bins, trace, is_silent = recipe.make(scan)
            mirnas.append(mirna)
            ids.append(scan.transcript)
            signals.append(bins)
            traces.append(trace)
            silent.append(is_silent)
            n_nucleotides += len(scan)
    extra = {
        "mirnas": np.asarray(mirnas, "str"),
        "no_signal": np.asarray(silent),
        recipe.trace: np.concatenate(traces),
    }
    joined = join_tracks(ids, signals, list_columns(recipe.channels), **extra)
    log.info(
        "%s signals of %d columns: %s nucleotides in %s bins; %s without signal",
        f"{len(ids):,}",
        len(joined.channels),
        f"{n_nucleotides:,}",
        f"{len(joined.values):,}",
        f"{sum(silent):,}",
    )
    return joined
