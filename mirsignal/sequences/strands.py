"""The two strands of a transfected miRNA duplex, and which of them is loaded.

A miRNA is transfected as a duplex. Of its strands the guide (the miRNA) is meant to be
loaded into Argonaute, but the passenger may be as well and then represses the targets of
its own seed. The strand whose 5' end opens more easily is preferred (Khvorova 2003, Cell
115:209; Schwarz 2003, Cell 115:199). Mimics are made for it: mismatches at the 3' end of
the passenger open the 5' end of the guide. So the ends are measured on the duplex as it
is, with its mismatches, wobbles and overhangs.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.sequences.codes import reverse_complement

OVERHANG = "UU"
"""The 3' end of a passenger strand whose sequence is not known."""
END = 2
"""Nucleotides of a 5' end that open first. Of 1 to 5, with free energies of the ensemble
or of the best structure, this separated loaded from unloaded passengers best in
three experiments together (docs/repression.md)."""
GUIDE_LEAD, SCALE = 2.2, 1.1
"""kcal/mol: how much more easily the passenger's end has to open for both strands to be
loaded equally often, and what multiplies the odds by e. Fitted to the effects of
passenger sites beside those of guide sites in three experiments (`make
bench-passenger`)."""
LEAST = 0.05
"""Share at least of a passenger that is present and not blocked: what the ends do not
predict. A model learns a factor of the share, so data can raise it only from here."""
ASSUMED_FACTOR = 0.25
"""Of the share where the passenger is assumed, not known. With all of it an experiment
with designed mismatches is predicted worse than without any passenger, with a quarter no
worse (docs/repression.md)."""
BLOCKED_SHARE = 0.02
"""Share of a passenger that was chemically blocked, as by 5'-O-methylation (Chen 2008,
RNA 14:263). Assumed, not measured: what escapes the modification."""
WEAKEST = -7.5
"""kcal/mol: a strand that binds less is not taken as a passenger. Of 822 human pairs of a
5p and a 3p miRNA, 99% bind more strongly (miRBase 22)."""

TABLE, ASSUMED, NONE, BLOCKED = "table", "assumed", "none", "blocked"


class Duplex(NamedTuple):
    """Free energies of a duplex in kcal/mol."""

    binding: float
    """Of the two strands together, less those of each alone; lower binds better."""
    guide_end: float
    """What it takes to open the first END nt of the guide."""
    passenger_end: float
    """The same of the passenger."""


def passenger_strand(mirna: str) -> str:
    """Return the passenger of a duplex made like an siRNA (RNA, 5' to 3').

    It pairs with all of the miRNA but its last 2 nt, and has 2 nt beyond the duplex at
    its own 3' end.
    """
    return reverse_complement(mirna[: -len(OVERHANG)]) + OVERHANG


def measure_duplex(guide: str, passenger: str) -> Duplex:
    """Return the free energies of the duplex of two strands (RNA, 5' to 3').

    Of all structures of the two together (RNAcofold of ViennaRNA, Lorenz 2011, at 37
    degrees), and of those that leave the end of one strand unpaired. About 5 ms.
    `binding` is inf where nothing pairs.
    """
    import RNA

    def fold(opened: range) -> list[float]:
        both = RNA.fold_compound(f"{guide}&{passenger}")
        for nucleotide in opened:
            both.hc_add_up(nucleotide)
        return both.pf_dimer()[1:4]  # guide alone, passenger alone, the duplex

    alone, other, duplex = fold(range(0))
    if duplex >= _NO_DUPLEX:
        return Duplex(np.inf, 0.0, 0.0)
    first = len(guide) + 1
    guide_open, passenger_open = (
        fold(range(start, start + END))[2] for start in (1, first)
    )
    binding = duplex - alone - other
    return Duplex(binding, guide_open - duplex, passenger_open - duplex)


_NO_DUPLEX = 999.0  # what ViennaRNA gives where no pair can form


def passenger_loading(
    duplex: Duplex, lead: float = GUIDE_LEAD, scale: float = SCALE
) -> float:
    """Return the share of duplexes that load the passenger, 0 to 1.

    The odds fall by e for each `scale` that the passenger's end takes more to open than
    the guide's, of which the guide leads by `lead` (kcal/mol).
    """
    cost = duplex.passenger_end - duplex.guide_end + lead
    return float(1 / (1 + np.exp(cost / scale)))


def read_strands(path: str | Path) -> pd.DataFrame:
    """Read strands.tsv, what `load_strands` returned; a name such as 007 stays text."""
    words = dict.fromkeys(("mirna", "sequence", "passenger", "passenger_source"), str)
    return pd.read_csv(
        path, sep="\t", comment="#", dtype=words, keep_default_na=False, na_values=[""]
    )


def load_strands(mirnas: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """Return miRNAs (`mirnas.read_mirnas`) with the columns of strands.tsv.

    `passenger_share` is that of the table where it gives one. Each miRNA's strand, where
    it came from, and its share are logged.

    Raises InputError for a passenger that does not bind its guide and has no share;
    `path` is the table, for the message.
    """
    rows = [_load(row, path) for row in mirnas.itertuples()]
    columns = ["duplex_energy", "guide_end", "passenger_end"]
    found = pd.DataFrame(rows, columns=[*columns, "passenger_share", "share_source"])
    table = mirnas.reset_index(drop=True).assign(**found)
    for row in table.itertuples():
        strand = row.passenger if isinstance(row.passenger, str) else "-"
        log.info(
            "%s: passenger %s (%s), share %.3f (%s)",
            row.mirna,
            strand,
            row.passenger_source,
            row.passenger_share,
            row.share_source,
        )
    return table


def _load(row, path: str | Path) -> tuple[float, float, float, float, str]:
    nothing = (np.nan, np.nan, np.nan)
    if row.passenger_source == NONE:
        return *nothing, 0.0, NONE
    if pd.notna(row.passenger_share):
        return *nothing, float(row.passenger_share), TABLE
    if row.passenger_source == BLOCKED:
        return *nothing, BLOCKED_SHARE, BLOCKED
    duplex = measure_duplex(row.sequence, row.passenger)
    if duplex.binding > WEAKEST:
        raise InputError(
            f"{path}: the passenger {row.passenger} of {row.mirna} does not pair with it "
            f"(binding {duplex.binding:.1f} kcal/mol, {WEAKEST} at most); give it 5' to "
            "3', `none` in its place, or a passenger_share"
        )
    factor = ASSUMED_FACTOR if row.passenger_source == ASSUMED else 1
    return *duplex, max(passenger_loading(duplex) * factor, LEAST), "ends"
