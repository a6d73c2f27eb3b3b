"""The mature miRNAs of a study, from a table or from miRBase's FASTA."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.names import check_mirna_name
from mirsignal.files.tables import (
    name_columns,
    optional_column,
    read_table,
    refuse_duplicates,
)
from mirsignal.files.text import read_text
from mirsignal.logs import log
from mirsignal.sequences.codes import normalise, seed_region
from mirsignal.sequences.fasta import read_fasta
from mirsignal.sequences.strands import ASSUMED, BLOCKED, NONE, TABLE, passenger_strand

SHORTEST, LONGEST = 15, 30
PASSENGER = ["passenger", "passenger_source", "passenger_share"]
COLUMNS = {name: name for name in ("mirna", "sequence", "passenger", "passenger_share")}
SETTING = "inputs: mirnas"
_STAR = "-star"  # in the place of *, which no path can have
_SPECIES = re.compile(  # hsa-miR-21-5p, ath-miR156a; Hsa-Mir-21_5p of MirGeneDB
    r"^([a-z][a-z0-9]{2,7})-(?:mir|let|lin|lsy|bantam|iab)", re.IGNORECASE
)


def plain_letters(sequence: str) -> str:
    """Return a sequence without what suppliers write around and into it: ends (5'-, -3'),
    blanks, and d, r or m before a nucleotide of DNA, RNA or 2'-O-methyl RNA (dTdT)."""
    sequence = re.sub(r"^5['\u2019\u2032]?-|-3['\u2019\u2032]?$|\s", "", sequence.strip())
    return re.sub(r"[drm](?=[ACGUT])", "", sequence)


def check_mirna(sequence: str) -> str:
    """Return a mature miRNA as upper-case RNA.

    Raises InputError when it is shorter than 15 or longer than 30 nt, or holds a letter
    other than A, C, G, U and T.
    """
    rna = normalise(plain_letters(sequence))
    if "N" in rna:
        raise InputError(f"miRNA {sequence!r} holds an unknown nucleotide")
    if not SHORTEST <= len(rna) <= LONGEST:
        hairpin = " (a hairpin? give the mature miRNA)" if len(rna) > LONGEST else ""
        raise InputError(
            f"miRNA {sequence!r} has {len(rna)} nt, outside {SHORTEST}-{LONGEST}{hairpin}"
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
    path: str | Path,
    columns: Mapping[str, str] | None = None,
    species: str | None = None,
    setting: str = SETTING,
    where: Mapping[str, str | int] | None = None,
) -> pd.DataFrame:
    """Read miRNAs: mirna, sequence (RNA, 5' to 3'), seed (nt 2-8), passengers, aliases.

    The file is a table, or a FASTA such as miRBase's mature.fa. Of several species only
    that whose names start with `species` (hsa) are kept; of a table the rows that `where`
    (column in the file -> value) names. A sequence with several names (miR-199a-3p and
    miR-199b-3p) is one miRNA, of the first name; `aliases` are the others, joined by ",".

    `passenger` is the other strand of the duplex that was transfected: a sequence,
    `blocked` (an siRNA's, chemically blocked) or `none` (no duplex: read as missing).
    Where the table does not say, it is assumed to be that of an siRNA
    (`strands.passenger_strand`); `passenger_source` says which of these it was.
    `passenger_share`, 0 to below 1, is how often the passenger is loaded instead of the
    miRNA; missing where the table does not give it.

    Raises InputError for a FASTA of several species without `species`, names that cannot
    stand in a path, a name given twice, shares that are none, and what `check_mirna`
    refuses, each with file and line. `setting` is the part of the config that names the
    file, for messages.
    """
    is_fasta = read_text(path).lstrip().startswith(">")
    table = _read_fasta(path) if is_fasta else _read_table(path, columns, setting, where)
    table = _keep_species(table, species, is_fasta, path, setting)
    if (starred := table["mirna"].str.contains("*", regex=False, na=False)).any():
        log.info("%s: * in names is written -star; tables may have either", path)
        names = table["mirna"].str.replace("*", _STAR, regex=False)
        table["mirna"] = table["mirna"].mask(starred, names)
    sequences, passengers = [], []
    for place, mirna, sequence, passenger, share in zip(
        table["place"], *(table[name] for name in COLUMNS), strict=True
    ):
        at = f"{path}, {place}"
        if not isinstance(mirna, str) or not isinstance(sequence, str):
            raise InputError(f"{at}: a name or sequence is missing; fill or remove it")
        try:
            check_mirna_name(mirna)
            sequences.append(check_mirna(sequence))
            passengers.append(_read_passenger(passenger, share, sequences[-1]))
        except InputError as error:
            raise InputError(f"{at}: {error}; correct or remove it") from None
    table["sequence"] = sequences
    read = pd.DataFrame(passengers, index=table.index, columns=PASSENGER)
    table = table.drop(columns=["passenger", "passenger_share"]).join(read)
    table = table.drop_duplicates(["mirna", "sequence", "passenger", "passenger_share"])
    refuse_duplicates(table, "mirna", path)
    _compare_with_catalogue(table, path)
    table = _join_names(table.drop(columns="place"))
    return table.assign(seed=table["sequence"].map(seed_region)).reset_index(drop=True)


