"""Features of sites in the context++ model (Agarwal 2015, eLife 05005, Table 1).

All are computed for many sites at once. Sites are rows of `find_sites`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.sequences.codes import LETTERS, UNKNOWN, encode, reverse_complement
from mirsignal.sites.seed_sites import CLEARED, Joined, count_word, find_sites
from mirsignal.sites.surroundings import au_beside_sites, distance_of_sites

_REACH = 15  # nt upstream of the site that may pair with the 3' part
_HEAVY = slice(12, 16)  # miRNA nt 13-16, whose pairs count 1, others 0.5
_SHORTEST_RUN = 2


def three_prime_pairing(
    mirna: str, sites: pd.DataFrame, joined: Joined
) -> NDArray[np.float64]:
    """Return the score (N,) of Watson-Crick pairs of the miRNA's 3' part with the UTR
    upstream (Grimson 2007, as Agarwal 2015 uses it).

    A run of at least 2 pairs counts 1 for each of nt 13-16 and 0.5 for others; shifting
    one strand by d nt against the other costs max(0, (d - 2) / 2); the best run counts.
    """
    scores = np.zeros(len(sites))
    is_a1 = (sites["site_type"] == "7mer-A1").to_numpy()
    for group, first in ((is_a1, 7), (~is_a1, 8)):
        scores[group] = _best_runs(mirna, sites[group], joined, first)
    return scores


def _best_runs(
    mirna: str, sites: pd.DataFrame, joined: Joined, first: int
) -> NDArray[np.float64]:
    """Return the best run (N,) of pairs from miRNA position `first` (0-based) on.

    At offset 0 that position lies opposite the nucleotide p8 + 7 - first of the UTR.
    """
    partner = encode(reverse_complement(mirna)[::-1])[first:]
    weight = np.full(len(mirna), 0.5)
    weight[_HEAVY] = 1.0
    weight = weight[first:]
    anchor = (sites["p8"] + 7 - first).to_numpy()
    reach = anchor - sites["start"].to_numpy() + _REACH + 1
    widest = int(reach.max(initial=0))
    back = np.arange(widest)
    at = joined.starts[sites["number"].to_numpy()] + anchor
    letters = joined.codes[np.maximum(at[:, None] - back, 0)]
    letters = np.where(back < reach[:, None], letters, UNKNOWN)
    pairs = letters[:, :, None] == partner  # N x UTR nt x miRNA nt
    best = np.zeros(len(sites))
    for offset in range(1 - len(partner), widest):
        diagonal = np.diagonal(pairs, -offset, axis1=1, axis2=2)
        found = _best_run(diagonal, weight[max(-offset, 0) :])
        best = np.maximum(best, found - max(0.0, (abs(offset) - 2) / 2))
    return best


def _best_run(
    pairs: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the heaviest run (N,) of at least 2 pairs (N, K); K are along one offset."""
    length = np.zeros(len(pairs), dtype=int)
    total, best = np.zeros(len(pairs)), np.zeros(len(pairs))
    for step in range(pairs.shape[1]):
        length = np.where(pairs[:, step], length + 1, 0)
        total = np.where(pairs[:, step], total + weight[step], 0.0)
        best = np.where(length >= _SHORTEST_RUN, np.maximum(best, total), best)
    return best


def count_offset_6mers(mirna: str, joined: Joined) -> NDArray[np.int64]:
    """Return matches to miRNA nt 3-8 by transcript that do not pair nt 2 as well."""
    word = reverse_complement(mirna[2:8])
    return count_word(joined, word, unless_before=reverse_complement(mirna[1]))


def letters_at_p8(sites: pd.DataFrame, joined: Joined) -> NDArray[np.str_]:
    """Return the nucleotide (N,) of the UTR opposite miRNA nt 8."""
    at = joined.starts[sites["number"].to_numpy()] + sites["p8"].to_numpy()
    return np.array(list(LETTERS))[joined.codes[at]]


def describe_sites(mirna: str, joined: Joined) -> pd.DataFrame:
    """Return the sites of one miRNA with every feature that its sequence and the UTR's
    decide, but for accessibility."""
    sites = find_sites(mirna, joined, CLEARED)
    number = sites["number"].to_numpy()
    return sites.assign(
        three_prime=three_prime_pairing(mirna, sites, joined),
        utr_length=np.log10(joined.lengths[number]),
        local_au=au_beside_sites(sites, joined),
        distance=distance_of_sites(sites, joined),
        off6m=count_offset_6mers(mirna, joined)[number],
        site8=letters_at_p8(sites, joined),
        srna1=mirna[0],
        srna8=mirna[7],
    )
