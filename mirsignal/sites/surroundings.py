"""What lies around a site or a nucleotide: AU content, other sites, the transcript's end.

The context++ model measures AU content and distance from the edges of a site, with
published weights that depend on its type (`au_beside_sites`, `distance_of_sites`).
Signals measure them from a nucleotide, whatever pairs there (`au_around_nucleotides`,
`distance_of_nucleotides`).
Where no weights are published, A and U of a span count alike (`au_share`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from mirsignal.sequences.codes import UNKNOWN, encode
from mirsignal.sites.seed_sites import Joined

AU_FLANK = 30
"""Nucleotides on each side whose A and U count (Grimson 2007, Mol Cell 27:91)."""
_AU = encode("AU")
SPACING = (8, 40)
"""Nucleotides between the starts of sites that act together (Grimson 2007)."""


def au_share(
    codes: NDArray[np.uint8], starts: ArrayLike, ends: ArrayLike
) -> NDArray[np.float64]:
    """Return the share (N,) of A and U among the known nucleotides of [start, end).

    Spans are cut at the ends of codes (L,). Without a known nucleotide the share is 0.
    """
    first, stop = (np.clip(at, 0, len(codes)).astype(int) for at in (starts, ends))
    counts = []
    for marked in (np.isin(codes, _AU), codes != UNKNOWN):
        before = np.r_[0, np.cumsum(marked)]
        counts.append(before[stop] - before[first])
    return counts[0] / np.maximum(counts[1], 1)


def au_around_nucleotides(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the weighted share (L,) of A and U within 30 nt of each nucleotide.

    The k-th nucleotide on either side weighs 1/k; N and what lies beyond the ends count
    nothing. Beside a site, `au_beside_sites` starts from its edges instead.
    """
    distance = np.abs(np.arange(-AU_FLANK, AU_FLANK + 1))
    weight = np.where(distance, 1 / np.maximum(distance, 1), 0)
    au, total = (
        np.convolve(np.pad(marked, AU_FLANK), weight, "valid")
        for marked in (np.isin(codes, _AU), codes != UNKNOWN)
    )
    return np.divide(au, total, out=np.zeros(len(codes)), where=total > 0)


def au_beside_sites(sites: pd.DataFrame, joined: Joined) -> NDArray[np.float64]:
    """Return the local AU content (N,) of the context++ model (Agarwal 2015, Table 1).

    The weighted share of A and U within 30 nt on either side of each site. The k-th
    nucleotide beside it weighs 1/k upstream of an 8mer or 7mer-m8 and downstream of a
    7mer-m8 or 6mer, else 1/(k + 1). N and what lies beyond the ends count nothing; NaN
    where there is no more.
    """
    number, kind, first, end = (
        sites[name].to_numpy() for name in ("number", "site_type", "start", "end")
    )
    starts, lengths = joined.starts[number], joined.lengths[number]
    k = np.arange(1, AU_FLANK + 1)
    upstream = 1 / (k + ~np.isin(kind, ["8mer", "7mer-m8"])[:, None])
    downstream = 1 / (k + np.isin(kind, ["8mer", "7mer-A1"])[:, None])
    au = total = np.zeros(len(sites))
    for at, weight in (
        (first[:, None] - k, upstream),
        (end[:, None] + k - 1, downstream),
    ):
        inside = (at >= 0) & (at < lengths[:, None])
        letters = joined.codes[np.where(inside, at + starts[:, None], 0)]
        inside &= letters != UNKNOWN
        total = total + (weight * inside).sum(axis=1)
        au = au + (weight * (inside & np.isin(letters, _AU))).sum(axis=1)
    return np.divide(au, total, out=np.full(len(sites), np.nan), where=total > 0)


def distance_of_nucleotides(
    positions: NDArray[np.integer], length: int
) -> NDArray[np.float64]:
    """Return log10 of the nucleotides (N,) to the nearer end, the position included."""
    return np.log10(np.minimum(positions, length - 1 - positions) + 1)


def distance_of_sites(sites: pd.DataFrame, joined: Joined) -> NDArray[np.float64]:
    """Return log10 of the nucleotides (N,) between each site and the nearer end.

    A site at the end has 0, as one that is a nucleotide away (Agarwal 2015, Table 1).
    """
    lengths = joined.lengths[sites["number"].to_numpy()]
    nearer = np.minimum(sites["start"], lengths - sites["end"]).to_numpy()
    return np.log10(np.maximum(nearer, 1))


def mark_neighbours(sites: pd.DataFrame) -> pd.DataFrame:
    """Return which sites (N) have another one of the same strand nearby, as 1 or 0.

    `sites` has mirna, group, transcript and start. Column `neighbour`: some other starts
    at a distance of SPACING, ends included; `overlapping`: some other starts nearer.
    """
    keys = [sites[name].astype(str) for name in ("mirna", "group", "transcript")]
    place = pd.factorize(pd.MultiIndex.from_arrays(keys))[0]
    start = sites["start"].to_numpy()
    order = np.lexsort([start, place])
    found = np.zeros((2, len(sites)))
    least, most = SPACING
    for step in range(1, len(sites)):
        first, second = order[:-step], order[step:]
        together = place[first] == place[second]
        apart = np.where(together, start[second] - start[first], most + 1)
        if (apart > most).all():
            break
        for row, near in enumerate(((apart >= least) & (apart <= most), apart < least)):
            found[row, first[near]] = found[row, second[near]] = 1
    return pd.DataFrame(found.T, sites.index, ["neighbour", "overlapping"])
