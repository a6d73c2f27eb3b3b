"""Windows of 3' UTRs that a network learns from besides labelled pairs.

A teacher (`teacher`) labels them with its logit, and RNAduplex of ViennaRNA with the free
energy of the duplex by the nearest-neighbour model, for any number of miRNAs.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.samples.clusters import kmer_keys
from mirsignal.sequences.codes import (
    UNKNOWN,
    decode_many,
    encode_many,
    reverse_complement,
)
from mirsignal.sites.seed_sites import join

_SITE = 6  # nt 2-7 of the miRNA


def draw_windows(
    mirnas: pd.DataFrame,
    sequences: list[str],
    n_windows: int,
    at_sites: float,
    seed: int,
) -> pd.DataFrame:
    """Return windows (mirna_sequence, target) of 3' UTRs to be labelled.

    `mirnas` has sequence; each window gets one of them. A share `at_sites` lies around
    matches to miRNA nt 2-7, the match up to a quarter of the window from the middle, and
    the rest anywhere. Windows that reach beyond a transcript hold N.
    """
    rng = np.random.default_rng(seed)
    codes = join(sequences).codes
    words = kmer_keys(codes[None], _SITE)[0]
    order = np.argsort(words, kind="stable")
    chosen = rng.integers(0, len(mirnas), n_windows)
    sites = [reverse_complement(text[1 : 1 + _SITE]) for text in mirnas["sequence"]]
    wanted = kmer_keys(encode_many(sites, _SITE), _SITE)[chosen, 0]
    first, stop = (
        np.searchsorted(words, wanted, side, sorter=order) for side in ("left", "right")
    )
    picked = first + (rng.random(n_windows) * (stop - first)).astype(int)
    shifts = rng.integers(-WINDOW // 4, WINDOW // 4 + 1, n_windows)
    of_site = order[np.minimum(picked, len(order) - 1)] + _SITE // 2 + shifts
    anywhere = rng.choice(np.flatnonzero(codes != UNKNOWN), n_windows)
    has_site = (rng.random(n_windows) < at_sites) & (stop > first)
    starts = np.where(has_site, of_site, anywhere) - WINDOW // 2
    windows = decode_many(codes[starts[:, None] + np.arange(WINDOW)])
    sequence = mirnas["sequence"].to_numpy()[chosen]
    return pd.DataFrame({"mirna_sequence": sequence, "target": windows})


def duplex_energies(mirnas: Iterable[str], targets: Iterable[str]) -> NDArray[np.float64]:
    """Return minus the free energy (kcal/mol, N) of the best duplex of each pair.

    As RNAduplex of ViennaRNA (Lorenz 2011) gives it at 37 degrees, with default
    parameters; 0 where the strands cannot pair.
    """
    import RNA

    energies = [
        RNA.duplexfold(*pair).energy for pair in zip(mirnas, targets, strict=True)
    ]
    return np.maximum(-np.array(energies), 0.0)
