"""Measured fold changes, TargetScan scores and the folds that all models share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.identifiers import bare_gene, log_join, log_lost, warn_of_dates
from mirsignal.files.tables import read_table, to_number
from mirsignal.logs import log
from mirsignal.sequences.mirnas import scan_names

LARGEST_LOG2FC = 40.0
"""Bound of a log2 fold change: 2^40 is more than the reads of any experiment."""
CONTRAST_COLUMNS = ("log2FoldChange", "logFC", "log2FC", "log2fc", "log2(fold_change)")
"""Names of log2 fold changes in tables of one contrast: DESeq2, edgeR and limma, others,
Cuffdiff."""
_ENOUGH = 20  # fold changes, some of which are below 0
_DISAGREE = 1.0  # log2, of rows of one gene
_STACKED = 0.9  # of genes
_UNNAMED = 0.1  # of rows, which may be of no miRNA
_NO_NAME = ("none", "-", ".", "no", "unknown")
_FEW_LABELS = 3  # of rows of no miRNA in a long table
_ROWS_OF_LABEL = 5
_MOST_LABELS = 50
_MIRNA = re.compile(
    r"(?:[a-z]{3,4}-)?(?:mir|let)-?\d+[a-z]{0,2}(?:-\d+)?(?:-[35]p)?\*?", re.IGNORECASE
)
_CONTRAST = re.compile("vs|ctrl|control|mock|mimic|inhib", re.IGNORECASE)
_MENTION = re.compile(r"(?:mir|let)-?(\d+)", re.IGNORECASE)
SETTING = "inputs: fold_change"


def read_fold_changes(
    path: str | Path | Mapping[str, str | Path],
    mirnas: pd.DataFrame,
    genes: pd.Series,
    id_column: str | int = "gene",
    columns: Mapping[str, str | int] | None = None,
    where: Mapping[str, str | int] | None = None,
    setting: str = SETTING,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read log2 fold changes as rows (mirna, gene, log2fc), with counts for the log.

    `path` is one table for all miRNAs, or a table for each by its name. `columns` names
    the column of a miRNA; those not named are the column called like the miRNA (any of
    its names), or, of a table of one miRNA, the first of `CONTRAST_COLUMNS`; the same of
    a long table, with a column that names the miRNA of each row. The id column may be
    unnamed row names of R. `where` (column in the file -> value) names the rows to keep.
    Rows are matched by `bare_id`. Values of a gene that stands on several rows are
    averaged and counted. NA values are left out. `setting` is the part of the config that
    names the table, for messages.

    Raises InputError when no column is one of `mirnas`, no id is among `genes`, no value
    is left, or one is no number or beyond `LARGEST_LOG2FC`.
    """
    columns = {"gene": id_column} | dict(columns or {})
    names = scan_names(mirnas)
    files = path if isinstance(path, Mapping) else {"": path}
    for mirna in [*files, *columns]:
        if mirna not in {"", "gene", *names}:
            raise InputError(
                f"config: {setting}: {mirna!r} is no miRNA of the study "
                f"({', '.join(mirnas['mirna'][:3])}, ...); correct it"
            )
    tables = [
        _read_contrasts(file, only, names, columns, set(genes), where, setting)
        for only, file in files.items()
    ]
    rows = pd.concat(tables, ignore_index=True)
    known = rows[rows["gene"].isin(set(genes))]
    log_join(rows["gene"], genes, ("genes with fold changes", "genes of the transcripts"))
    values = known.dropna(subset=["log2fc"])
    if values.empty:
        raise InputError(
            f"{rows['file'].iloc[0]}: no gene of the transcripts has a log2 fold change, "
            "all are missing; give another file or column"
        )
    without = mirnas["mirna"][~mirnas["mirna"].isin(values["mirna"])]
    log_lost(mirnas["mirna"], without, "miRNAs have no fold changes")
    _tell_shared(values)
    _tell_disagreeing(values)
    tidy = values.groupby(["mirna", "gene"], as_index=False, sort=True)["log2fc"].mean()
    ids = rows[["file", "line", "gene"]].drop_duplicates()
    ids_known = ids[ids["gene"].isin(set(genes))]
    counts = {
        "rows": len(ids),
        "rows_of_known_genes": len(ids_known),
        "genes_on_several_rows": int(ids_known.duplicated(["file", "gene"]).sum()),
        "mirnas_without_column": len(mirnas) - rows["mirna"].nunique(),
        "pairs": len(tidy),
    }
    return pd.DataFrame(tidy[["mirna", "gene", "log2fc"]]), counts


