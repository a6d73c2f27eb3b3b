"""The pairing matrix of a target window and a miRNA (as in miRBind, Klimentova 2022).

Cell (w, m) says whether target nucleotide w can pair with miRNA nucleotide m. Both run
5' to 3', so that an antiparallel duplex lies on an anti-diagonal. N pairs with nothing,
and so does the padding of a short miRNA.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirsignal.sequences.codes import AU, GC, GU, LETTERS, PAIR_KINDS, UNKNOWN

_AU, _GC, _GU = (np.equal(PAIR_KINDS, kind) for kind in (AU, GC, GU))
_TARGET_A = np.zeros(PAIR_KINDS.shape, bool)
_TARGET_A[LETTERS.index("A"), :UNKNOWN] = True
_EACH = np.zeros((UNKNOWN**2, *PAIR_KINDS.shape), bool)
_EACH[:, :UNKNOWN, :UNKNOWN] = np.eye(UNKNOWN**2).reshape(-1, UNKNOWN, UNKNOWN)


def _channels(*masks: NDArray[np.bool_]) -> NDArray[np.float32]:
    return np.stack(masks, axis=-1).astype(np.float32)


ENCODINGS: dict[str, NDArray[np.float32]] = {
    "wc": _channels(_AU | _GC),
    "wc_gu": _channels(_AU | _GC, _GU),
    "au_gc_gu": _channels(_AU, _GC, _GU),
    "au_gc_gu_a": _channels(_AU, _GC, _GU, _TARGET_A),
    "onehot": _channels(*_EACH),
}
"""Pair values (target code 5, miRNA code 5, C) by encoding name.

wc and wc_gu: Watson-Crick pairs, G:U wobbles. au_gc_gu: each kind of pair in a channel of
its own, since a G:C pair binds more strongly than an A:U pair. au_gc_gu_a: also whether
the target nucleotide is A, whatever the miRNA's, so that an A opposite nt 1 (Lewis 2005)
and A-rich flanks can be seen. onehot: each of the 16 combinations.
"""


def watson_crick_channels(encoding: str) -> list[int]:
    """Return the channels that hold Watson-Crick pairs and nothing else."""
    table = ENCODINGS[encoding]
    others = ENCODINGS["wc"][:, :, 0] == 0
    return [c for c in range(table.shape[2]) if not table[others, c].any()]


def pair_matrix(
    targets: NDArray[np.uint8], mirnas: NDArray[np.uint8], encoding: str = "wc_gu"
) -> NDArray[np.float32]:
    """Return pairing matrices (N, W, M, C) of codes (N, W) and (N, M)."""
    return ENCODINGS[encoding][targets[:, :, None], mirnas[:, None, :]]


def mirna_columns(mirna: NDArray[np.uint8], encoding: str) -> NDArray[np.float32]:
    """Return the row (M, C) that each target code (5) gets with one miRNA: (5, M, C)."""
    return ENCODINGS[encoding][:, mirna]
