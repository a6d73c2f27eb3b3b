"""The pairing matrix of a target window and a miRNA (as in miRBind, Klimentova 2022).

Cell (w, m) tells whether target nucleotide w can pair with miRNA nucleotide m. Both run
5' to 3', so that an antiparallel duplex lies on an anti-diagonal. N pairs with nothing,
and so does the padding of a short miRNA.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_A, _C, _G, _U, _N = range(5)
_WATSON_CRICK = [(_A, _U), (_U, _A), (_C, _G), (_G, _C)]
_WOBBLE = [(_G, _U), (_U, _G)]


def _channel(pairs: list[tuple[int, int]]) -> NDArray[np.float32]:
    channel = np.zeros((5, 5), dtype=np.float32)
    for target, mirna in pairs:
        channel[target, mirna] = 1.0
    return channel


ENCODINGS: dict[str, NDArray[np.float32]] = {
    "wc": np.stack([_channel(_WATSON_CRICK)], axis=-1),
    "wc_gu": np.stack([_channel(_WATSON_CRICK), _channel(_WOBBLE)], axis=-1),
}
"""Pair values (target code 5, miRNA code 5, C) by encoding name."""


def pair_matrix(
    targets: NDArray[np.uint8], mirnas: NDArray[np.uint8], encoding: str = "wc_gu"
) -> NDArray[np.float32]:
    """Return pairing matrices (N, W, M, C) of codes (N, W) and (N, M)."""
    return ENCODINGS[encoding][targets[:, :, None], mirnas[:, None, :]]


def mirna_columns(mirna: NDArray[np.uint8], encoding: str) -> NDArray[np.float32]:
    """Return the row (M, C) that each target code (5) gets with one miRNA: (5, M, C)."""
    return ENCODINGS[encoding][:, mirna]
