"""Signal channels: what a signal network reads of each nucleotide, by name.

A channel is a function of a `Scan`, all that is known of one miRNA on one transcript,
that returns values (L,) or (L, columns). A new one is a function and a line of CHANNELS;
the networks take any number of them. `track:NAME` is the bigWig file that the study calls
so under `inputs.tracks`: conservation, accessibility, binding of other proteins;
`protein:NAME` tells where a protein has a peak (`inputs.peaks`), and `motif:NAME` where
one of its motifs fits (`inputs.motifs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import CENTRE, MIRNA_LENGTH, P_LEVELS, REGIONS, WINDOW
from mirsignal.files.tracks import Ragged
from mirsignal.sequences.codes import LETTERS, PAIR_KINDS, UNKNOWN, decode, seed_region
from mirsignal.sequences.wiggles import Wiggle
from mirsignal.signals.stretches import Stretches
from mirsignal.sites.context import MEASURES
from mirsignal.sites.motifs import motif_of
from mirsignal.sites.surroundings import au_around_nucleotides, distance_of_nucleotides

_STRENGTH = np.array([0, 1 / 3, 2 / 3, 1], np.float32)[PAIR_KINDS]

Values = NDArray[np.floating]
FLANK = 15
"""Nucleotides on either side that the channel `flanks` shows."""
N_LANGUAGE = 8
"""Columns of the channel `language` (`networks.language.N_COMPONENTS`)."""


@dataclass(frozen=True)
class Scan:
    """What is known of one miRNA on one transcript.

    `codes` (L,) are its nucleotides, `mirna` (M,) those of the miRNA, `tracks` the
    scan's values (L,) by name, `attribution` (L, M) that by miRNA position (without
    columns where the scan has none), `threshold` the miRNA's P, `wiggles` the study's own
    tracks by name, `language` (L, N_LANGUAGE) what a language model makes of it, and
    `stretches` what the study knows of its conserved_sites, peaks and motifs.
    """

    transcript: str
    codes: NDArray[np.uint8]
    mirna: NDArray[np.uint8]
    tracks: Mapping[str, Values]
    attribution: Values
    threshold: float
    wiggles: Mapping[str, Wiggle] = field(default_factory=dict)
    language: Values | None = None
    stretches: Mapping[str, Stretches] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Channel:
    """A way to compute values of every nucleotide.

    `columns` name the columns of several. `pick` says what a window has of it: the
    values at its `centre`, each column's `highest`, for what stands on the paired
    nucleotides, its `mean`, or those of the nucleotide that is `best` in the last column.
    """

    compute: Callable[[Scan], NDArray]
    columns: tuple[str, ...] = ()
    pick: Literal["centre", "highest", "mean", "best"] = "centre"


def read_track(name: str) -> Callable[[Scan], Values]:
    """Return a function that gives one of the scan's own values (L,)."""
    return lambda scan: scan.tracks[name]


def calibrated_logit(scan: Scan) -> Values:
    """Return how far the logit of P (L,) is above that of the miRNA's threshold.

    The same share of random windows is above 0 for every miRNA. P is cut to 1/4096 from 0
    and 1, which is as exact as the scan keeps it.
    """
    return _logit(scan.tracks["prediction"]) - _logit(np.array(scan.threshold))


def _logit(p: NDArray) -> NDArray:
    p = np.clip(p, 1 / P_LEVELS, 1 - 1 / P_LEVELS)
    return np.log(p / (1 - p))


def pairing(scan: Scan) -> Values:
    """Return how the miRNA would pair along its length (L, M + 1), without a bulge.

    Row t is for the miRNA with its first nucleotide opposite nucleotide t. Of miRNA nt 2
    to 20: 1 for G:C, 2/3 for A:U, 1/3 for G:U, else 0; of nt 1, whether an A is
    opposite, which Argonaute binds whatever the miRNA (Lewis 2005). The last column adds
    up products of neighbours, at 0.3 those beyond nt 8 and the A: where it is highest,
    the seed pairs best.
    """
    around = np.pad(scan.codes, (MIRNA_LENGTH - 1, 0), constant_values=UNKNOWN)
    opposite = np.lib.stride_tricks.sliding_window_view(around, MIRNA_LENGTH)[:, ::-1]
    strength = _STRENGTH[opposite, scan.mirna]
    strength[:, 0] = opposite[:, 0] == LETTERS.index("A")
    stacked = strength[:, 1:-1] * strength[:, 2:]
    seed = REGIONS["seed"].stop - REGIONS["seed"].start - 1
    rest = stacked[:, seed:].sum(axis=1) + strength[:, 0]
    return np.column_stack([strength, stacked[:, :seed].sum(axis=1) + 0.3 * rest])


