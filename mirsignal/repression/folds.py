"""The folds of genes that all models share, and the pairs with their targets."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.logs import log


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
    """Return measured pairs (mirna, gene, log2fc) with their fold and target_log2fc.

    The target is log2fc, with `clip_positive` no higher than 0.
    """
    pairs = fold_changes.merge(folds, on="gene")
    target = pairs["log2fc"].clip(upper=0) if clip_positive else pairs["log2fc"]
    return pairs.assign(target_log2fc=target)


def held_out_folds(fold: int, n_folds: int) -> tuple[int, int]:
    """Return the folds that a model of `fold` does not train on: (test, validation)."""
    return fold, (fold + 1) % n_folds


def part_pairs(
    scanned: pd.DataFrame,
    transcripts: pd.DataFrame,
    labelled: pd.DataFrame,
    fold: int,
    n_folds: int,
) -> pd.DataFrame:
    """Return a row per measured pair of `scanned`: its fold change, fold and part.

    `scanned` has mirna and transcript, and keeps its other columns; `transcripts` has
    transcript and gene; `labelled` is of `label_pairs`. The test part is the fold left
    out, the validation part the fold after it.

    Raises InputError when no pair is measured, or none to train on or to choose the
    epoch by.
    """
    genes = transcripts[["transcript", "gene"]]
    pairs = scanned.merge(genes).merge(labelled, on=["mirna", "gene"])
    if pairs.empty:
        raise InputError("no scanned transcript has a measured fold change")
    test, validation = held_out_folds(fold, n_folds)
    pairs["part"] = pairs["fold"].map({test: "test", validation: "validation"})
    pairs["part"] = pairs["part"].fillna("train")
    log.info("pairs: %s", pairs["part"].value_counts().to_dict())
    for part in ("train", "validation"):
        if not (pairs["part"] == part).any():
            raise InputError(
                f"without fold {fold} no gene with a fold change is left for {part}; set "
                "fewer `folds`, or measure more genes"
            )
    return pairs
