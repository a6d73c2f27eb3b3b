"""Measured variants of target sites, and how well the network foretells them.

A variant is scored by the change of the network's logit against the unmutated target of
its site. Both lie at the same place in the window, the middle of the target in the middle
of the window, N around a target shorter than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.backend import keras
from mirsignal.errors import InputError
from mirsignal.files import name_columns, read_table, refuse_duplicates, to_number
from mirsignal.metrics import bootstrap_interval, pearson, spearman
from mirsignal.mirnas import find_mirna, sequences_by_name
from mirsignal.scanning import logit_model, sigmoid
from mirsignal.sequences import check_target, encode_many
from mirsignal.training import predict_codes

N_RESAMPLES, N_PERMUTATIONS = 1000, 9999
COLUMNS = {
    "mirna": "miRNA, as the study names it, or its sequence",
    "site_id": "site",
    "target": "its unmutated target, at most 50 nt",
    "variant": "the mutated target that was measured",
    "measured": "its measurement; the setting `stronger` tells which way it points",
    "delta_logit": "change of the network's logit against the unmutated target",
    "delta_p": "change of P(binding)",
}
_TEXTS = ("mirna", "site_id", "target", "variant")


def read_variants(
    path: str | Path, columns: Mapping[str, str], mirnas: pd.DataFrame
) -> pd.DataFrame:
    """Read measured variants: mirna, sequence, site_id, target, variant, measured.

    `mirnas` (mirna, sequence) are those of the study; the table may also give a mature
    sequence in place of a name. Sequences come back as RNA.

    Raises InputError, with file and line, for a missing column or value, an unknown
    miRNA, a letter that is no nucleotide, a target or variant longer than a window, a
    site with two targets, and a variant that stands there twice.
    """
    setting = "inputs: measured_variants: columns"
    known = {name: name for name in (*_TEXTS, "measured")}
    names = name_columns(known, columns, setting)
    table = read_table(path, names, setting=setting)[list(names)]
    missing = table.index[table.isna().any(axis=1)]
    if len(missing):
        column = table.columns[table.loc[missing[0]].isna()][0]
        raise InputError(
            f"{path}, line {missing[0]}: {column} is missing; fill it or remove the row"
        )
    table["measured"] = to_number(table, "measured", path)
    sequences = sequences_by_name(mirnas)
    rows = [
        _read_row(row, sequences, f"{path}, line {row.Index}")
        for row in table.itertuples()
    ]
    table[["sequence", "target", "variant"]] = rows
    _refuse_two_targets(table, path)
    key = table["mirna"] + " " + table["site_id"] + " " + table["variant"]
    refuse_duplicates(table.assign(variant=key), "variant", path)
    return table.reset_index(drop=True)


def _read_row(row: Any, known: Mapping[str, str], where: str) -> tuple[str, str, str]:
    """Return the sequences of miRNA, target and variant of a row."""
    try:
        mirna = find_mirna(row.mirna, known)
        return mirna, check_target(row.target), check_target(row.variant)
    except InputError as error:
        raise InputError(f"{where}: {error}; correct or remove the row") from None


def _refuse_two_targets(table: pd.DataFrame, path: str | Path) -> None:
    first = table.groupby(["mirna", "site_id"])["target"].transform("first")
    other = table.index[table["target"] != first]
    if len(other):
        site = table.loc[other[0], "site_id"]
        raise InputError(
            f"{path}, line {other[0]}: site {site!r} has another target above; give "
            "sites different ids"
        )


def score_variants(
    model: keras.Model, table: pd.DataFrame, encoding: str
) -> pd.DataFrame:
    """Return the table with delta_logit and delta_p of each variant."""
    network = logit_model(model)
    mirnas = encode_many(table["sequence"], MIRNA_LENGTH)
    before = ["N" * ((WINDOW - len(target)) // 2) for target in table["target"]]
    logits = {
        column: predict_codes(
            network, encode_many(before + table[column], WINDOW), mirnas, encoding
        )
        for column in ("target", "variant")
    }
    return table.assign(
        delta_logit=logits["variant"] - logits["target"],
        delta_p=sigmoid(logits["variant"]) - sigmoid(logits["target"]),
    )


def correlate_variants(
    table: pd.DataFrame, stronger: str, seed: int
) -> list[dict[str, Any]]:
    """Return how the change of the logit agrees with the measurement, a row per miRNA.

    The first row, `all`, pools the miRNAs. `stronger` is `higher` or `lower`: the
    measurements that mean stronger repression; a positive r is agreement either way.
    Each has its 95% bootstrap interval over variants and the two-sided p of a permutation
    test; all None with fewer than 3 variants or where a side is constant.
    """
    sign = {"higher": 1, "lower": -1}[stronger]
    groups = [("all", table), *table.groupby("mirna", sort=False)]
    return [
        {"mirna": name, "n": len(rows), "n_sites": _n_sites(rows)}
        | _correlate(rows["delta_logit"], sign * rows["measured"], seed)
        for name, rows in groups
    ]


def _n_sites(rows: pd.DataFrame) -> int:
    return len(rows[["mirna", "site_id"]].drop_duplicates())


def _correlate(predicted: pd.Series, measured: pd.Series, seed: int) -> dict[str, Any]:
    x, y = predicted.to_numpy(float), measured.to_numpy(float)
    result = {}
    for name, measure, of in (
        ("pearson", pearson, np.asarray),
        ("spearman", spearman, stats.rankdata),
    ):
        value = low = high = p = None
        if np.isfinite(pearson(x, y)):
            value = measure(x, y)
            low, high = bootstrap_interval(
                measure, x, y, n_resamples=N_RESAMPLES, seed=seed
            )
            shuffled = stats.PermutationMethod(
                n_resamples=N_PERMUTATIONS, rng=np.random.default_rng(seed)
            )
            p = float(stats.pearsonr(of(x), of(y), method=shuffled).pvalue)
        result[name] = {"value": value, "low": low, "high": high, "permutation_p": p}
    return result