def sequence(scan: Scan) -> Values:
    """Return which nucleotide (L, 4: A, C, G, U) is there, as 0 or 1; all 0 of an N."""
    return (scan.codes[:, None] == np.arange(UNKNOWN)).astype(np.float32)


def language(scan: Scan) -> Values:
    """Return what a language model makes of each nucleotide (L, N_LANGUAGE)."""
    if scan.language is None:
        raise ValueError("the channel `language` needs embeddings of the transcript")
    return scan.language


def flanks(scan: Scan) -> Values:
    """Return the nucleotides around each one (L, 8 * FLANK + 4), as in `sequence`, and in
    the last column how well the seed pairs there (`pairing`), which aligns windows."""
    around = np.pad(scan.codes, FLANK, constant_values=UNKNOWN)
    around = np.lib.stride_tricks.sliding_window_view(around, 2 * FLANK + 1)
    is_there = around[:, :, None] == np.arange(UNKNOWN)
    return np.column_stack([is_there.reshape(len(scan), -1), pairing(scan)[:, -1]])


def measure(name: str) -> Callable[[Scan], Values]:
    """Return a function that gives what is known of conserved sites of the miRNA (L,)."""

    def along(scan: Scan) -> Values:
        seed = seed_region(decode(scan.mirna))
        known = scan.stretches["conserved_sites"]
        return known.along(name, scan.transcript, seed, len(scan))

    return along


def count_kinds(name: str) -> Callable[[Scan], Values]:
    """Return a function that gives of how many proteins a peak or motif is there (L,)."""
    return lambda scan: scan.stretches[name].count(scan.transcript, len(scan))


def presence(name: str, kind: str) -> Callable[[Scan], Values]:
    """Return a function that gives whether a peak or motif of a protein is there (L,)."""
    return lambda scan: scan.stretches[name].along(
        "present", scan.transcript, kind, len(scan)
    )


def position(scan: Scan) -> Values:
    """Return the share (L,) of the transcript in front of each nucleotide."""
    return np.arange(len(scan)) / max(len(scan), 1)


def transcript_length(scan: Scan) -> Values:
    """Return log10 of the transcript's nucleotides, at each of them (L,)."""
    return np.full(len(scan), np.log10(max(len(scan), 1)))


CHANNELS: dict[str, Channel] = {
    "score": Channel(read_track("score"), pick="highest"),
    "prediction": Channel(read_track("prediction")),
    "logit": Channel(calibrated_logit),
    **{name: Channel(read_track(name), pick="highest") for name in REGIONS},
    "attribution": Channel(
        lambda scan: scan.attribution,
        columns=tuple(f"attribution_{nt + 1}" for nt in range(MIRNA_LENGTH)),
        pick="highest",
    ),
    "pairing": Channel(
        pairing,
        columns=(*(f"pairing_{nt + 1}" for nt in range(MIRNA_LENGTH)), "stacking"),
        pick="best",
    ),
    "sequence": Channel(
        sequence,
        columns=tuple(f"is_{letter}" for letter in LETTERS[:UNKNOWN]),
        pick="mean",
    ),
    "flanks": Channel(
        flanks,
        columns=(
            *(
                f"is_{letter}_{at:+d}"
                for at in range(-FLANK, FLANK + 1)
                for letter in LETTERS[:UNKNOWN]
            ),
            "flanked",
        ),
        pick="best",
    ),
    **{name: Channel(measure(name), pick="highest") for name in MEASURES},
    "proteins": Channel(count_kinds("peaks"), pick="highest"),
    "motifs": Channel(count_kinds("motifs"), pick="highest"),
    "language": Channel(
        language, columns=tuple(f"language_{number + 1}" for number in range(N_LANGUAGE))
    ),
    "au": Channel(lambda scan: au_around_nucleotides(scan.codes)),
    "position": Channel(position),
    "distance": Channel(
        lambda scan: distance_of_nucleotides(np.arange(len(scan)), len(scan))
    ),
    "length": Channel(transcript_length),
}
"""Every channel by name, but for `track:NAME`, `protein:NAME` and `motif:NAME`."""


