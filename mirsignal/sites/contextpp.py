"""The context++ model: how strongly each site of a miRNA represses its mRNA.

Agarwal, Bell, Nam and Bartel 2015, eLife 4:e05005: a linear model per site type, fitted
to the log2 fold changes of many transfections. It is computed here from sequences, but
for two things that need more than those:

- PCT (the probability of preferential conservation) needs alignments of many species;
  where a study has none it contributes nothing, as for a site that is not conserved;
- the weighted score of TargetScan needs the abundance of 3' UTR isoforms; the scores here
  are not weighted.

What a study does not know (reading frames, seed-pairing stability and target abundance,
accessibility) is taken at a typical value: see `fill_typical`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.files.tables import read_table, refuse_duplicates, to_number
from mirsignal.logs import log
from mirsignal.sequences.codes import seed_region
from mirsignal.sites.contextpp_features import describe_sites
from mirsignal.sites.contextpp_tables import count_orf_8mers, orf_lengths
from mirsignal.sites.seed_sites import SITE_TYPES, join, type_numbers

TYPICAL = ("orf_length", "accessibility", "sps", "ta")
"""Features that may be unknown, and have a typical value."""
SCALED = ("three_prime", "utr_length", "local_au", "distance", *TYPICAL)
"""Features that are scaled by the range of their site type."""
PCT = "pct"
"""A scaled feature that sites may lack: then, and where it is NaN, it contributes 0."""
COUNTED = ("off6m", "orf_8mers")
LETTERED = ("site8", "srna1", "srna8")
"""Nucleotides; U is the one without a coefficient of its own."""


def read_coefficients(path: str | Path) -> pd.DataFrame:
    """Read `contextpp_coefficients.tsv`: rows are features, columns as in its header.

    Raises InputError when a row or column is missing or a value is no number.
    """
    groups = ("", "min_", "max_", "typical_")
    columns = {group: [group + kind for kind in SITE_TYPES] for group in groups}
    every = [name for names in columns.values() for name in names]
    table = read_table(path, {name: name for name in ("feature", *every)})
    numbers = pd.DataFrame({name: to_number(table, name, path) for name in every})
    refuse_duplicates(table, "feature", path)
    numbers.index = pd.Index(table["feature"])
    needed = dict.fromkeys(["intercept", "cap", *COUNTED], columns[""])
    needed |= {f"{name}_{base}": columns[""] for name in LETTERED for base in "ACG"}
    needed |= dict.fromkeys((*SCALED, PCT), every[:12]) | dict.fromkeys(TYPICAL, every)
    for name, filled in needed.items():
        if name not in numbers.index or numbers.loc[name, filled].isna().any():
            raise InputError(f"{path}: row {name!r} is missing or incomplete; restore it")
    return numbers


def tabulate_sites(
    mirnas: pd.DataFrame,
    sequences: Mapping[str, str],
    orfs: pd.Series,
    ta_sps: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return every site of `mirnas` (mirna, sequence) with its features, a row each.

    `sequences` holds the 3' UTRs by transcript, `orfs` their reading frames ("" where
    unknown), `ta_sps` what `read_ta_sps` returns. Unknown features are NaN, and so is
    accessibility, which is folded apart.
    """
    joined = join(sequences.values())
    names = pd.array(list(sequences), dtype="str")
    frames = orfs.loc[names]
    lengths = orf_lengths(frames).to_numpy()
    tables = []
    for name, mirna in zip(mirnas["mirna"], mirnas["sequence"], strict=True):
        sites = describe_sites(mirna, joined)
        number = sites.pop("number").to_numpy()
        counts = count_orf_8mers(frames, mirna).to_numpy()
        sites.insert(0, "mirna", name)
        sites.insert(1, "transcript", names[number])
        sites["orf_length"], sites["orf_8mers"] = lengths[number], counts[number]
        seed, kinds = seed_region(mirna), sites["site_type"]
        sites["sps"], sites["ta"] = _of_seed(seed, kinds, ta_sps)
        tables.append(sites.assign(accessibility=np.nan))
    return pd.concat(tables, ignore_index=True)


