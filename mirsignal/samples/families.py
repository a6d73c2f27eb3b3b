"""Pairs without the miRNA families of data sets, so that these are new to a network."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.atomic import read_tsv
from mirsignal.logs import log
from mirsignal.sequences.codes import seed_region


def without_families(pairs: pd.DataFrame, strands: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `pairs` (mirna_sequence) whose seed (nt 2-8) none of `strands`
    has (sequence, and passenger where it is known)."""
    known = pd.concat([strands["sequence"], strands["passenger"].dropna()])
    return pairs[~pairs["mirna_sequence"].map(seed_region).isin(known.map(seed_region))]


def leave_families_out(
    tables: Iterable[pd.DataFrame], paths: Iterable[str | Path]
) -> list[pd.DataFrame]:
    """Return `tables` of pairs without the families in `paths`, strands.tsv of data sets.

    Raises InputError where nothing is left to train on, or to choose the epoch by.
    """
    strands = pd.concat(map(read_tsv, paths), ignore_index=True)
    left = []
    for table in tables:
        kept = without_families(table, strands)
        n = f"{len(table) - len(kept):,} of {len(table):,}"
        log.info("%s pairs are of the data sets' families and are left out", n)
        short = kept.empty
        if "label" in table:
            by_split = kept.groupby("split")["label"].nunique()
            short = bool((by_split.reindex(["train", "validation"]).fillna(0) < 2).any())
        if short:
            raise InputError(
                f"{n} pairs are of the data sets' families, too many to leave them out; "
                "set `blind` of the binding recipe to false, or give other pairs"
            )
        left.append(kept)
    return left
