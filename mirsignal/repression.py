"""Measured fold changes, TargetScan scores and the folds that all models share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files import read_table, to_number
from mirsignal.sequences import normalise, seed
from mirsignal.transcripts import strip_version


def read_fold_changes(
    path: str | Path, mirnas: pd.DataFrame, genes: pd.Series, id_column: str = "gene"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read log2 fold changes as rows (mirna, gene, log2fc), with counts for the log.

    Columns are matched by miRNA name, rows by gene id without version. Values of a gene
    that stands on several rows are averaged and counted. NA values are left out.

    Raises InputError when no column is one of `mirnas`, no id is among `genes`, or a
    value is no number.
    """
    table = read_table(path, {"gene": id_column})
    names = [name for name in mirnas["mirna"] if name in table.columns]
    if not names:
        raise InputError(
            f"{path}: no column is named like a miRNA of the study "
            f"({mirnas['mirna'].iloc[0]!r}, ...); rename the columns"
        )
    table = table[table["gene"].notna()].assign(
        gene=lambda rows: rows["gene"].map(strip_version)
    )
    known = table["gene"].isin(set(genes))
    if not known.any():
        raise InputError(
            f"{path}: none of its {len(table)} ids (first: {table['gene'].iloc[0]!r}) is "
            f"a gene of the transcripts (first: {genes.iloc[0]!r}); check the id column"
        )
    values = pd.DataFrame({name: to_number(table, name, path) for name in names})
    values["gene"] = table["gene"]
    rows = values[known].melt("gene", var_name="mirna", value_name="log2fc").dropna()
    tidy = rows.groupby(["mirna", "gene"], as_index=False, sort=True)["log2fc"].mean()
    counts = {
        "rows": len(table),
        "rows_of_known_genes": int(known.sum()),
        "genes_on_several_rows": int(table.loc[known, "gene"].duplicated().sum()),
        "mirnas_without_column": len(mirnas) - len(names),
        "pairs": len(tidy),
    }
    columns = ["mirna", "gene", "log2fc"]
    return pd.DataFrame(tidy[columns]), counts


def read_targetscan(
    path: str | Path,
    mirnas: pd.DataFrame,
    columns: Mapping[str, str],
    where: Mapping[str, str | int] | None = None,
) -> pd.DataFrame:
    """Read TargetScan scores as rows (mirna, gene, score); absent pairs stay absent.

    The table has a `mirna` column, or a `seed` column (nt 2-8) that stands for all
    miRNAs of that family. Several scores of one pair are reduced to the lowest, which is
    the strongest predicted repression. Of a table of several species, `where` (column in
    the file -> value) names the rows to keep.

    Raises InputError when a column is missing, a score is no number or no row is left.
    """
    key = "seed" if "seed" in columns else "mirna"
    names = {key: key, "gene": "gene", "score": "score"} | dict(columns)
    table = read_table(path, names)
    ours = {in_file: name for name, in_file in names.items()}
    for column, value in (where or {}).items():
        table = _keep_rows(table, ours.get(column, column), str(value), path)
    table["score"] = to_number(table, "score", path)
    table = table[table[[key, "gene", "score"]].notna().all(axis=1)]
    table["gene"] = table["gene"].map(strip_version)
    if key == "seed":
        table["seed"] = _normalised(table["seed"], path)
        families = mirnas.assign(seed=mirnas["sequence"].map(seed))[["mirna", "seed"]]
        table = table[[key, "gene", "score"]].merge(families, on="seed")
    tidy = table.groupby(["mirna", "gene"], as_index=False, sort=True)["score"].min()
    tidy = tidy[tidy["mirna"].isin(mirnas["mirna"])].reset_index(drop=True)
    if tidy.empty:
        raise InputError(
            f"{path}: no row is of a miRNA of the study ({mirnas['mirna'].iloc[0]!r}, "
            f"seed {mirnas['sequence'].map(seed).iloc[0]}, ...); check its names"
        )
    return tidy


def _normalised(seeds: pd.Series, path: str | Path) -> pd.Series:
    rna = {}
    for line, value in seeds.drop_duplicates().items():
        try:
            rna[value] = normalise(value)
        except InputError as error:
            raise InputError(f"{path}, line {line}: seed {value!r}: {error}") from None
    return seeds.map(rna)


def _keep_rows(
    table: pd.DataFrame, column: str, value: str, path: str | Path
) -> pd.DataFrame:
    if column not in table.columns:
        raise InputError(
            f"{path}: column {column!r} of `where` is missing (it has: "
            f"{', '.join(table.columns[:12])})"
        )
    kept = table[table[column] == value]
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

    Raises InputError when no pair is measured.
    """
    genes = transcripts[["transcript", "gene"]]
    labelled = label_pairs(measured, folds, clip_positive)
    pairs = scanned.merge(genes).merge(labelled, on=["mirna", "gene"])
    if pairs.empty:
        raise InputError("no scanned transcript has a measured fold change")
    test, validation = held_out_folds(fold, folds["fold"].nunique())
    pairs["part"] = pairs["fold"].map({test: "test", validation: "validation"})
    return pairs.assign(part=pairs["part"].fillna("train"))