def _compare_with_catalogue(table: pd.DataFrame, path: str | Path) -> None:
    """Warn of a human miRNA with another seed than miRBase has; InputError for one that
    is written 3' to 5'."""
    from mirsignal.sequences.catalogue import read_catalogue

    known = read_catalogue().set_index("mirna")["sequence"]
    ours = table[table["mirna"].isin(known.index)]
    for place, mirna, sequence in zip(
        ours["place"], ours["mirna"], ours["sequence"], strict=True
    ):
        if sequence[::-1] == known[mirna] != sequence:
            raise InputError(
                f"{path}, {place}: {mirna} is written from 3' to 5'; reverse it"
            )
        if seed_region(sequence) != seed_region(known[mirna]):
            log.warning(
                "%s, %s: %s has another seed than in miRBase (%s); is it another miRNA?",
                *(path, place, mirna, known[mirna]),
            )


def short_name(name: str) -> str:
    """Return miR-1296 of MIMAT0005794_MirBase_miR-1296_microRNA; others as they are."""
    return name.split("_")[2] if name.count("_") > 2 else name


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
        try:
            return check_mirna(passenger), TABLE, number
        except InputError as error:
            raise InputError(
                f"the passenger is no sequence, `none` or `blocked`: {error}"
            ) from None
    if number > 0:
        raise InputError(f"passenger_share {share} of a miRNA without a passenger")
    return None, NONE, 0.0