def _of_seed(
    word: str, site_types: pd.Series, ta_sps: pd.DataFrame | None
) -> tuple[NDArray[np.float64], float]:
    """Return SPS of each site (N,) and TA of a seed, NaN where the table lacks it."""
    if ta_sps is None or word not in ta_sps.index:
        return np.full(len(site_types), np.nan), np.nan
    row = ta_sps.loc[word]
    pairs_nt8 = site_types.isin(["8mer", "7mer-m8"])
    return np.where(pairs_nt8, row["sps"], row["sps_short"]), float(row["ta"])


def fill_typical(
    sites: pd.DataFrame, coefficients: pd.DataFrame, names: Iterable[str] = TYPICAL
) -> pd.DataFrame:
    """Return `sites` with what is unknown at the typical value of the site type, so that
    scores with and without a feature are of the same size."""
    kind = type_numbers(sites["site_type"])
    filled = {}
    for name in names:
        typical = _of(coefficients, name, kind, "typical_")
        filled[name] = sites[name].fillna(pd.Series(typical, index=sites.index))
    return sites.assign(**filled)


def _of(
    coefficients: pd.DataFrame, row: str, kind: NDArray[np.int64], group: str = ""
) -> NDArray[np.float64]:
    values = coefficients.loc[row, [f"{group}{name}" for name in SITE_TYPES]]
    return values.to_numpy(float)[kind]


def score_sites(sites: pd.DataFrame, coefficients: pd.DataFrame) -> NDArray[np.float64]:
    """Return the context++ score (N,) of sites with all features as columns.

    Intercept plus coefficient x value, where scaled features go from 0 to 1 in the range
    of their site type (and beyond it outside), no higher than the cap of the type. Lower
    is stronger repression (log2 fold change). NaN, such as the accessibility of a site
    too near the end of the transcript, contributes nothing.
    """
    kind = type_numbers(sites["site_type"])
    total = _of(coefficients, "intercept", kind)
    for name in (*SCALED, PCT) if PCT in sites else SCALED:
        low, high = (_of(coefficients, name, kind, end) for end in ("min_", "max_"))
        share = (sites[name].to_numpy(float) - low) / (high - low)
        total += np.nan_to_num(_of(coefficients, name, kind) * share)
    for name in COUNTED:
        total += _of(coefficients, name, kind) * sites[name].to_numpy(float)
    for name in LETTERED:
        for base in "ACG":
            weight = _of(coefficients, f"{name}_{base}", kind)
            total += weight * (sites[name] == base).to_numpy()
    return np.minimum(total, _of(coefficients, "cap", kind))


def score_folded(
    sites: pd.DataFrame, folded: pd.DataFrame | None, coefficients: pd.DataFrame
) -> pd.DataFrame:
    """Return the sites of `tabulate_sites` with their score, column `contextpp`.

    `folded` is the accessibility by transcript and p8 (`accessibility.fold_sites`), None
    where nothing was folded. Features that are unknown are taken at a typical value, but
    for the accessibility of a folded site at the end of its transcript: it contributes
    nothing.
    """
    unknown = list(TYPICAL)
    if folded is not None:
        unknown.remove("accessibility")
        sites = sites.drop(columns="accessibility").merge(
            folded, how="left", on=["transcript", "p8"], validate="many_to_one"
        )
    counts, absent = sites["site_type"].value_counts(), sites[unknown].isna().sum()
    log.info("sites: %s", counts.to_dict())
    log.info("unknown, and taken as typical, for so many: %s", absent.to_dict())
    filled = fill_typical(sites, coefficients, unknown)
    return sites.assign(contextpp=score_sites(filled, coefficients))


def sum_by_gene(
    sites: pd.DataFrame, mirna_names: Iterable[str], transcripts: pd.DataFrame
) -> pd.DataFrame:
    """Return rows (mirna, gene, contextpp) of every pair of the study.

    A transcript's score is the sum over its sites, 0 without any; a gene's is the mean
    over its transcripts (`transcripts`: transcript, gene), as for predictions.
    """
    summed = sites.groupby(["mirna", "transcript"], as_index=False)["contextpp"].sum()
    summed = summed.merge(transcripts[["transcript", "gene"]], on="transcript")
    totals = summed.groupby(["mirna", "gene"])["contextpp"].sum()
    n_transcripts = transcripts.groupby("gene").size()
    every = pd.MultiIndex.from_product(
        [list(mirna_names), n_transcripts.index], names=["mirna", "gene"]
    )
    scores = totals.reindex(every, fill_value=0.0).reset_index()
    scores["contextpp"] /= scores["gene"].map(n_transcripts)
    return scores