def _read_contrasts(
    path: str | Path,
    only: str,
    names: Mapping[str, str],
    columns: Mapping[str, str | int],
    genes: set[str],
    where: Mapping[str, str | int] | None,
    setting: str,
) -> pd.DataFrame:
    """Return mirna, gene, log2fc, file and line of a table, of miRNA `only` if given."""
    wanted = {
        name: column
        for name, column in columns.items()
        if name == "gene" or not only or name == only
    }
    table = read_table(
        path, wanted, setting=f"{setting}: columns", row_names="gene", where=where
    )
    if n_unnamed := int(table["gene"].isna().sum()):
        log.info("%s: %d rows without a gene are left out", path, n_unnamed)
    table = table[table["gene"].notna()]
    table = _keep_measured(table, path, setting)
    named = ", ".join(name or "'' (no name)" for name in table.columns[1:7])
    others = f"set {setting}: {{id_column: NAME}} (it has: {named})"
    if table.empty:
        raise InputError(f"{path}: no row has a gene; {others}")
    warn_of_dates(table["gene"], path)
    bare = table["gene"].map(bare_gene)
    if not bare.isin(genes).any():
        raise InputError(
            f"{path}: none of its {len(table)} ids (first: {bare.iloc[0]!r}) is a gene "
            f"of the transcripts (first: {min(genes)!r}); {others}, or give the genes of "
            "the transcripts by such ids, as inputs: transcripts: genes"
        )
    rows = pd.DataFrame({"gene": bare, "file": str(path), "line": table.index})
    given = [name for name in wanted if name != "gene"]
    is_one = len({wanted[name] for name in given}) < 2
    chosen = [n for n, v in (where or {}).items() if n in table and v not in names]
    left = table.drop(columns=chosen)
    if is_one and (column := _column_of_mirnas(left, names, given, path, setting)):
        asked = given or ([only] if only else [])
        return _read_long(table, rows, column, asked, names, path)
    found = _find_columns(table, only, names, path, setting)
    parts = [
        rows.assign(
            mirna=names[mirna], called=mirna, log2fc=_read_log2(table, column, path)
        )
        for mirna, column in found.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _column_of_mirnas(
    table: pd.DataFrame,
    names: Mapping[str, str],
    given: Sequence[str],
    path: str | Path,
    setting: str,
) -> str | None:
    """Return the column of a long table that says of which miRNA a row is, if any.

    Nearly every row has the name of a miRNA in it, or of a control; the same one in all
    rows says something only where it is not written as one of `names` may be (miR-1).
    `given` are the columns that the config says hold fold changes. Raises InputError for
    a column that has one of `names` among many others that are no miRNAs.
    """
    others = [name for name in table.columns if name not in {"gene", *given}]
    if {*names} & {*others} or not (given or {*CONTRAST_COLUMNS} & {*others}):
        return None
    ours = {found[1] for name in names if (found := _MENTION.search(name))}
    for column in others:
        cells = table[column].mask(table[column].str.lower().isin(_NO_NAME)).fillna("")
        if (cells == "").mean() > _UNNAMED:
            continue
        called = {
            cell
            for cell in cells.unique()
            if cell and (cell in names or _MIRNA.fullmatch(cell))
        }
        share = cells.isin(called).mean()
        if share >= 1 - _UNNAMED:
            alone = _MENTION.search(next(iter(called))) if len(called) == 1 else None
            if not alone or called & {*names} or alone[1] not in ours:
                return str(column)
        elif called & {*names}:
            unlike = cells[~cells.isin(called)]
            are_labels = unlike.nunique() <= _FEW_LABELS  # control, mock
            if are_labels or cells.nunique() * _ROWS_OF_LABEL < len(cells):
                return str(column)
            if share > _UNNAMED:
                raise InputError(
                    f"{path}: column {column!r} names miRNAs in {share:.0%} of rows "
                    f"({min(called & {*names})}), in others not ({unlike.iloc[0]!r}); if "
                    "rows are of these miRNAs, keep the others out, else leave the "
                    "column out"
                )
    for column in others:
        _refuse_labels(table[column], path, setting)
    return None


def _refuse_labels(column: pd.Series, path: str | Path, setting: str) -> None:
    """Raise InputError for labels of contrasts that name several miRNAs."""
    labels = column.dropna().unique()
    found = [_MENTION.search(label) for label in labels[: _MOST_LABELS + 1]]
    several = len({mention[1] for mention in found if mention}) > 1
    are_contrasts = all(found) and all(map(_CONTRAST.search, labels))
    if several and are_contrasts and len(labels) <= _MOST_LABELS:
        raise InputError(
            f"{path}: column {column.name!r} has rows of several miRNAs ({labels[0]}, "
            f"{labels[1]}); choose one, as {setting}: {{where: {{{column.name}: "
            f"{labels[0]}}}, columns: {{MIRNA: NAME}}}}, or give a file per miRNA"
        )


def _read_long(
    table: pd.DataFrame,
    rows: pd.DataFrame,
    column: str,
    asked: Sequence[str],
    names: Mapping[str, str],
    path: str | Path,
) -> pd.DataFrame:
    """Return the rows of a long table that are of miRNAs `asked` for, by default all.

    Fold changes are in the column that the config gives for these, else in the first of
    CONTRAST_COLUMNS.
    """
    mirna = table[column].map(names)
    contrast = next(name for name in (*asked, *CONTRAST_COLUMNS) if name in table.columns)
    kept = mirna.isin([names[name] for name in asked]) if asked else mirna.notna()
    if not kept.any():
        called = ", ".join(table[column].dropna().unique()[:3])
        who = f"{next(iter(names))!r} or another of the study"
        who = repr(asked[0]) if asked else who
        raise InputError(
            f"{path}: column {column!r} names miRNAs ({called}, ...), and none is {who}; "
            "write names as the study has them"
        )
    if n := int((~kept).sum()):
        log.info("%s: %d rows of other miRNAs are left out", path, n)
    log2fc = _read_log2(table, contrast, path)
    return rows.assign(mirna=mirna, called=mirna, log2fc=log2fc)[kept]


def _keep_measured(table: pd.DataFrame, path: str | Path, setting: str) -> pd.DataFrame:
    """Return the rows of Cuffdiff's gene_exp.diff that it has tested; others as it is.

    Raises InputError where the table holds several comparisons.
    """
    if not {"status", "sample_1", "sample_2"} <= set(table.columns):
        return table
    compared = table[["sample_1", "sample_2"]].drop_duplicates()
    if len(compared) > 1:
        one, other = compared.iloc[0]
        raise InputError(
            f"{path}: holds {len(compared)} comparisons; choose one, as {setting}: "
            f"{{where: {{sample_1: {one}, sample_2: {other}}}}}"
        )
    kept = table[table["status"] == "OK"]
    if n := len(table) - len(kept):
        log.info("%s: %d rows whose status is not OK are left out", path, n)
    if kept.empty:
        raise InputError(f"{path}: no row has status OK; nothing was measured")
    return kept


def _tell_disagreeing(values: pd.DataFrame) -> None:
    """Warn where rows of one gene differ so much that they may be of different things."""
    by_gene = values.groupby(["file", "mirna", "called", "gene"])["log2fc"]
    counts = by_gene.size()
    most = int(counts.mode().iloc[0])
    if most > 1 and len(counts) > 1 and (counts == most).mean() >= _STACKED:
        log.warning(
            "%s: nearly every gene stands on %d rows, which are averaged; if they are of "
            "other comparisons, choose with `where`",
            *(counts.index[0][0], most),
        )
    spread = by_gene.max() - by_gene.min()
    if len(wide := spread[spread > _DISAGREE]):
        file, _, _, gene = wide.index[0]
        log.warning(
            "%s: rows of %d genes, such as %s, differ by more than %g and are averaged; "
            "if they are of other experiments, choose with `where`",
            file,
            wide.index.get_level_values("gene").nunique(),
            gene,
            _DISAGREE,
        )


def _tell_shared(values: pd.DataFrame) -> None:
    """Warn where columns of several names of one sequence become one by their mean."""
    for mirna, called in values.groupby("mirna")["called"]:
        if called.nunique() > 1:
            log.warning(
                "%s have one sequence: their fold changes are averaged, as those of %s; "
                "leave out all but one column where these are different experiments",
                ", ".join(called.unique()),
                mirna,
            )


def _read_log2(table: pd.DataFrame, column: str, path: str | Path) -> pd.Series:
    """Return a column of log2 fold changes; warn where it looks like plain ratios."""
    values = to_number(table, column, path, LARGEST_LOG2FC)
    n = values.count()
    if n >= _ENOUGH and not (values < 0).any():
        log.warning(
            "%s: no value of column %r is below 0; are these ratios, not their log2?",
            path,
            column,
        )
    elif n >= _ENOUGH and not (values.abs() < 1).any():
        log.warning(
            "%s: no value of column %r lies between -1 and 1; are these ratios with a "
            "sign (-2 for a half), not log2 fold changes?",
            path,
            column,
        )
    return values


def _find_columns(
    table: pd.DataFrame,
    only: str,
    names: Mapping[str, str],
    path: str | Path,
    setting: str,
) -> dict[str, str]:
    """Return the column of each miRNA that the table has fold changes of."""
    ours = [only] if only else list(names)
    in_r = {name: re.sub(r"[^\w.]", ".", name) for name in ours}  # R's make.names
    found = {
        name: name if name in table.columns else in_r[name]
        for name in ours
        if {name, in_r[name]} & set(table.columns)
    }
    contrast = [name for name in CONTRAST_COLUMNS if name in table.columns]
    single = only or (ours[0] if len(set(names.values())) == 1 else "")
    if not found and contrast and single:
        return {single: contrast[0]}
    if found:
        again = re.compile(rf"({'|'.join(map(re.escape, found.values()))})\.\d+")
        if ignored := [name for name in table.columns if again.fullmatch(name)]:
            log.warning(
                "%s: column %r looks like a replicate of another and is not read; "
                "average them before",
                path,
                ignored[0],
            )
        return found
    if contrast:
        raise InputError(
            f"{path}: {contrast[0]!r} does not say of which miRNA; set "
            f"{setting}: columns: {{{ours[0]}: {contrast[0]}}}, or give a table per "
            f"miRNA, as {setting}: file: {{{ours[0]}: FILE}}"
        )
    raise InputError(
        f"{path}: no column is named like a miRNA of the study ({ours[0]!r}, ...; it "
        f"has: {', '.join(table.columns[:6])}); rename the columns, or set "
        f"{setting}: columns: {{{ours[0]}: NAME}}"
    )
