"""The table of mature miRNAs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files import read_table, refuse_duplicates
from mirsignal.names import check_mirna_name
from mirsignal.sequences import normalise, seed
from mirsignal.strands import ASSUMED, BLOCKED, NONE, TABLE, passenger_strand

SHORTEST, LONGEST = 15, 30
PASSENGER = ["passenger", "passenger_source", "passenger_share"]


def check_mirna(sequence: str) -> str:
    """Return a mature miRNA as upper-case RNA.

    Raises InputError when it is shorter than 15 or longer than 30 nt, or holds a letter
    other than A, C, G, U and T.
    """
    rna = normalise(sequence)
    if "N" in rna:
        raise InputError(f"miRNA {sequence!r} holds an unknown nucleotide")
    if not SHORTEST <= len(rna) <= LONGEST:
        raise InputError(
            f"miRNA {sequence!r} has {len(rna)} nt, outside {SHORTEST}-{LONGEST}"
        )
    return rna


def find_mirna(name: str, sequences: Mapping[str, str]) -> str:
    """Return the sequence of a miRNA, given by its name in `sequences` or in itself.

    Raises InputError for a name that is not there and what `check_mirna` refuses.
    """
    if name in sequences:
        return sequences[name]
    if set(name.upper()) <= set("ACGUTN"):
        return check_mirna(name)
    raise InputError(
        f"unknown miRNA {name!r}; this study has "
        f"{', '.join(list(sequences)[:5])}, ...; give its sequence"
    )


def read_mirnas(
    path: str | Path, columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Read miRNAs: mirna, sequence (RNA, 5' to 3'), seed (nt 2-8) and their passengers.

    `passenger` is the other strand of the duplex that was transfected: a sequence,
    `blocked` (an siRNA's, chemically blocked) or `none` (no duplex: read as missing).
    Where the table does not say, it is assumed to be that of an siRNA
    (`strands.passenger_strand`); `passenger_source` tells which of these it was.
    `passenger_share`, 0 to below 1, is how often the passenger is loaded instead of the
    miRNA; missing where the table does not give it.

    Raises InputError for names that cannot stand in a path, names or sequences given
    twice, shares that are none, and what `check_mirna` refuses, each with file and line.
    """
    names = {"mirna": "mirna", "sequence": "sequence"} | dict(columns or {})
    table = read_table(path, names)
    for column in ("passenger", "passenger_share"):
        if column not in table.columns:
            table[column] = None
    table = table[["mirna", "sequence", "passenger", "passenger_share"]]
    sequences, passengers = [], []
    for line, mirna, sequence, passenger, share in table.itertuples(name=None):
        where = f"{path}, line {line}"
        if not isinstance(mirna, str) or not isinstance(sequence, str):
            raise InputError(f"{where}: a name or sequence is missing; fill or remove it")
        try:
            check_mirna_name(mirna)
            sequences.append(check_mirna(sequence))
            passengers.append(_read_passenger(passenger, share, sequences[-1]))
        except InputError as error:
            raise InputError(f"{where}: {error}; correct or remove it") from None
    table["sequence"] = sequences
    read = pd.DataFrame(passengers, index=table.index, columns=PASSENGER)
    table = table.drop(columns=["passenger", "passenger_share"]).join(read)
    refuse_duplicates(table, "mirna", path)
    refuse_duplicates(table, "sequence", path)
    return table.assign(seed=table["sequence"].map(seed)).reset_index(drop=True)


def short_name(mirna: str) -> str:
    """Return miR-1296 of MIMAT0005794_MirBase_miR-1296_microRNA; others as they are."""
    return mirna.split("_")[2] if mirna.count("_") > 2 else mirna


def _read_passenger(
    passenger: str | None, share: str | None, mirna: str
) -> tuple[str | None, str, float]:
    """Return PASSENGER as the cells of a table give it (not str: an empty cell)."""
    number = _read_share(share) if isinstance(share, str) else np.nan
    if not isinstance(passenger, str):
        return passenger_strand(mirna), ASSUMED, number
    word = passenger.lower()
    if word == BLOCKED:
        return passenger_strand(mirna), BLOCKED, number
    if word != NONE:
        return check_mirna(passenger), TABLE, number
    if number > 0:
        raise InputError(f"passenger_share {share} of a miRNA without a passenger")
    return None, NONE, 0.0


def _read_share(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not 0 <= number < 1:
        raise InputError(f"passenger_share {text!r} is no number from 0 to below 1")
    return number


def plan_batches(mirnas: Sequence[str], size: int) -> dict[str, list[str]]:
    """Return the miRNAs that one scan job takes, at most `size`, by the batch's name.

    At size 1 a batch has the name of its miRNA, else batches are numbered in the order
    of `mirnas`.
    """
    if size == 1:
        return {mirna: [mirna] for mirna in mirnas}
    return {
        f"batch_{number:04d}": list(mirnas[at : at + size])
        for number, at in enumerate(range(0, len(mirnas), size))
    }
