"""Positive pairs: 50-nt targets of miRNAs, cut to 20 nt, from CLASH chimeras.

Two sources are read: a chimera table in the layout of Helwak 2013, data S1, with the
FASTA of its transcripts, or a table of ready pairs (miRBind and miRBench layouts).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.axes import CENTRE, MIRNA_LENGTH, WINDOW
from mirsignal.errors import InputError
from mirsignal.files.identifiers import (
    bare_gene,
    bare_id,
    find_ids,
    is_gene,
    log_lost,
)
from mirsignal.files.tables import missing_column, name_columns, read_table, to_number
from mirsignal.logs import log
from mirsignal.samples.clusters import is_in_sorted, kmer_keys
from mirsignal.sequences.codes import encode, encode_many, normalise, seed_region
from mirsignal.sequences.fasta import Transcripts
from mirsignal.sequences.mirnas import check_mirna

COLUMNS = ["mirna", "mirna_sequence", "family", "target", "gene", "transcript", "start"]
"""Columns of a positive: sequences as RNA, start 0-based (-1 where not known)."""

SETTING = "inputs: hybrids: columns"
_NO_NAME = {"unknown", "none", "0", "0.0", "-", "."}
"""What stands, in any case, for a family or gene that is not known."""
_NO_CLUSTER = _NO_NAME - {"0", "0.0"}
_OF_HYBRIDETECTOR = "noncodingRNA_real_seq"
_WORD = 27  # nucleotides that one integer holds
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
    "cluster": ("gene_cluster_ID", "cluster"),
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
    path: str | Path,
    transcripts: Transcripts,
    columns: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read a Helwak-layout table; return positives (COLUMNS) and counts by reason.

    `columns` (the config's `hybrids: columns`) names those of the file that are called
    otherwise. Transcripts are found by their name in the FASTA, else by `bare_id`. A row
    whose transcript is absent, or which lies beyond its end, is skipped and counted; so
    are targets with N. The gene is the part of `mRNA_name` before the first
    '_' where that is an Ensembl id (ENSG..._ENST..._symbol_mRNA), else the whole name.

    Raises InputError for a missing column, a coordinate that is no whole number and an
    impossible miRNA, with the line.
    """
    names = name_columns(_CLASH, columns, SETTING)
    table = read_table(path, names, setting=SETTING)
    ids = find_ids(table["transcript"], transcripts.names())
    for column in ("start", "end"):
        table[column] = to_number(table, column, path)
    counts: Counter[str] = Counter(rows=len(table))
    broken = table.index[table[["start", "end"]].mod(1).gt(0).any(axis=1)]
    if len(broken):
        raise InputError(
            f"{path}, line {broken[0]}: start or end is no whole number; correct it"
        )
    if len(low := table.index[table["start"] < 1]):
        log.warning(
            "%s: %d starts, such as on line %s, are below 1 and left out; starts count "
            "from 1: if these count from 0, add 1 to all of them",
            *(path, len(low), low[0]),
        )
    rows = []
    for line, row in table.iterrows():
        if row[list(_CLASH)].isna().any():
            counts["skipped: a cell is missing"] += 1
            continue
        mirna = _cut_mirna(row["mirna"], f"{path}, line {line}")
        name = ids.get(row["transcript"])
        if name is None:
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
        gene = _gene_id(row["transcript"])
        rows.append(
            (row["mirna_name"], mirna, seed_region(mirna), target, gene, name, start)
        )
    absent = [name for name in table["transcript"].dropna() if name not in ids]
    log_lost(table["transcript"].dropna(), absent, "transcripts are not in the FASTA")
    _tell_other_versions(ids, path)
    _tell_several_seeds(rows, path)
    return _clean(pd.DataFrame(rows, columns=COLUMNS), counts, path)


