"""Positive pairs: 50-nt targets of 20-nt miRNA drivers from CLASH chimeras.

Two sources are read: a chimera table in the layout of Helwak 2013, data S1, with the
FASTA of its transcripts, or a table of ready pairs (miRBind and miRBench layouts).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from mirsignal.axes import CENTRE, MIRNA_LENGTH, WINDOW
from mirsignal.errors import InputError
from mirsignal.files import read_table, to_number
from mirsignal.mirnas import check_mirna
from mirsignal.sequences import Transcripts, normalise, seed

COLUMNS = ["mirna", "mirna_name", "family", "target", "gene", "transcript", "start"]
"""Columns of a positive: sequences as RNA, start 0-based (-1 where not known)."""

_CLASH = {
    "mirna_name": "microRNA_name",
    "mirna": "miRNA_seq",
    "transcript": "mRNA_name",
    "start": "mRNA_start",
    "end": "mRNA_end_extended",
}
_OPTIONAL_PAIR_COLUMNS = {
    "mirna_name": ("miRNA_name", "noncodingRNA_name"),
    "family": ("noncodingRNA_fam", "family"),
    "gene_name": ("gene_name",),
}


def window_start(start: int, end_extended: int, length: int) -> int:
    """Return the 0-based start of the 50-nt target window of a chimera.

    `start` and `end_extended` are the table's 1-based, inclusive coordinates. The window
    is centred on their middle and shifted inwards at the ends of a transcript of
    `length` nt. Raises InputError when the chimera lies outside the transcript or the
    transcript is shorter than a window.
    """
    if not 1 <= start <= end_extended:
        raise InputError("its start is below 1 or after its end")
    if end_extended > length:
        raise InputError("beyond the end of its transcript")
    if length < WINDOW:
        raise InputError("transcript shorter than 50 nt")
    centre = (start - 1) + (end_extended - (start - 1)) // 2
    return min(max(centre - CENTRE, 0), length - WINDOW)


def read_clash_table(
    path: str | Path, transcripts: Transcripts
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read a Helwak-layout table; return positives (COLUMNS) and counts by reason.

    A row whose transcript is absent, or which lies beyond its end, is skipped and
    counted; so are targets with N. The gene is the part of `mRNA_name` before the first
    '_' (ENSG..._ENST..._symbol_mRNA).

    Raises InputError for a missing column, a coordinate that is no whole number and an
    impossible miRNA, with the line.
    """
    table = read_table(path, _CLASH)
    for column in ("start", "end"):
        table[column] = to_number(table, column, path)
    counts: Counter[str] = Counter(rows=len(table))
    broken = table.index[table[["start", "end"]].mod(1).gt(0).any(axis=1)]
    if len(broken):
        raise InputError(f"{path}, line {broken[0]}: a coordinate is no whole number")
    rows = []
    for line, row in table.iterrows():
        if row[list(_CLASH)].isna().any():
            counts["skipped: a cell is missing"] += 1
            continue
        mirna = _driver(row["mirna"], f"{path}, line {line}")
        name = row["transcript"]
        if name not in transcripts:
            counts["skipped: transcript not in the FASTA"] += 1
            continue
        try:
            start = window_start(
                int(row["start"]), int(row["end"]), transcripts.length(name)
            )
        except InputError as error:
            counts[f"skipped: {error}"] += 1
            continue
        target = normalise(transcripts[name][start : start + WINDOW])
        gene = name.split("_")[0]
        rows.append((mirna, row["mirna_name"], seed(mirna), target, gene, name, start))
    return _clean(pd.DataFrame(rows, columns=COLUMNS), counts, path)


def read_pairs(
    path: str | Path, columns: Mapping[str, str] | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the positives of a table of ready pairs; return them and counts.

    The miRNA is in `miRNA` or `noncodingRNA`, the target window in `gene`; rows whose
    `label` is not 1 are left out. A gene name (`gene_name`; its part before the first
    '_') and a family are taken where present; else the window stands for its gene, and
    nt 2-8 for the family.

    Raises InputError for a missing column, a window that is not 50 nt, an impossible
    miRNA or an unknown letter, with the line.
    """
    renamed = dict(columns or {})
    table = read_table(path)
    mirna_column = renamed.get(
        "mirna", "noncodingRNA" if "noncodingRNA" in table.columns else "miRNA"
    )
    names = {
        "mirna": mirna_column,
        "target": renamed.get("target", "gene"),
        "label": renamed.get("label", "label"),
    }
    for name, choices in _OPTIONAL_PAIR_COLUMNS.items():
        for column in [renamed[name]] if name in renamed else choices:
            if column in table.columns:
                names[name] = column
    for name, column in names.items():
        if column not in table.columns:
            raise InputError(
                f"{path}: column {column!r} is missing; it holds the {name} of a pair"
            )
    table = table.rename(columns={column: name for name, column in names.items()})
    label = to_number(table, "label", path)
    counts: Counter[str] = Counter(rows=len(table))
    counts["left out: label is not 1"] = int((label != 1).sum())
    empty = table.index[(label == 1) & table[["mirna", "target"]].isna().any(axis=1)]
    if len(empty):
        raise InputError(
            f"{path}, line {empty[0]}: the miRNA or target is missing; remove the row"
        )
    labels = label.groupby([table["mirna"], table["target"]]).transform("nunique")
    if (labels > 1).any():
        line = table.index[labels > 1][0]
        raise InputError(
            f"{path}, line {line}: this miRNA and target stand there with two labels "
            f"({int((labels > 1).sum())} such rows); keep one"
        )
    rows = []
    for line, row in table[label == 1].iterrows():
        where = f"{path}, line {line}"
        mirna = _driver(row["mirna"], where)
        target = _window(row["target"], where)
        name = row.get("mirna_name")
        full_name = row.get("gene_name")
        known = isinstance(full_name, str)
        family = row.get("family")
        rows.append(
            (
                mirna,
                name if isinstance(name, str) else mirna,
                family if isinstance(family, str) else seed(mirna),
                target,
                full_name.split("_")[0] if known else target,
                full_name if known else target,
                -1,
            )
        )
    return _clean(pd.DataFrame(rows, columns=COLUMNS), counts, path)


def _driver(sequence: str, where: str) -> str:
    try:
        return check_mirna(sequence)[:MIRNA_LENGTH]
    except InputError as error:
        raise InputError(f"{where}: {error}; correct or remove the row") from None


def _window(sequence: str, where: str) -> str:
    try:
        target = normalise(sequence)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    if len(target) != WINDOW:
        raise InputError(
            f"{where}: the target has {len(target)} nt; pairs need windows of {WINDOW}"
        )
    return target


def _clean(
    table: pd.DataFrame, counts: Counter[str], path: str | Path
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Drop windows with N and repeated pairs, counting both."""
    unknown = table["target"].str.contains("N")
    counts["dropped: target holds N"] = int(unknown.sum())
    table = table[~unknown]
    repeated = table.duplicated(["mirna", "target"])
    counts["dropped: same miRNA and target as another row"] = int(repeated.sum())
    table = table[~repeated].reset_index(drop=True)
    counts["positives"] = len(table)
    if table.empty:
        raise InputError(
            f"{path}: no positive pair is left ({dict(counts)}); do the names match the "
            "transcript FASTA?"
        )
    return table, dict(counts)
