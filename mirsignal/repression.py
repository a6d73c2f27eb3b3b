"""Measured fold changes, TargetScan scores and the folds that all models share."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files import name_columns, read_table, to_number
from mirsignal.identifiers import bare_gene, log_join, log_lost, warn_of_dates
from mirsignal.mirnas import scan_names
from mirsignal.sequences import normalise, seed

_log = logging.getLogger(__name__)


LARGEST_LOG2FC = 40.0
"""Bound of a log2 fold change: 2^40 is more than the reads of any experiment."""
CONTRAST_COLUMNS = ("log2FoldChange", "logFC", "log2FC", "log2fc", "log2(fold_change)")
"""Names of log2 fold changes in tables of one contrast: DESeq2, edgeR and limma, others,
Cuffdiff."""
PLACE_COLUMNS = {"utrstart", "utrend", "msastart", "sitestart"}
"""Columns, without case and spaces, that tell where a site is."""
SITE_COLUMNS = {"sitetype", "seedmatch"} | PLACE_COLUMNS
"""Columns that only tables with a row per site have."""
_ENOUGH = 20  # fold changes, some of which are below 0
FOLD_CHANGE_SETTING = "inputs: fold_change: columns"
TARGETSCAN_SETTING = "inputs: targetscan: columns"


def read_fold_changes(
    path: str | Path | Mapping[str, str | Path],
    mirnas: pd.DataFrame,
    genes: pd.Series,
    id_column: str | int = "gene",
    columns: Mapping[str, str | int] | None = None,
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read log2 fold changes as rows (mirna, gene, log2fc), with counts for the log.

    `path` is one table for all miRNAs, or a table for each by its name. `columns` names
    the column of a miRNA; those not named are the column called like the miRNA (any of
    its names), or, of a table of one miRNA, the first of `CONTRAST_COLUMNS`. The id
    column may be unnamed row names of R. Rows are matched by `bare_id`. Values of a gene
    that stands on several rows are averaged and counted. NA values are left out.

    Raises InputError when no column is one of `mirnas`, no id is among `genes`, no value
    is left, or one is no number or beyond `LARGEST_LOG2FC`.
    """
    columns = {"gene": id_column} | dict(columns or {})
    names = scan_names(mirnas)
    files = path if isinstance(path, Mapping) else {"": path}
    for mirna in [*files, *columns]:
        if mirna not in {"", "gene", *names}:
            raise InputError(
                f"config: inputs: fold_change: {mirna!r} is no miRNA of the study "
                f"({', '.join(mirnas['mirna'][:3])}, ...); correct it"
            )
    tables = [
        _read_contrasts(file, only, names, columns, set(genes))
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
) -> pd.DataFrame:
    """Return mirna, gene, log2fc, file and line of a table, of miRNA `only` if given."""
    wanted = {
        name: column
        for name, column in columns.items()
        if name == "gene" or not only or name == only
    }
    table = read_table(path, wanted, setting=FOLD_CHANGE_SETTING, row_names="gene")
    if n_unnamed := int(table["gene"].isna().sum()):
        _log.info("%s: %d rows without a gene are left out", path, n_unnamed)
    table = table[table["gene"].notna()]
    named = ", ".join(name for name in table.columns[1:7] if name)
    others = f"set inputs: fold_change: {{id_column: NAME}} (it has: {named})"
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
    found = _find_columns(table, only, names, path)
    rows = pd.DataFrame({"gene": bare, "file": str(path), "line": table.index})
    parts = [
        rows.assign(
            mirna=names[mirna], called=mirna, log2fc=_read_log2(table, column, path)
        )
        for mirna, column in found.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _tell_shared(values: pd.DataFrame) -> None:
    """Warn where columns of several names of one sequence become one by their mean."""
    for mirna, called in values.groupby("mirna")["called"]:
        if called.nunique() > 1:
            _log.warning(
                "%s have one sequence: their fold changes are averaged, as those of %s; "
                "leave out all but one column where these are different experiments",
                *(", ".join(called.unique()), mirna),
            )


def _read_log2(table: pd.DataFrame, column: str, path: str | Path) -> pd.Series:
    """Return a column of log2 fold changes; warn where it looks like plain ratios."""
    values = to_number(table, column, path, LARGEST_LOG2FC)
    n = values.count()
    if n >= _ENOUGH and not (values < 0).any():
        _log.warning(
            "%s: no value of column %r is below 0; are these ratios, not their log2?",
            *(path, column),
        )
    elif n >= _ENOUGH and not (values.abs() < 1).any():
        _log.warning(
            "%s: no value of column %r lies between -1 and 1; are these ratios with a "
            "sign (-2 for a half), not log2 fold changes?",
            *(path, column),
        )
    return values


def _find_columns(
    table: pd.DataFrame, only: str, names: Mapping[str, str], path: str | Path
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
        return found
    if contrast:
        raise InputError(
            f"{path}: {contrast[0]!r} does not say of which miRNA; set "
            f"{FOLD_CHANGE_SETTING}: {{{ours[0]}: {contrast[0]}}}, or give a table per "
            f"miRNA, as inputs: fold_change: file: {{{ours[0]}: FILE}}"
        )
    raise InputError(
        f"{path}: no column is named like a miRNA of the study ({ours[0]!r}, ...; it "
        f"has: {', '.join(table.columns[:6])}); rename the columns, or set "
        f"{FOLD_CHANGE_SETTING}: {{{ours[0]}: NAME}}"
    )


def read_targetscan(
    path: str | Path,
    mirnas: pd.DataFrame,
    columns: Mapping[str, str | int],
    where: Mapping[str, str | int] | None = None,
    join: str | None = None,
    stronger: str = "lower",
) -> pd.DataFrame:
    """Read TargetScan scores as rows (mirna, gene, score); absent pairs stay absent.

    The table has a `mirna` column, or a `seed` column (nt 2-8) that stands for all
    miRNAs of that family. Several rows of one pair are joined by their "sum" or their
    "lowest" score (the strongest predicted repression); by default the sum where
    the table has a row per site (`SITE_COLUMNS`), the lowest elsewhere. Sites are added
    up within a transcript, and the lowest of several transcripts counts. Of a table of
    several species, `where` (column in the file -> value) names the rows to keep. With
    `stronger` "higher" (miRDB) scores come back negated.

    Raises InputError when a column is missing, a score is no number, no row is left or
    scores point the wrong way.
    """
    key = "seed" if "seed" in columns else "mirna"
    known = {name: name for name in (key, "gene", "score")}
    names = name_columns(known, columns, TARGETSCAN_SETTING)
    table = read_table(path, names, setting=TARGETSCAN_SETTING)
    ours = {str(in_file): name for name, in_file in names.items()}
    for column, value in (where or {}).items():
        table = _keep_rows(table, ours.get(column, column), str(value), path, names)
    table["score"] = to_number(table, "score", path)
    table = table[table[[key, "gene", "score"]].notna().all(axis=1)]
    table["score"] = _lower_is_stronger(table["score"], stronger, path)
    warn_of_dates(table["gene"], path)
    table["gene"] = table["gene"].map(bare_gene)
    if key == "seed":
        table["seed"] = _normalised(table["seed"], path)
    first = table[key].iloc[0] if len(table) else ""
    tidy = _join_rows(table, key, join)
    if key == "seed":
        families = mirnas.assign(seed=mirnas["sequence"].map(seed))[["mirna", "seed"]]
        tidy = tidy.merge(families, on="seed")
    tidy["mirna"] = tidy["mirna"].map(scan_names(mirnas))
    tidy = tidy.groupby(["mirna", "gene"], as_index=False, sort=True)["score"].min()
    if tidy.empty:
        raise InputError(
            f"{path}: no row is of a miRNA of the study ({mirnas['mirna'].iloc[0]!r}, "
            f"seed {mirnas['sequence'].map(seed).iloc[0]}, ...; column {names[key]!r} "
            f"has {first!r}, ...); map {TARGETSCAN_SETTING}: mirna to names as the study "
            "has them, or seed to nt 2-8 of families"
        )
    without = mirnas["mirna"][~mirnas["mirna"].isin(tidy["mirna"])]
    log_lost(mirnas["mirna"], without, "miRNAs have no scores")
    return tidy


def check_scored_genes(scores: pd.DataFrame, genes: pd.Series, path: str | Path) -> None:
    """Log the genes that scores and transcripts do not share.

    Raises InputError where they share none, as of RefSeq ids (miRDB) and symbols.
    """
    if not scores["gene"].isin(genes).any():
        raise InputError(
            f"{path}: none of its genes (first: {scores['gene'].iloc[0]!r}) is a gene of "
            f"the transcripts (first: {genes.min()!r}); set {TARGETSCAN_SETTING}: "
            "{gene: NAME} to a column of such ids, or translate them"
        )
    log_join(scores["gene"], genes, ("genes with scores", "genes of the transcripts"))


def _lower_is_stronger(scores: pd.Series, stronger: str, path: str | Path) -> pd.Series:
    """Return scores of which the lower ones predict stronger repression."""
    if stronger == "higher":
        return -scores
    if len(scores) and scores.min() >= 0 < scores.max():
        raise InputError(
            f"{path}: no score is below 0, while lower ones are to predict stronger "
            "repression; set inputs: targetscan: {stronger: higher} if the higher ones do"
        )
    return scores


def _join_rows(table: pd.DataFrame, key: str, join: str | None) -> pd.DataFrame:
    """Return one row per `key` and gene, and log how many rows were joined and how."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in table.columns}
    sites = [plain[name] for name in sorted(SITE_COLUMNS & set(plain))]
    pair = [key, "gene"]
    rule = join or ("sum" if sites else "lowest")
    n_rows = len(table)
    if rule == "sum":
        transcript = [plain[name] for name in ("transcriptid",) if name in plain]
        if PLACE_COLUMNS & set(plain):  # the same site again, as of another miRNA
            table = table.drop_duplicates([*pair, *transcript, *sites])
        groups = table.groupby([*pair, *transcript], as_index=False, dropna=False)
        table = groups["score"].sum()
    joined = table.groupby(pair, as_index=False)["score"].min()
    if n_rows > len(joined):
        _log.info(
            "%s rows joined into %s pairs by their %s (inputs: targetscan: join)",
            *(f"{n_rows:,}", f"{len(joined):,}", rule),
        )
    return joined


def add_scores(pairs: pd.DataFrame, path: str | Path | Sequence[str]) -> pd.DataFrame:
    """Return `pairs` with the column `targetscan` of the table at `path`, NaN if absent.

    `path` is a table of `read_targetscan`; where it is empty, as in a study without such
    a table, pairs come back as they are.
    """
    if not path:
        return pairs
    scores = pd.read_parquet(path).rename(columns={"score": "targetscan"})
    return pairs.merge(scores, how="left", on=["mirna", "gene"])


def _normalised(seeds: pd.Series, path: str | Path) -> pd.Series:
    rna = {}
    for line, value in seeds.drop_duplicates().items():
        try:
            rna[value] = normalise(value)
        except InputError as error:
            raise InputError(f"{path}, line {line}: seed {value!r}: {error}") from None
    return seeds.map(rna)


def _keep_rows(
    table: pd.DataFrame,
    column: str,
    value: str,
    path: str | Path,
    names: Mapping[str, str | int],
) -> pd.DataFrame:
    if column not in table.columns:
        in_file = [str(names.get(name, name)) for name in table.columns[:12]]
        raise InputError(
            f"{path}: column {column!r} of `where` is missing (it has: "
            f"{', '.join(in_file)}); correct `where`"
        )
    matches = table[column] == value
    if re.fullmatch(r"-?\d+", value):
        matches |= pd.to_numeric(table[column], errors="coerce") == int(value)
    kept = table[matches]
    if kept.empty:
        present = ", ".join(map(str, table[column].dropna().unique()[:5]))
        raise InputError(
            f"{path}: no row has {value!r} in column {column!r} (it has: {present}); "
            "correct `where`"
        )
    return kept.copy()


def split_genes(genes: pd.Series, n_folds: int, seed: int) -> pd.DataFrame:
    """Deal genes into folds of equal size: rows (gene, fold 0 ... n_folds - 1).

    All transcripts and miRNAs of a gene share its fold, for models and baselines alike.
    """
    names = np.sort(genes.unique())
    if len(names) < n_folds:
        raise InputError(f"{len(names)} genes cannot make {n_folds} folds")
    order = np.random.default_rng(seed).permutation(len(names))
    return pd.DataFrame({"gene": names, "fold": order % n_folds})


def label_pairs(
    fold_changes: pd.DataFrame, folds: pd.DataFrame, clip_positive: bool
) -> pd.DataFrame:
    """Return measured pairs (mirna, gene, log2fc) with their fold and target.

    The target is log2fc, with `clip_positive` no higher than 0.
    """
    pairs = fold_changes.merge(folds, on="gene")
    clipped = pairs["log2fc"].clip(upper=0)
    return pairs.assign(target=clipped if clip_positive else pairs["log2fc"])


def held_out_folds(fold: int, n_folds: int) -> tuple[int, int]:
    """Return the folds that a model of `fold` does not train on: (test, validation)."""
    return fold, (fold + 1) % n_folds


def part_pairs(
    scanned: pd.DataFrame,
    transcripts: pd.DataFrame,
    folds: pd.DataFrame,
    measured: pd.DataFrame,
    fold: int,
    clip_positive: bool,
) -> pd.DataFrame:
    """Return a row per measured pair of `scanned`: its fold change, fold and part.

    `scanned` has mirna and transcript, and keeps its other columns; `transcripts` has
    transcript and gene, `folds` gene and fold, `measured` mirna, gene and log2fc. The
    `target` is log2fc, or with `clip_positive` the lower of it and 0. The test part is
    the fold left out, the validation part the fold after it.

    Raises InputError when no pair is measured, or none to train on or to choose the
    epoch by.
    """
    genes = transcripts[["transcript", "gene"]]
    labelled = label_pairs(measured, folds, clip_positive)
    pairs = scanned.merge(genes).merge(labelled, on=["mirna", "gene"])
    if pairs.empty:
        raise InputError("no scanned transcript has a measured fold change")
    test, validation = held_out_folds(fold, folds["fold"].nunique())
    pairs["part"] = pairs["fold"].map({test: "test", validation: "validation"})
    pairs["part"] = pairs["part"].fillna("train")
    for part in ("train", "validation"):
        if not (pairs["part"] == part).any():
            raise InputError(
                f"without fold {fold} no gene with a fold change is left for {part}; set "
                "fewer `folds`, or measure more genes"
            )
    return pairs
