"""Structural accessibility of sites: how likely 14 nt around a seed match are unpaired.

As context++ uses it (Agarwal 2015, eLife 05005): RNAplfold of ViennaRNA (Bernhart 2006)
with windows of 80 nt and pairs at most 40 nt apart. Only sites are folded, each with the
80 nt on either side that can matter, which gives the numbers of folding the whole
transcript.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

UNPAIRED = 14
"""Nucleotides that must all be unpaired: p8 - 6 ... p8 + 7."""
WINDOW, SPAN = 80, 40
"""Length (nt) of the windows that are folded, and of the longest pair."""
_BEFORE = 6
_LEAST = 1e-20  # a probability that is 0 in floating point still has a logarithm


def site_context(sequence: str, p8: int) -> tuple[str, int]:
    """Return what is folded for a site: its context, and where the 14 nt start there.

    ("", 0) where the 14 nt reach beyond the sequence.
    """
    first = p8 - _BEFORE
    last = first + UNPAIRED
    if first < 0 or last > len(sequence):
        return "", 0
    left = max(first - WINDOW, 0)
    return sequence[left : last + WINDOW], first - left


def fold_context(context: str, start: int) -> float:
    """Return log10 of the probability that the 14 nt from `start` on are all unpaired.

    NaN for an empty context. An unknown nucleotide pairs with nothing.
    """
    import RNA

    if not context:
        return float("nan")
    unpaired = RNA.pfl_fold_up(context, UNPAIRED, WINDOW, SPAN)
    return float(np.log10(max(unpaired[start + UNPAIRED][UNPAIRED], _LEAST)))


def fold_contexts(contexts: list[tuple[str, int]]) -> NDArray[np.float64]:
    """Return `fold_context` of each, computing each distinct one once."""
    folded = {context: fold_context(*context) for context in dict.fromkeys(contexts)}
    return np.array([folded[context] for context in contexts], dtype=float)


def fold_sites(sites: pd.DataFrame, sequences: dict[str, str]) -> pd.DataFrame:
    """Return accessibility (log10 probability) by transcript and p8, each of them once.

    `sites` has the columns transcript and p8; NaN where the 14 nt leave the transcript.
    """
    table = sites[["transcript", "p8"]].drop_duplicates(ignore_index=True)
    contexts = [
        site_context(sequences[name], at)
        for name, at in table.itertuples(index=False, name=None)
    ]
    return table.assign(accessibility=fold_contexts(contexts))
