"""Canonical seed sites: 8mer, 7mer-m8, 7mer-A1 and 6mer (Bartel 2009, Figure 1)."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.sequences.codes import reverse_complement

SITE_TYPES = ("8mer", "7mer-m8", "7mer-A1", "6mer")
"""Site types, strongest first."""

_TYPES = {
    (True, True): "8mer",
    (True, False): "7mer-m8",
    (False, True): "7mer-A1",
    (False, False): "6mer",
}


def match_sites(mirna: str, transcript: str) -> list[tuple[int, int, str]]:
    """Return (start, end, site type) of every match to miRNA nt 2-7, overlaps included.

    Coordinates are 0-based and half open, of the 6 to 8 paired nt. A 7mer-m8 also pairs
    nt 8, a 7mer-A1 has an A opposite nt 1, an 8mer both.
    """
    core = reverse_complement(mirna[1:7])
    m8 = reverse_complement(mirna[7])
    sites = []
    for match in re.finditer(f"(?={core})", transcript):
        start, end = match.start(), match.start() + 6
        has_m8 = start > 0 and transcript[start - 1] == m8
        has_a1 = transcript[end : end + 1] == "A"
        sites.append((start - has_m8, end + has_a1, _TYPES[has_m8, has_a1]))
    return sites


def find_sites(mirna: str, transcript: str) -> pd.DataFrame:
    """Return `match_sites` as a table: start, end, site_type."""
    sites = match_sites(mirna, transcript)
    return pd.DataFrame(sites, columns=["start", "end", "site_type"])


def count_sites(mirna: str, transcript: str) -> NDArray[np.int64]:
    """Return the number of sites of each type, in the order of SITE_TYPES."""
    kinds = [kind for _, _, kind in match_sites(mirna, transcript)]
    return np.array([kinds.count(kind) for kind in SITE_TYPES])