def find_channel(name: str) -> Channel:
    """Return the channel called `name`, which may be of the form KIND:NAME."""
    kind, _, own = name.partition(":")
    if kind == "track":
        return Channel(lambda scan: scan.wiggles[own].values(scan.transcript, len(scan)))
    if kind == "protein":
        return Channel(presence("peaks", own), pick="highest")
    if kind == "motif":
        return Channel(presence("motifs", motif_of(own)), pick="highest")
    return CHANNELS[name]


def list_columns(names: Sequence[str]) -> tuple[str, ...]:
    """Return the columns (C,) that these channels have together."""
    return tuple(
        column for name in names for column in find_channel(name).columns or (name,)
    )


def compute_channels(names: Sequence[str], scan: Scan) -> Values:
    """Return these channels (L, C) of every nucleotide."""
    parts = [find_channel(name).compute(scan) for name in names]
    return np.column_stack(parts).astype(np.float32)


def sample_channels(
    names: Sequence[str], scan: Scan, positions: NDArray[np.integer]
) -> Values:
    """Return these channels (B, C) at window centres `positions` (B,).

    A window is the part of [t - 25, t + 25) in the transcript; `Channel.pick` says what
    it has of a channel.
    """
    windows = positions[:, None] + np.arange(-CENTRE, WINDOW - CENTRE)
    inside = (windows >= 0) & (windows < len(scan))
    windows = np.clip(windows, 0, len(scan) - 1)
    parts = []
    for name in names:
        channel = find_channel(name)
        values = channel.compute(scan)
        if channel.pick == "highest":
            parts.append(values[windows].max(axis=1))
            continue
        if channel.pick == "mean":
            there = values[windows] * inside[..., None]
            parts.append(there.sum(axis=1) / inside.sum(axis=1, keepdims=True))
            continue
        chosen = positions
        if channel.pick == "best":
            best = values[windows, -1].argmax(axis=1)
            chosen = windows[np.arange(len(positions)), best]
        parts.append(values[chosen])
    return np.column_stack(parts).astype(np.float32)


def list_scans(
    tracks: Ragged,
    codes: Mapping[str, NDArray[np.uint8]],
    mirna: NDArray[np.uint8],
    threshold: float,
    wiggles: Mapping[str, Wiggle],
    language: Mapping[str, Values] | None = None,
    stretches: Mapping[str, Stretches] | None = None,
) -> Iterator[Scan]:
    """Yield a `Scan` for each transcript of a scan's file.

    `codes` are those of transcripts by name, `mirna` (M,) those of the file's miRNA;
    where a channel asks, `language` is what a language model makes of the transcripts,
    and `stretches` are conserved sites, peaks and motifs.
    """
    for index, name in enumerate(map(str, tracks.ids)):
        columns = dict(zip(tracks.channels, tracks[index].T, strict=True))
        attribution = _attribution_of(tracks, index)
        made = language[name] if language else None
        yield Scan(
            name,
            codes[name],
            mirna,
            columns,
            attribution,
            threshold,
            wiggles,
            made,
            stretches or {},
        )


def _attribution_of(tracks: Ragged, index: int) -> Values:
    """Return the attribution (L, M) of the index-th transcript, 0 where none is kept."""
    start, stop = tracks.offsets[index : index + 2]
    if "attribution" not in tracks.extra:
        return np.zeros((stop - start, 0), np.float32)
    at = tracks.extra["attribution_at"]
    kept = slice(*np.searchsorted(at, [start, stop]))
    dense = np.zeros((stop - start, MIRNA_LENGTH), np.float32)
    dense[at[kept] - start] = tracks.extra["attribution"][kept]
    return dense