def _tell_other_versions(ids: Mapping[str, str], path: str | Path) -> None:
    """Warn of transcripts of which the FASTA has another version, with other places."""
    versions = {
        name: found
        for name, found in ids.items()
        if name != found and all(bare_id(each) != each for each in (name, found))
    }
    if versions:
        name, found = next(iter(versions.items()))
        log.warning(
            "%s: %d of %d transcripts have another version in the FASTA (%s is %s), in "
            "which places may be others; give the transcripts of the table",
            *(path, len(versions), len(ids), name, found),
        )


def _tell_several_seeds(rows: list[tuple], path: str | Path) -> None:
    """Warn where one name of a miRNA has sequences of several seeds."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    n_seeds = table.groupby("mirna")["family"].nunique()
    if len(several := n_seeds.index[n_seeds > 1]):
        log.warning(
            "%s: %d of %d miRNAs have sequences of several seeds, such as %s; are some "
            "cut at their 5' end? Give mature miRNAs",
            *(path, len(several), len(n_seeds), several[0]),
        )


def read_pairs(
    path: str | Path,
    columns: Mapping[str, str] | None = None,
    transcripts: Transcripts | None = None,
    two_labels: str = "refuse",
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the positives of a table of ready pairs; return them and counts.

    The miRNA is in `miRNA` or `noncodingRNA`, the target window in `gene`; rows whose
    `label` is 0 are left out. Tables of HybriDetector have the miRNA in
    `noncodingRNA_real_seq`, the window in `seq.g` and no labels: all are positives, but
    for rows of other RNAs. A gene name (`gene_name`, read as in
    `read_clash_table`), a target cluster (`gene_cluster_ID`, which then stands for the
    gene) and a family are taken where present; else the window stands for its gene, and
    nt 2-8 for the family.
    With `transcripts`, each window is looked up in them. `two_labels` says whether a pair
    with both labels is refused, loses all its rows ("drop") or is used as it is ("keep").

    Raises InputError for a missing column, a label other than 0 and 1, a window that is
    not 50 nt, an impossible miRNA or an unknown letter, with the line.
    """
    table, counts = _read_labelled(path, columns, two_labels, SETTING)
    counts["left out: label is not 1"] = int((table["label"] != 1).sum())
    positives, counted = _clean(table.loc[table["label"] == 1, COLUMNS], counts, path)
    if transcripts is not None:
        positives = _place(positives, transcripts)
        counted["placed in a transcript"] = int((positives["start"] >= 0).sum())
    return positives, counted


