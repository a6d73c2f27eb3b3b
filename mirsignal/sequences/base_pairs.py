"""Which nucleotides pair, and how: the one table of base pairs."""

from __future__ import annotations

import numpy as np

from mirsignal.sequences.codes import LETTERS

MISMATCH, GU, AU, GC = range(4)
"""Kinds of base pair, weakest first. A:U and G:C are Watson-Crick pairs, G:U a wobble."""

PAIR_KINDS = np.full((len(LETTERS), len(LETTERS)), MISMATCH, np.int8)
"""Kind of pair (5, 5) by the codes of both nucleotides. N pairs with nothing."""

for _letters, _kind in (("GU", GU), ("AU", AU), ("GC", GC)):
    _one, _other = map(LETTERS.index, _letters)
    PAIR_KINDS[_one, _other] = PAIR_KINDS[_other, _one] = _kind
