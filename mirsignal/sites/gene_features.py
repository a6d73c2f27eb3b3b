"""Features of a gene's mRNA that are the same for all miRNAs: lengths, composition."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

GENE_FEATURES = (
    "utr_length",
    "utr_length_squared",
    "utr_au",
    "utr_u",
    "utr_cpg",
    "orf_length",
    "orf_known",
    "orf_gc",
    "orf_gc3",
)
"""Lengths are log10 of nt; the others are shares of nucleotides, or of steps (CpG)."""


def describe_genes(
    transcripts: pd.DataFrame, sequences: Mapping[str, str], orfs: pd.Series
) -> pd.DataFrame:
    """Return GENE_FEATURES of each gene, the mean over its transcripts.

    `transcripts` has transcript and gene, `orfs` the reading frame by transcript (""
    where unknown), which is NaN where no frame of the gene is known: a model
    fills it in from the genes that it is trained on (`fit_scale`).
    """
    rows = [_describe(sequences[name], orfs[name]) for name in transcripts["transcript"]]
    table = pd.DataFrame(rows, columns=list(GENE_FEATURES))
    return table.groupby(transcripts["gene"].to_numpy()).mean().rename_axis("gene")


def fit_scale(values: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and standard deviation (G,) of training rows (n, G), NaN left out.

    Scaled by them, an unknown value is that of the mean training gene: 0. A column
    without any value has mean 0, one without spread has 1.
    """
    rows = np.asarray(values, float)
    known = ~np.isnan(rows)
    n = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, rows, 0).sum(axis=0) / n
    spread = np.sqrt((np.where(known, rows - mean, 0) ** 2).sum(axis=0) / n)
    return mean, np.where(spread > 1e-6, spread, 1.0)


def gene_inputs(
    pairs: pd.DataFrame, genes_path: str | Path, mirnas_path: str | Path
) -> list[NDArray[np.float32]]:
    """Return what a signal network reads of genes: nothing where `genes_path` is empty.

    Else GENE_FEATURES (N, G) of each row of `pairs` (gene, mirna), NaN where unknown, and
    which miRNA of the table it is (N, K), as one 1.
    """
    if not genes_path:
        return []
    genes = pd.read_parquet(genes_path).set_index("gene")[list(GENE_FEATURES)]
    mirnas = pd.read_parquet(mirnas_path)["mirna"].to_numpy()
    is_mirna = pairs["mirna"].to_numpy()[:, None] == mirnas
    return [
        genes.loc[pairs["gene"]].to_numpy("float32"),
        is_mirna.astype(np.float32),
    ]


def _describe(utr: str, orf: str) -> tuple[float, ...]:
    length = np.log10(max(len(utr), 1))
    au = _share(utr, "AU")
    composition = (length, length**2, au, _share(utr, "U"))
    cpg = utr.count("CG") / max(len(utr) - 1, 1)
    if not orf:
        return (*composition, cpg, np.nan, 0.0, np.nan, np.nan)
    gc, gc3 = _share(orf, "GC"), _share(orf[2::3], "GC")
    return (*composition, cpg, np.log10(len(orf)), 1.0, gc, gc3)


def _share(sequence: str, letters: str) -> float:
    return sum(map(sequence.count, letters)) / max(len(sequence), 1)
