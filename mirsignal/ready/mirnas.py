"""The miRNAs that are predicted: named or given, some of them at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.text import read_text
from mirsignal.sequences.catalogue import resolve_all
from mirsignal.sequences.mirnas import PASSENGER, read_mirnas
from mirsignal.sequences.strands import ASSUMED, NONE, load_strands, passenger_strand

BATCH = 25
"""miRNAs whose sites are held in memory at once."""
_REMARK = re.compile(r"\s+#.*$")
_TITLES = (
    *("mirna", "mirnas", "mirna name", "mirna_name", "mirna id", "name", "id", "x"),
    *("sequence", "sequences", "mirna_sequence"),
)
"""What the first line of a list of names may call it."""


def choose_mirnas(
    names: Iterable[str],
    table: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    species: str | None = None,
    setting: str = "--mirnas",
    guide_alone: bool = True,
) -> pd.DataFrame:
    """Return miRNAs asked for by name or sequence, and those of a table, FASTA or list.

    The one name `all` means every human miRNA of the catalogue. A miRNA asked for by name
    and in the table is that of the table. Passengers that the table
    (`read_mirnas`, with `columns`, `species` and `setting`) does not give are taken not
    to be loaded; or, without `guide_alone`, to be those of siRNAs. Raises InputError as
    `catalogue.resolve` and `read_mirnas` do, and for none at all.
    """
    listed = _read_names(table) if table else []
    asked = resolve_all(names)
    if listed:
        try:
            asked = pd.concat([asked, resolve_all(listed)], ignore_index=True)
        except InputError as error:
            raise InputError(f"{table}: {error}") from None
        table = None
    strands = [passenger_strand(text) for text in asked["sequence"]]
    parts = [asked.assign(passenger=strands, passenger_source=ASSUMED)]
    if table:
        given = read_mirnas(table, columns, species, setting)
        parts = [part[~part["sequence"].isin(given["sequence"])] for part in parts]
        parts.append(given)
    parts = [part for part in parts if len(part)]
    if not parts:
        raise InputError("no miRNA is asked for; give names, sequences or a table")
    joined = pd.concat(parts, ignore_index=True).drop_duplicates("sequence")
    twice = joined["mirna"][joined["mirna"].duplicated()]
    if len(twice):
        raise InputError(f"miRNA {twice.iloc[0]!r} is asked for with two sequences")
    joined = joined.reindex(columns=["mirna", "sequence", *PASSENGER])
    if guide_alone:
        assumed = joined["passenger_source"] == ASSUMED
        alone = assumed & joined["passenger_share"].isna()
        joined.loc[alone, PASSENGER] = [None, NONE, 0.0]
    return load_strands(joined.reset_index(drop=True), table or "--mirna")


def _read_names(path: str | Path) -> list[str]:
    """Return the names that a file lists, one a line; none of a table or FASTA."""
    lines = [line.strip() for line in read_text(path).split("\n")]
    names = [_REMARK.sub("", line).strip(',; "') for line in lines]
    names = [name for name in names if name and not name.startswith("#")]
    if names and names[0].lower() in _TITLES:
        names = names[1:]
    if any(name.startswith(">") or re.search(r"[\s,;]", name) for name in names):
        return []
    return list(dict.fromkeys(names))


def choose_part(mirnas: pd.DataFrame, number: int, of: int) -> pd.DataFrame:
    """Return part `number` (0 ...) of miRNAs; InputError if a part would be empty."""
    if of > len(mirnas):
        raise InputError(
            f"{of} batches of {len(mirnas)} miRNAs leave some empty; set `batches` to "
            f"{len(mirnas)} or fewer"
        )
    first, last = (len(mirnas) * at // of for at in (number, number + 1))
    return mirnas.iloc[first:last].reset_index(drop=True)
