"""Which pairs are explained: those that a user names, and a sample of test positives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.test_sets import primary_test_set
from mirsignal.errors import InputError
from mirsignal.files.tables import (
    name_columns,
    optional_column,
    read_table,
    refuse_duplicates,
)
from mirsignal.logs import log
from mirsignal.sequences.codes import check_target, seed_region
from mirsignal.sequences.mirnas import find_mirna, sequences_by_name, short_name

COLUMNS = ["id", "source", "mirna", "mirna_sequence", "family", "target", "drawn"]
"""Columns of a chosen pair; `source` is "named" or the test set, `drawn` says whether it
gets a heat map."""

MOST_DRAWN = 20
"""Named pairs that get a heat map; the others are explained and aligned all the same."""


def read_named_pairs(
    path: str | Path,
    sequences: Mapping[str, str],
    columns: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Read pairs with columns mirna (name or sequence), target and, optionally, id.

    `columns` names those that the file calls otherwise. `sequences` are those of known
    miRNAs by name; of a miRNA the first 20 nt are kept,
    which are what networks see. A target of less than 50 nt is set in the middle of N,
    which pair with nothing. Pairs without an id get one of their line.
    Raises InputError, with the line, for an unknown miRNA, a sequence that is none or is
    too short or too long, and an id or a pair that is given twice.
    """
    setting = "interpretation: pair_columns"
    names = name_columns({n: n for n in ("mirna", "target", "id")}, columns, setting)
    if "id" not in (columns or {}):
        del names["id"]
    table = read_table(path, names, setting=setting)
    if "id" not in table:
        called = optional_column(table, "id")
        table["id"] = table[called] if called else [f"line {n}" for n in table.index]
    rows = [
        _read_row(row.mirna, row.target, sequences, f"{path}, line {row.Index}")
        for row in table.itertuples()
    ]
    table[["mirna", "mirna_sequence", "target"]] = rows
    table["pair"] = table["mirna_sequence"] + " x " + table["target"]
    for column in ("id", "pair"):
        refuse_duplicates(table, column, path)
    if len(table) > MOST_DRAWN:
        log.warning("heat maps show the first %d named pairs alone", MOST_DRAWN)
    chosen = table.assign(
        source="named",
        family=table["mirna_sequence"].map(seed_region),
        drawn=np.arange(len(table)) < MOST_DRAWN,
    )
    return chosen[COLUMNS].reset_index(drop=True)


def _read_row(
    mirna: str, target: str, sequences: Mapping[str, str], where: str
) -> tuple[str, str, str]:
    """Return name and sequence of the miRNA, and the target as a window."""
    if pd.isna(mirna) or pd.isna(target):
        raise InputError(f"{where}: the mirna or the target is missing; fill it")
    try:
        sequence, site = find_mirna(mirna, sequences), check_target(target)
    except InputError as error:
        raise InputError(f"{where}: {error}; correct or remove the row") from None
    name = mirna if mirna in sequences else ""
    return name, sequence[:MIRNA_LENGTH], site.center(WINDOW, "N")


def choose_positives(test: pd.DataFrame, n: int, random_seed: int) -> pd.DataFrame:
    """Return `n` random positives of the primary test set, or all if fewer.

    `test` (test_set, label and others) are pairs of all test sets.
    Raises InputError where the primary one holds no positive.
    """
    name = primary_test_set(test["test_set"].unique())
    rows = test[(test["test_set"] == name) & (test["label"] == 1)]
    if rows.empty:
        raise InputError(
            f"test set {name} holds no positive, so there is no pair to explain; give a "
            "larger fraction under `samples`"
        )
    return rows.sample(min(n, len(rows)), random_state=random_seed)


def choose_test_pairs(
    test: pd.DataFrame, n_pairs: int, n_many: int, random_seed: int
) -> pd.DataFrame:
    """Return `n_many` positives of the primary test set, `n_pairs` of them to be drawn.

    `test` (test_set, mirna, mirna_sequence, family, target, label, prediction) are pairs
    of all test sets. Drawn are pairs with P > 0.5, or any where there are too few.
    Raises InputError as `choose_positives`.
    """
    rows = choose_positives(test, max(n_pairs, n_many), random_seed)
    called_first = np.argsort(rows["prediction"].to_numpy() <= 0.5, kind="stable")
    drawn = np.zeros(len(rows), bool)
    drawn[called_first[:n_pairs]] = True
    ids = [f"{name} {row}" for row, name in rows["test_set"].items()]
    rows = rows.assign(id=ids, source=rows["test_set"], drawn=drawn)
    return rows[COLUMNS].reset_index(drop=True)


def read_explained(
    pairs: str | Path, shap: str | Path
) -> tuple[pd.DataFrame, NDArray[np.float32]]:
    """Read explained pairs and their SHAP values (N, W, M), in the same order."""
    with np.load(shap) as saved:
        return pd.read_parquet(pairs), saved["values"]


def read_paths(path: str | Path) -> list[NDArray[np.int64]]:
    """Read the cells (K, 2) of each alignment: target and miRNA nucleotide, 0-based."""
    return [
        np.column_stack([row.target_at, row.mirna_at]).astype(np.int64)
        for row in pd.read_parquet(path).itertuples()
    ]


def name_sequences(mirnas: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, str]:
    """Return the sequences of miRNAs by name: scanned ones, then those of other pairs.

    `mirnas` have mirna, sequence; `pairs` mirna, mirna_sequence (cut to 20 nt, which is
    what networks see).
    """
    known = dict(zip(pairs["mirna"], pairs["mirna_sequence"], strict=True))
    return known | sequences_by_name(mirnas)


def name_pair(pair: Any) -> str:
    """Return how a pair (id, mirna) is called: its id and its miRNA, where named."""
    return ", ".join(filter(None, [pair.id, short_name(pair.mirna)]))


def usable_for_many(pairs: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which explained pairs (N,) count for the test set: additive, not named.

    Raises InputError where there is none.
    """
    usable = (pairs["additive"] & (pairs["source"] != "named")).to_numpy(bool)
    if not usable.any():
        raise InputError(
            "SHAP values add up to the logit of no test pair (see explanations.json); "
            "choose another `explainer` under `interpretation`"
        )
    return usable
