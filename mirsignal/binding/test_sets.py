"""Test sets of a binding network: those of a sample set, others, and random windows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.axes import WINDOW
from mirsignal.samples.audit import each_ratio, shared_kmers
from mirsignal.samples.splits import TEST_SETS
from mirsignal.sequences.codes import decode_many
from mirsignal.sequences.composition import fit_transitions, random_transcripts

_PREFERRED = ("unseen_target", "random", "unseen_family")


def collect_test_pairs(
    pairs: pd.DataFrame, others: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return the test rows of a sample set and of `others` by name, column `test_set`.

    Pairs of `others`, which are not nested, get round -1 or 0, and their gene as
    cluster: what it is resampled by.
    """
    own = pairs[pairs["split"].isin(TEST_SETS)]
    parts = [own.assign(test_set=own["split"], cluster=own["cluster"].astype(str))]
    for name, table in others.items():
        cluster = table["gene"].astype(str)
        parts.append(
            table.assign(test_set=name, round=-table["label"], row=-1, cluster=cluster)
        )
    columns = ["mirna", "mirna_sequence", "family", "target", "cluster", "label"]
    return pd.concat(parts, ignore_index=True)[["test_set", *columns, "round", "row"]]


def each_test_set(
    test: pd.DataFrame, largest_ratio: int | None = None
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield name and rows of each test set; the nested ones once per ratio.

    A set of this sample set is called NAME_1_RATIO, for ratios 1, 10 and 100 and
    its own as far as they are reached; `largest_ratio` leaves out the larger ones.
    """
    for name, rows in test.groupby("test_set", sort=False):
        if name not in TEST_SETS:
            yield name, rows
            continue
        for ratio, nested in each_ratio(rows):
            if largest_ratio is None or ratio <= largest_ratio:
                yield f"{name}_1_{ratio}", nested


def primary_test_set(names: Iterable[str]) -> str:
    """Return the test set that figures show first: unseen targets, where there are."""
    known = list(names)
    return next((name for name in _PREFERRED if name in known), known[0])


def describe_test_set(rows: pd.DataFrame, train: pd.DataFrame) -> dict[str, Any]:
    """Return n, prevalence, number of miRNAs, and what training knew of the positives."""
    positives = rows.loc[rows["label"] == 1, "target"]
    mirnas, known = rows["mirna_sequence"], set(train["mirna_sequence"])
    return {
        "n": len(rows),
        "n_mirnas": int(mirnas.nunique()),
        "prevalence": float(rows["label"].mean()),
        "positives_sharing_25mer_with_train": float(
            shared_kmers(train["target"], positives).mean()
        ),
        "mirnas_in_train": float(mirnas.isin(known).mean()),
    }


def random_pairs(
    pairs: pd.DataFrame, n_mirnas: int, n_windows: int, seed: int
) -> pd.DataFrame:
    """Return pairs of the commonest miRNAs with the same random windows.

    Windows follow the dinucleotide composition of the targets; labels are 0.
    """
    counts = pairs.loc[pairs["label"] == 1, "mirna_sequence"].value_counts()
    common = counts.index[:n_mirnas]
    windows = random_transcripts(
        fit_transitions(pairs["target"].unique()),
        np.full(n_windows, WINDOW),
        np.random.default_rng(seed),
    )
    targets = decode_many(np.stack(windows))
    return pd.DataFrame(
        {
            "mirna_sequence": np.repeat(common, n_windows),
            "target": np.tile(targets, len(common)),
            "label": 0,
        }
    )
