"""Structural accessibility of sites: how likely 14 nt around a seed match are unpaired.

As context++ uses it (Agarwal 2015, eLife 05005): RNAplfold of ViennaRNA (Bernhart 2006)
with windows of 80 nt and pairs at most 40 nt apart. Only sites are folded, each with the
80 nt on either side that can matter, which gives the numbers of folding the whole
transcript. Sites that are close are folded together, so that many miRNAs cost no more
than folding every transcript once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

UNPAIRED = 14
"""Nucleotides that must all be unpaired: p8 - 6 ... p8 + 7."""
FOLDED_WINDOW, LONGEST_PAIR = 80, 40
"""Length (nt) of the windows that are folded, and the farthest that two of a pair lie
apart."""
_BEFORE = 6
_LEAST = 1e-20  # a probability that is 0 in floating point still has a logarithm


def fold_sites(sites: pd.DataFrame, sequences: Mapping[str, str]) -> pd.DataFrame:
    """Return accessibility (log10 probability) by transcript and p8, each of them once.

    `sites` has the columns transcript and p8; NaN where the 14 nt leave the transcript.
    """
    folded: dict[str, NDArray[np.float64]] = {}  # isoforms share regions
    rows = []
    for name, p8 in sites.groupby("transcript", sort=False)["p8"]:
        sequence = sequences[str(name)]
        places = np.unique(p8.to_numpy(int))
        values = np.full(len(places), np.nan)
        for left, right in find_regions(places, len(sequence)):
            region = sequence[left:right]
            if region not in folded:
                folded[region] = fold_region(region)
            inside = (left <= places - _BEFORE) & (places - _BEFORE + UNPAIRED <= right)
            values[inside] = folded[region][places[inside] - _BEFORE - left]
        rows += [(name, *pair) for pair in zip(places, values, strict=True)]
    types = {"transcript": "str", "p8": "int64", "accessibility": "float64"}
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def find_regions(places: Iterable[int], length: int) -> list[tuple[int, int]]:
    """Return the parts (start, end) of a transcript that are folded for sites at `places`
    (p8, rising): the 14 nt and 80 on either side, joined where they overlap.

    A site whose 14 nt reach beyond the transcript of `length` nt has none.
    """
    regions: list[tuple[int, int]] = []
    for place in places:
        first = int(place) - _BEFORE
        last = first + UNPAIRED
        if first < 0 or last > length:
            continue
        left, right = max(first - FOLDED_WINDOW, 0), min(last + FOLDED_WINDOW, length)
        if regions and left <= regions[-1][1]:
            left = regions.pop()[0]
        regions.append((left, right))
    return regions


def fold_region(region: str) -> NDArray[np.float64]:
    """Return log10 of the probability that the 14 nt from each nucleotide on are all
    unpaired (L - 13). An unknown nucleotide pairs with nothing."""
    import RNA

    unpaired = RNA.pfl_fold_up(region, UNPAIRED, FOLDED_WINDOW, LONGEST_PAIR)
    chances = [by_length[UNPAIRED] for by_length in unpaired[UNPAIRED:]]
    return np.log10(np.maximum(chances, _LEAST))
