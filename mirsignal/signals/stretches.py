"""Values of stretches of transcripts, along them: conserved sites, peaks of proteins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.files.identifiers import find_ids
from mirsignal.sites.context import SiteContext

SITE_NT = 7
"""Nucleotides, from the start of a site on, along which a value of it stands."""


class Stretches:
    """Stretches of transcripts, each of a kind: of a seed, or of a protein.

    `table` has transcript, kind, start, end (0-based, half open) and, by name, what is
    said of a stretch.
    """

    def __init__(self, table: pd.DataFrame):
        table = table.reset_index(drop=True)
        self._rows = table.groupby("transcript").indices
        self._columns = {name: table[name].to_numpy() for name in table.columns}

    def along(
        self, name: str, transcript: str, kind: str, length: int
    ) -> NDArray[np.float32]:
        """Return the highest value (L,) of stretches of this kind, 0 without one."""
        values = np.zeros(length, np.float32)
        for row in self._rows.get(transcript, ()):
            if self._columns["kind"][row] == kind:
                covered = values[self._columns["start"][row] : self._columns["end"][row]]
                np.fmax(covered, self._columns[name][row], out=covered)
        return values

    def count(self, transcript: str, length: int) -> NDArray[np.float32]:
        """Return of how many kinds a stretch covers each nucleotide (L,)."""
        rows = self._rows.get(transcript, np.zeros(0, int))
        values = np.zeros(length, np.float32)
        kinds = self._columns["kind"][rows]
        for kind in np.unique(kinds):
            covered = np.zeros(length, bool)
            for row in rows[kinds == kind]:
                covered[self._columns["start"][row] : self._columns["end"][row]] = True
            values += covered
        return values


def conserved_stretches(
    context: SiteContext, seeds: Iterable[str], sequences: Mapping[str, str]
) -> Stretches:
    """Return the conserved sites of these seeds (RNA) in `sequences`, RNA by transcript.

    There are none of transcripts with other nucleotides there; raises InputError as
    `SiteContext.fitting`.
    """
    sites = context.fitting(sequences).conserved
    assert sites is not None
    ours = sites[sites["seed"].isin(set(seeds))]
    names = find_ids(sequences, ours["transcript"].unique())
    by_theirs = pd.Series({theirs: name for name, theirs in names.items()}, dtype="str")
    return Stretches(
        ours.assign(
            transcript=ours["transcript"].map(by_theirs),
            kind=ours["seed"],
            end=ours["start"] + SITE_NT,
        )
    )


def protein_stretches(peaks: pd.DataFrame, flank: int = 0) -> Stretches:
    """Return peaks of `proteins.read_peaks`, or places of `motifs.find_motifs`, with
    `flank` nucleotides on either side of each."""
    start, end = (peaks["start"] - flank).clip(lower=0), peaks["end"] + flank
    return Stretches(
        peaks.assign(kind=peaks["protein"], start=start, end=end, present=1.0)
    )
