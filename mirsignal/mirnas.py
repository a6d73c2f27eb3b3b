"""The table of mature miRNAs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files import read_table, refuse_duplicates
from mirsignal.names import check_mirna_name
from mirsignal.sequences import normalise, seed
from mirsignal.strands import passenger_strand

SHORTEST, LONGEST = 15, 30


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
    """Read miRNAs: mirna, sequence (RNA, 5' to 3'), seed (nt 2-8) and passenger.

    `passenger` is the other strand of the duplex that was transfected. Where the table
    does not give it, it is that of an siRNA (`strands.passenger_strand`).

    Raises InputError for names that cannot stand in a path, names or sequences given
    twice, and what `check_mirna` refuses, each with file and line.
    """
    names = {"mirna": "mirna", "sequence": "sequence"} | dict(columns or {})
    table = read_table(path, names)
    if "passenger" not in table.columns:
        table["passenger"] = None
    table = table[["mirna", "sequence", "passenger"]]
    sequences, passengers = [], []
    for line, mirna, sequence, passenger in table.itertuples(name=None):
        where = f"{path}, line {line}"
        if not isinstance(mirna, str) or not isinstance(sequence, str):
            raise InputError(f"{where}: a name or sequence is missing; fill or remove it")
        try:
            check_mirna_name(mirna)
            sequences.append(check_mirna(sequence))
            known = isinstance(passenger, str)
            passengers.append(
                check_mirna(passenger) if known else passenger_strand(sequences[-1])
            )
        except InputError as error:
            raise InputError(f"{where}: {error}; correct or remove it") from None
    table["sequence"], table["passenger"] = sequences, passengers
    refuse_duplicates(table, "mirna", path)
    refuse_duplicates(table, "sequence", path)
    return table.assign(seed=table["sequence"].map(seed)).reset_index(drop=True)


def short_name(mirna: str) -> str:
    """Return miR-1296 of MIMAT0005794_MirBase_miR-1296_microRNA; others as they are."""
    return mirna.split("_")[2] if mirna.count("_") > 2 else mirna


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
