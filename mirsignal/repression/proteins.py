"""What RNA-binding proteins at a site add to what it does, protein by protein.

A peak of a protein multiplies the weight of a site by 1 plus its coefficient, which is
learned from what a fitted model leaves of its pairs:

    residual = sum over sites of (effect of the site x sum of coefficients) + noise

in units of the noise of the miRNA. Coefficients are random effects with one variance
(ridge), which is what data sets agree on: the sums of products of two data sets have no
noise in common, so that proteins that do nothing get nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from mirsignal.logs import log
from mirsignal.repression.datasets import bare_names

LEAST = 0.05
"""A site keeps this share of its weight at least."""
_Z = 1.96  # of a 95% interval


@dataclass(frozen=True)
class ProteinEffects:
    """Coefficients of proteins, and what each shows by itself."""

    table: pd.DataFrame
    """protein, n_sites, coefficient (shrunken, of all together), alone, low, high: not
    shrunken, as if there were no other protein, with a 95% interval whose errors of
    pairs of one gene may go together (Liang and Zeger 1986, Biometrika 73:13)."""
    variance: float

    def weigh(self, sites: pd.DataFrame, peaks: pd.DataFrame) -> pd.DataFrame:
        """Return `sites` with their `peaks` (site: index of a row, protein) as a factor
        of weight."""
        known = self.table.set_index("protein")["coefficient"]
        added = peaks["protein"].map(known).astype(float).fillna(0.0)
        by_site = added.groupby(peaks["site"]).sum()
        factor = (1 + by_site.reindex(sites.index, fill_value=0.0)).clip(lower=LEAST)
        return sites.assign(weight=sites["weight"] * factor)


def fit_proteins(
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    effects: NDArray[np.float64],
    predicted: NDArray[np.float64],
    peaks: pd.DataFrame,
) -> ProteinEffects:
    """Return what proteins add, from training pairs of one data set or several.

    `pairs` (N rows: mirna, gene, dataset, target_log2fc) are stacked, `sites` their sites
    (S rows), `effects` (S,) what each does (log2; NaN of sites of no pair), `predicted`
    (N,) what is predicted of the pairs, and `peaks` as for `ProteinEffects.weigh`. From a
    single data set no variance can be told from noise, so that coefficients are 0.
    """
    proteins = pd.Index(sorted(peaks["protein"].unique()))
    design = _design(pairs, sites, effects, peaks, proteins)
    residual = pairs["target_log2fc"].to_numpy(float) - predicted
    mirna = pairs["mirna"].array
    noise = pd.Series(residual).groupby(mirna).transform("std")
    scale = 1 / noise.where(noise > 0, 1.0).to_numpy()
    x = _centred(design * scale[:, None], mirna)
    y = _centred((residual * scale)[:, None], mirna)[:, 0]
    normals, products = [], []
    for own in pairs.groupby("dataset").indices.values():
        normals.append(x[own].T @ x[own])
        products.append(x[own].T @ y[own])
    variance = _shared_variance(normals, products)
    normal, product = np.sum(normals, axis=0), np.sum(products, axis=0)
    coefficient = np.zeros(len(proteins))
    if variance > 0:
        prior = np.eye(len(proteins)) / variance
        coefficient = np.linalg.solve(normal + prior, product)
    n_sites = peaks["protein"].value_counts().reindex(proteins)
    table = pd.DataFrame(
        {
            "protein": proteins,
            "n_sites": n_sites.to_numpy(),
            "coefficient": coefficient,
            **_alone(x, y, bare_names(pairs["gene"])),
        }
    )
    log.info(
        "%d proteins: sd of coefficients %.3f shared by %d data sets",
        len(proteins),
        variance**0.5,
        len(normals),
    )
    return ProteinEffects(table, variance)


def _design(pairs, sites, effects, peaks, proteins) -> NDArray[np.float64]:
    """Return the effect (N, P) of the sites of each pair in peaks of each protein."""
    keys = pd.MultiIndex.from_frame(pairs[["mirna", "gene"]])
    pair = keys.get_indexer(pd.MultiIndex.from_frame(sites[["mirna", "gene"]]))
    site = sites.index.get_indexer(peaks["site"])
    known = (site >= 0) & (pair[site] >= 0)
    rows, columns = pair[site[known]], proteins.get_indexer(peaks["protein"][known])
    values = np.nan_to_num(effects[site[known]])
    shape = len(pairs), len(proteins)
    return sparse.coo_matrix((values, (rows, columns)), shape).toarray()


def _centred(values: NDArray[np.float64], groups) -> NDArray[np.float64]:
    table = pd.DataFrame(values)
    return (table - table.groupby(groups).transform("mean")).to_numpy()


def _shared_variance(normals: list[NDArray], products: list[NDArray]) -> float:
    """Return the variance of coefficients that data sets share (method of moments): of
    two of them, products have the covariance normal x normal x variance."""
    pairs = list(combinations(range(len(normals)), 2))
    moment = sum(float(products[a] @ products[b]) for a, b in pairs)
    scale = sum(float((normals[a] * normals[b]).sum()) for a, b in pairs)
    return max(moment / scale, 0.0) if scale > 0 else 0.0


def _alone(x, y, genes: pd.Series) -> dict[str, NDArray[np.float64]]:
    """Return the least-squares coefficient of each column alone, and its interval."""
    square = (x**2).sum(axis=0)
    square = np.where(square > 0, square, np.nan)
    alone = (x.T @ y) / square
    errors = pd.DataFrame(x * (y[:, None] - x * np.nan_to_num(alone)))
    by_gene = errors.groupby(genes.to_numpy()).sum().to_numpy()
    sd = np.sqrt((by_gene**2).sum(axis=0)) / square
    return {"alone": alone, "low": alone - _Z * sd, "high": alone + _Z * sd}