def read_test_pairs(
    path: str | Path,
    columns: Mapping[str, str] | None = None,
    two_labels: str = "refuse",
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read a test set of ready pairs, all labels; return it (COLUMNS + label) and counts.

    Columns and `two_labels` are those of `read_pairs`. Raises InputError as that does,
    and for a set without either label.
    """
    setting = "inputs: test_sets: NAME: columns"
    table, counts = _read_labelled(path, columns, two_labels, setting)
    table, counted = _clean(table, counts, path)
    if table["label"].nunique() < 2:
        raise InputError(f"{path}: all pairs have one label; a test set needs both")
    return table.astype({"label": "int64"}), counted


def _read_labelled(
    path: str | Path,
    columns: Mapping[str, str] | None,
    two_labels: str,
    setting: str,
) -> tuple[pd.DataFrame, Counter[str]]:
    """Read ready pairs (COLUMNS and label), indexed by line; refuse two labels."""
    renamed = dict(columns or {})
    known = ["mirna", "target", "label", *_OPTIONAL_PAIR_COLUMNS]
    name_columns({name: name for name in known}, renamed, setting)
    table = read_table(path, renamed, setting=setting)
    kind = "noncodingRNA_type"
    if kind in table:
        is_other = ~table[kind].str.contains("mirna", case=False, na=True)
        if n_others := int(is_other.sum()):
            log.info(
                "%s: %d rows of RNAs that are no miRNAs are left out", path, n_others
            )
        table = table[~is_other]
    of_hybridetector = _OF_HYBRIDETECTOR in {*table.columns, *renamed.values()}
    if of_hybridetector and "label" not in table:
        log.info("%s: a table of HybriDetector; all its rows are positives", path)
        table = table.assign(label="1")
    names = _find_pair_columns(list(table.columns), renamed)
    for name, column in names.items():
        if column not in table.columns:
            raise InputError(
                missing_column(path, list(table.columns), name, column, setting)
            )
    table = pd.DataFrame({name: table[column] for name, column in names.items()})
    counts: Counter[str] = Counter(rows=len(table))
    if table.empty:
        raise InputError(f"{path}: no row is of a miRNA; give another table")
    table["label"] = _read_labels(table["label"], path)
    empty = table.index[table[["mirna", "target"]].isna().any(axis=1)]
    if len(empty):
        raise InputError(
            f"{path}, line {empty[0]}: the miRNA or target is missing; remove the row"
        )
    clean = pd.DataFrame(
        {
            "mirna_sequence": _map_unique(table["mirna"], _cut_mirna, path),
            "target": _map_unique(table["target"], _window, path),
            "label": table["label"],
        }
    )
    both = clean.groupby(["mirna_sequence", "target"])["label"].transform("nunique") > 1
    if both.any() and two_labels == "refuse":
        line = both.index[both][0]
        raise InputError(
            f"{path}, line {line}: {table['mirna'][line]} x {table['target'][line]} "
            f"has two labels ({int(both.sum())} such rows); correct them, "
            "or set two_labels: drop"
        )
    counts["rows of pairs with two labels"] = int(both.sum())
    if two_labels == "drop":
        table, clean = table[~both], clean[~both]
    more = table.reindex(columns=list(_OPTIONAL_PAIR_COLUMNS))
    for name, cells in more.items():
        no_name = _NO_CLUSTER if name == "cluster" else _NO_NAME
        more[name] = cells.mask(cells.map(lambda cell: str(cell).lower()).isin(no_name))
    gene = more["gene_name"].map(_gene_id, na_action="ignore")
    clean["mirna"] = more["mirna_name"].fillna(clean["mirna_sequence"])
    clean["family"] = more["family"].fillna(clean["mirna_sequence"].map(seed_region))
    clean["gene"] = gene.fillna(more["cluster"]).fillna(clean["target"])
    clean["transcript"] = more["gene_name"].fillna(clean["target"])
    return clean.assign(start=-1)[[*COLUMNS, "label"]], counts


def _read_labels(texts: pd.Series, path: str | Path) -> pd.Series:
    """Return labels as 0 and 1, of Python's and R's True, FALSE and T too."""
    missing = texts.index[texts.isna()]
    if len(missing):
        raise InputError(
            f"{path}, line {missing[0]}: the label is missing; fill it or remove the row"
        )
    numbers = texts.str.lower().replace({"true": "1", "false": "0", "t": "1", "f": "0"})
    labels = pd.to_numeric(numbers, errors="coerce")
    wrong = texts.index[~labels.isin([0, 1])]
    if len(wrong):
        raise InputError(
            f"{path}, line {wrong[0]}: the label is neither 0 nor 1 (nor False or True) "
            f"but {texts[wrong[0]]!r}; write it so"
        )
    return labels


def _find_pair_columns(header: list[str], renamed: Mapping[str, str]) -> dict[str, str]:
    """Return the column that holds each part of a pair; those `renamed` have its name."""
    names = {
        "mirna": "noncodingRNA" if "noncodingRNA" in header else "miRNA",
        "target": "gene",
        "label": "label",
    }
    if _OF_HYBRIDETECTOR in header:
        names |= {"mirna": _OF_HYBRIDETECTOR, "mirna_name": "noncodingRNA"}
        names["target"] = "seq.g"
    for name, choices in _OPTIONAL_PAIR_COLUMNS.items():
        for column in choices:
            if column in header:
                names[name] = column
    return names | {name: name for name in renamed}


def _gene_id(name: str) -> str:
    """Return the gene of ENSG..._ENST..._symbol_mRNA, or FBgn...; other names as they
    are."""
    if "|" in name:
        return bare_gene(name)
    first = name.split("_")[0]
    return bare_id(first) if name.startswith("ENS") or is_gene(first) else name


def _map_unique(
    column: pd.Series, function: Callable[[str, str], str], path: str | Path
) -> pd.Series:
    """Apply `function` once per value, with the first line that has it."""
    first = column[~column.duplicated()]
    found = {
        value: function(value, f"{path}, line {line}") for line, value in first.items()
    }
    return column.map(found)


def _place(positives: pd.DataFrame, transcripts: Transcripts) -> pd.DataFrame:
    """Set transcript and start of each window that occurs in a transcript.

    Where several hold it, one whose id, or gene symbol, stands in the row's own
    transcript name goes first, then the one that comes first in the FASTA.
    """
    wanted = set(positives["target"])
    known = np.unique(kmer_keys(encode_many(sorted(wanted), WINDOW), _WORD)[:, 0])
    where: dict[str, list[tuple[str, int]]] = {}
    for name in transcripts.names():
        sequence = transcripts[name]
        if len(sequence) < WINDOW:
            continue
        keys = kmer_keys(encode(sequence)[None], _WORD)[0, : len(sequence) - WINDOW + 1]
        for start in np.flatnonzero(is_in_sorted(keys, known)):
            window = sequence[start : start + WINDOW]
            if window in wanted:
                where.setdefault(window, []).append((name, int(start)))
    rows = []
    for target, own in zip(positives["target"], positives["transcript"], strict=True):
        places = where.get(target)
        if places is None:
            rows.append((own, -1))
        else:
            parts = set(own.split("_"))
            rows.append(min(places, key=lambda place: place[0] not in parts))
    names, starts = zip(*rows, strict=True)
    return positives.assign(transcript=names, start=starts)


def _cut_mirna(sequence: str, where: str) -> str:
    rna = _rna(sequence, "miRNA", where)
    try:
        return check_mirna(rna)[:MIRNA_LENGTH]
    except InputError as error:
        raise InputError(f"{where}: {error}; correct or remove the row") from None


def _window(sequence: str, where: str) -> str:
    target = _rna(sequence, "target", where)
    if len(target) != WINDOW:
        raise InputError(
            f"{where}: the target has {len(target)} nt; pairs need windows of {WINDOW}, "
            "with the site in their middle"
        )
    return target


def _rna(sequence: str, what: str, where: str) -> str:
    try:
        return normalise(sequence)
    except InputError as error:
        raise InputError(
            f"{where}: {error}, in {what} {sequence[:WINDOW]!r}; correct or remove the "
            "row, or name the column of sequences in the config"
        ) from None


def _clean(
    table: pd.DataFrame, counts: Counter[str], path: str | Path
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Drop windows with N and repeated pairs, counting both and what is left."""
    unknown = table["target"].str.contains("N")
    counts["dropped: target holds N"] = int(unknown.sum())
    table = table[~unknown]
    keys = [name for name in ("mirna_sequence", "target", "label") if name in table]
    repeated = table.duplicated(keys)
    counts["dropped: same miRNA and target as another row"] = int(repeated.sum())
    table = table[~repeated].reset_index(drop=True)
    counts["positives"] = int(table["label"].sum()) if "label" in table else len(table)
    if not counts["positives"]:
        why = "; ".join(f"{reason}: {n:,}" for reason, n in counts.items() if n)
        raise InputError(
            f"{path}: no positive pair is left ({why}); give "
            + (
                "the FASTA whose transcripts and places are meant"
                if "skipped" in why
                else "pairs whose label is 1"
            )
        )
    for reason, n in counts.items():
        log.info("%s: %s", reason, f"{n:,}")
    return table, dict(counts)