def _read_share(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = np.nan
    if not 0 <= number < 1:
        raise InputError(f"passenger_share {text!r} is no number from 0 to below 1")
    return number


def _read_table(
    path: str | Path,
    columns: Mapping[str, str] | None,
    setting: str,
    where: Mapping[str, str | int] | None,
) -> pd.DataFrame:
    """Return COLUMNS (the last two NaN where not given) and place."""
    is_input = setting.startswith("inputs")
    key = f"{setting}: columns" if is_input else f"{setting}: mirna_columns"
    names = name_columns(COLUMNS, columns, key)
    optional = [name for name in PASSENGER if name in names]
    for name in set(optional) - set(columns or {}):
        del names[name]
    table = read_table(path, names, setting=key, row_names="mirna", where=where)
    for name in set(optional) - set(table.columns):
        called = optional_column(table, name)
        table[name] = table[called] if called else None
    table["place"] = [f"line {line}" for line in table.index]
    return table[[*COLUMNS, "place"]]


def _read_fasta(path: str | Path) -> pd.DataFrame:
    """Return the same of a FASTA, which has no columns."""
    table = pd.DataFrame(list(read_fasta(path)), columns=["mirna", "sequence"])
    places = [f"record {name!r}" for name in table["mirna"]]
    return table.assign(passenger=None, passenger_share=None, place=places)


def _keep_species(
    table: pd.DataFrame,
    species: str | None,
    is_fasta: bool,
    path: str | Path,
    setting: str,
) -> pd.DataFrame:
    """Return the miRNAs of one species; without `species`, refuse a FASTA of several."""
    prefixes = table["mirna"].str.extract(_SPECIES, expand=False)
    counts = prefixes.value_counts()
    found = ", ".join(f"{name} {n:,}" for name, n in counts.iloc[:6].items())
    if species is None:
        if is_fasta and len(counts) > 1:
            remedy = (
                f"choose one in the config, as {setting}: {{species: {counts.index[0]}}}"
            )
            if setting.startswith("--"):
                remedy = f"keep the records of one, such as {counts.index[0]}"
            raise InputError(
                f"{path}: miRNAs of {len(counts)} species ({found}, ...); {remedy}"
            )
        if len(counts) > 1:
            log.warning(
                "%s: miRNAs of %d species (%s); for one alone: %s: {species: %s}",
                path,
                len(counts),
                found,
                setting,
                counts.index[0],
            )
        return table
    names = table["mirna"].str.lower()
    kept = table[names.str.startswith(f"{species.lower()}-", na=False)].copy()
    if kept.empty:
        raise InputError(
            f"{path}: no miRNA is called {species}-... (it has: {found or 'no prefix'}); "
            f"correct {setting}: species"
        )
    return kept


def _join_names(table: pd.DataFrame) -> pd.DataFrame:
    """Keep each sequence once, with its other names in `aliases`."""
    by_sequence = table.groupby("sequence")["mirna"]
    table = table.assign(first=by_sequence.transform("first"))
    others = table[table["mirna"] != table["first"]]
    by_name = table.set_index("mirna")[PASSENGER].fillna("")
    for mirna, first in zip(others["mirna"], others["first"], strict=True):
        log.info("%s has the sequence of %s and is scanned as that", mirna, first)
        if not by_name.loc[mirna].equals(by_name.loc[first]):
            log.warning(
                "%s has another passenger than %s, whose is taken for both", mirna, first
            )
    aliases = others.groupby("first")["mirna"].agg(",".join)
    kept = table[table["mirna"] == table["first"]].drop(columns="first")
    return kept.assign(aliases=kept["mirna"].map(aliases).fillna(""))


def scan_names(mirnas: pd.DataFrame) -> dict[str, str]:
    """Return the name under which each miRNA is scanned, by all of its names; of those
    that were written with * (miR-21*), by that spelling too.

    `mirnas` is what `read_mirnas` returns (without `aliases`, each has one name).
    """
    names = {name: name for name in mirnas["mirna"]}
    if "aliases" in mirnas:
        for name, aliases in zip(mirnas["mirna"], mirnas["aliases"], strict=True):
            names |= {alias: name for alias in aliases.split(",") if alias}
    starred = {n.replace(_STAR, "*"): name for n, name in names.items() if _STAR in n}
    return names | starred


def sequences_by_name(mirnas: pd.DataFrame) -> dict[str, str]:
    """Return the sequence of each miRNA by all of its names."""
    sequences = dict(zip(mirnas["mirna"], mirnas["sequence"], strict=True))
    return {name: sequences[first] for name, first in scan_names(mirnas).items()}


def plan_batches(names: Sequence[str], size: int) -> dict[str, list[str]]:
    """Return the miRNAs that one scan job takes, at most `size`, by the batch's name.

    At size 1 a batch has the name of its miRNA, else batches are numbered in the order
    of `names`.
    """
    if size == 1:
        return {name: [name] for name in names}
    return {
        f"batch_{number:04d}": list(names[at : at + size])
        for number, at in enumerate(range(0, len(names), size))
    }
