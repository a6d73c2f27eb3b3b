"""Measured variants of target sites, and how well the network predicts them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from mirsignal.errors import InputError
from mirsignal.files.tables import name_columns, read_table, refuse_duplicates, to_number
from mirsignal.logs import log
from mirsignal.sequences.codes import check_target
from mirsignal.sequences.mirnas import find_mirna, sequences_by_name
from mirsignal.statistics.metrics import bootstrap_interval, pearson, spearman

N_RESAMPLES, N_PERMUTATIONS, _AT_ONCE = 1000, 9999, 99
_TEXTS = ("mirna", "site_id", "target", "variant")


def read_variants(
    path: str | Path, columns: Mapping[str, str], mirnas: pd.DataFrame
) -> pd.DataFrame:
    """Read measured variants: mirna, sequence, site_id, target, variant, measured.

    `mirnas` (mirna, sequence) are those of the study; the table may also give a mature
    sequence in place of a name. Sequences come back as RNA.

    Raises InputError, with file and line, for a missing column or value, an unknown
    miRNA, a letter that is no nucleotide, a target or variant longer than a window, a
    site with two targets, and a variant that is given twice.
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


def correlate_variants(
    table: pd.DataFrame, stronger: str, seed: int
) -> list[dict[str, Any]]:
    """Return how the change of the logit agrees with the measurement, a row per miRNA.

    The first row, `all`, pools the miRNAs. `stronger` is `higher` or `lower`: the
    measurements that mean stronger repression; a positive r is agreement either way.
    Each has its 95% bootstrap interval, from resampling sites with all their variants
    (variants, where all are of one site), and the two-sided p of permuting measurements
    within sites (among sites, where each has one variant); all None with fewer than 3
    variants or where a side is constant.
    """
    sign = {"higher": 1, "lower": -1}[stronger]
    found = []
    for name, rows in [("all", table), *table.groupby("mirna", sort=False)]:
        counts = {"n": len(rows), "n_sites": rows.groupby(["mirna", "site_id"]).ngroups}
        measures = _correlate(rows.assign(measured=sign * rows["measured"]), seed)
        log.info("%s: %s, n = %d", name, _in_words(measures), len(rows))
        found.append({"mirna": name} | counts | measures)
    return found


def _correlate(rows: pd.DataFrame, seed: int) -> dict[str, Any]:
    x, y = rows["delta_logit"].to_numpy(float), rows["measured"].to_numpy(float)
    site = rows.groupby(["mirna", "site_id"]).ngroup().to_numpy()
    result = {}
    for name, measure, of in (
        ("pearson", pearson, np.asarray),
        ("spearman", spearman, stats.rankdata),
    ):
        value = low = high = p = None
        if np.isfinite(pearson(x, y)):
            value = measure(x, y)
            low, high = bootstrap_interval(
                measure,
                x,
                y,
                groups=site,
                n_resamples=N_RESAMPLES,
                seed=seed,
            )
            p = permutation_p(of(x), of(y), site, seed)
        result[name] = {
            "value": value,
            "low": None if low is None or np.isnan(low) else low,
            "high": None if high is None or np.isnan(high) else high,
            "permutation_p": p,
        }
    return result


def permutation_p(
    x: NDArray[np.floating], y: NDArray[np.floating], site: NDArray[np.integer], seed: int
) -> float:
    """Return the two-sided p of the correlation of x and y (N,) by permuting y.

    y is permuted within sites (N,), so that differences between sites, which no mutation
    made, cannot pass for agreement; among all rows where every site has one.
    """
    if len(set(site)) == len(site):
        site = np.zeros_like(site)
    order = np.argsort(site, kind="stable")
    centred, y, site = (x - x.mean())[order], y[order], site[order]
    rng = np.random.default_rng(seed)
    permuted = []
    for _ in range(0, N_PERMUTATIONS, _AT_ONCE):
        places = np.argsort(site + rng.random((_AT_ONCE, len(y))), axis=1)
        permuted.append(y[places] @ centred)
    values, slack = np.concatenate(permuted), 1e-9 * np.abs(centred) @ np.abs(y)
    above = (values >= centred @ y - slack).sum()
    below = (values <= centred @ y + slack).sum()
    return float(min(1, 2 * (min(above, below) + 1) / (len(values) + 1)))


def _in_words(measures: Mapping[str, Mapping[str, float | None]]) -> str:
    return ", ".join(
        f"{name} undefined"
        if found["value"] is None
        else f"{name} {found['value']:.3f} ({found['low']:.3f}-{found['high']:.3f}), "
        f"p = {found['permutation_p']:.2g}"
        for name, found in measures.items()
    )
