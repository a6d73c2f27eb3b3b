"""Simulated transcripts with planted miRNA sites, and the affinity of every site.

Transcripts look like 3' UTRs: a Markov chain of first order makes them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.sequences.codes import decode, encode, reverse_complement
from mirsignal.sequences.composition import random_transcripts
from mirsignal.sites.seed_sites import SITE_TYPES, match_sites
from mirsignal.sites.surroundings import AU_FLANK, au_share

# Next-nucleotide probabilities (rows: A, C, G, U now) of 3,298 human 3' UTRs.
_TRANSITIONS = np.array(
    [
        [0.318, 0.175, 0.252, 0.255],
        [0.312, 0.284, 0.058, 0.346],
        [0.258, 0.219, 0.267, 0.256],
        [0.199, 0.191, 0.263, 0.347],
    ]
)
_AFFINITY = dict(zip(SITE_TYPES, (0.60, 0.35, 0.20, 0.06), strict=True))
_PLANTED_SHARE = dict(zip(SITE_TYPES, (0.3, 0.35, 0.2, 0.15), strict=True))
_STRETCH = slice(12, 18)  # miRNA nt 13-18 may pair beside the seed (Grimson 2007)


def plant_transcripts(
    prefix: str,
    lengths: NDArray[np.integer],
    mirnas: pd.DataFrame,
    sites_per_transcript: int,
    rng: np.random.Generator,
) -> tuple[dict[str, str], pd.DataFrame]:
    """Make transcripts with about `sites_per_transcript` planted sites (fewer if short).

    Sites keep 60 nt between them, so that each has a window of its own.
    """
    sequences, planted = {}, []
    drawn = random_transcripts(_TRANSITIONS, np.asarray(lengths), rng)
    for number, codes in enumerate(drawn, start=1):
        name = f"{prefix}{number:04d}.1"
        slots = np.arange(WINDOW, len(codes) - WINDOW, 60)
        wanted = min(rng.poisson(sites_per_transcript), len(slots))
        for end in rng.choice(slots, wanted, replace=False):
            mirna = mirnas.iloc[rng.integers(len(mirnas))]
            _plant_site(codes, int(end), mirna["sequence"], rng)
            planted.append((mirna["mirna"], name, int(end)))
        sequences[name] = decode(codes)
    return sequences, pd.DataFrame(planted, columns=["mirna", "transcript", "core_end"])


def _plant_site(
    codes: NDArray[np.uint8], end: int, mirna: str, rng: np.random.Generator
) -> None:
    """Write a site in place whose match to nt 2-7 ends before position `end`."""
    kinds = list(_PLANTED_SHARE)
    kind = kinds[rng.choice(len(kinds), p=list(_PLANTED_SHARE.values()))]
    codes[end - 6 : end] = encode(reverse_complement(mirna[1:7]))
    m8 = encode(reverse_complement(mirna[7]))[0]
    codes[end - 7] = m8 if kind in ("8mer", "7mer-m8") else (m8 + rng.integers(1, 4)) % 4
    codes[end] = 0 if kind in ("8mer", "7mer-A1") else rng.integers(1, 4)
    size = int(rng.choice([0, 3, 4, 5, 6], p=[0.3, 0.2, 0.2, 0.15, 0.15]))
    if size:
        stretch = encode(reverse_complement(mirna[_STRETCH][:size]))
        stop = end - 7 - int(rng.integers(3, 7))
        codes[stop - size : stop] = stretch


def annotate_sites(mirnas: pd.DataFrame, transcripts: dict[str, str]) -> pd.DataFrame:
    """Return all canonical sites, planted or by chance, with their affinity.

    The affinity starts from the site type, doubles with every third pair of the 3' part
    and rises with the share of A and U in the site and 30 nt on either side.
    """
    rows = []
    for transcript, sequence in transcripts.items():
        found = [
            (name, transcript, *site, supplementary_pairs(mirna, sequence, site[0]))
            for name, mirna in zip(mirnas["mirna"], mirnas["sequence"], strict=True)
            for site in match_sites(mirna, sequence)
        ]
        starts, ends = (np.array([row[at] for row in found]) for at in (2, 3))
        au = au_share(encode(sequence), starts - AU_FLANK, ends + AU_FLANK)
        rows += [(*row, share) for row, share in zip(found, au, strict=True)]
    columns = ["mirna", "transcript", "start", "end", "site_type", "paired_3p"]
    sites = pd.DataFrame(rows, columns=[*columns, "local_au"])
    sites["affinity"] = (
        sites["site_type"].map(_AFFINITY)
        * 2 ** (sites["paired_3p"] / 3)
        * np.exp(2 * (sites["local_au"] - 0.55))
    )
    return sites


def supplementary_pairs(mirna: str, sequence: str, start: int) -> int:
    """Return the longest run of pairs between miRNA nt 13-18 and the site's upstream.

    `start` is that of the site; up to 8 nt may be looped out on the target side.
    """
    stretch = reverse_complement(mirna[_STRETCH])
    upstream = sequence[max(start - 18, 0) : max(start - 1, 0)]
    for size in range(len(stretch), 2, -1):
        for offset in range(len(stretch) - size + 1):
            if stretch[offset : offset + size] in upstream:
                return size
    return 0
