"""The two strands of a transfected miRNA duplex, and which of them is loaded.

A miRNA is transfected as a duplex. Of its strands the guide (the miRNA) is meant to be
loaded into Argonaute, but the passenger may be as well and then represses the targets of
its own seed. The strand whose 5' end is paired less stably is preferred (Khvorova 2003,
Cell 115:209; Schwarz 2003, Cell 115:199).
"""

from __future__ import annotations

import numpy as np

from mirsignal.sequences import reverse_complement

OVERHANG = "UU"
"""The 3' end of a passenger strand whose sequence is not known."""
END = 3
"""Base pairs of a duplex end whose stability counts."""
RT = 0.616
"""kcal/mol at 37 degrees Celsius."""
TERMINAL_AU = 0.45
_STACKS = {
    **{"AA": -0.93, "UU": -0.93, "AU": -1.10, "UA": -1.33, "CU": -2.08, "AG": -2.08},
    **{"CA": -2.11, "UG": -2.11, "GU": -2.24, "AC": -2.24, "GA": -2.35, "UC": -2.35},
    **{"CG": -2.36, "GG": -3.26, "CC": -3.26, "GC": -3.42},
}
"""Stacking energies of Watson-Crick pairs in kcal/mol (Xia 1998, Biochemistry 37:14719,
Table 4), by the nucleotides of one strand, 5' to 3'."""


def passenger_strand(mirna: str) -> str:
    """Return the passenger of a duplex made like an siRNA (RNA, 5' to 3').

    It pairs with all of the miRNA but its last 2 nt, and has 2 nt beyond the duplex at
    its own 3' end.
    """
    return reverse_complement(mirna[: -len(OVERHANG)]) + OVERHANG


def end_stability(strand: str) -> float:
    """Return the free energy (kcal/mol) of the pairs at the 5' end of a strand."""
    stacks = sum(_STACKS[strand[at : at + 2]] for at in range(END - 1))
    return stacks + (TERMINAL_AU if strand[0] in "AU" else 0.0)


def passenger_loading(mirna: str, passenger: str) -> float:
    """Return the share of duplexes whose passenger is loaded, 0 to 1.

    A Boltzmann weight of the difference in free energy between the 5' ends.
    """
    difference = end_stability(mirna) - end_stability(passenger)
    return float(1 / (1 + np.exp(difference / RT)))
