"""How strongly genes respond to their sites, as other experiments have shown it.

What sites do to an mRNA (`occupancy`) takes all genes alike. Genes differ: in how much
of their mRNA ends before the site, lies out of reach or is not what the annotation says,
none of which depends on the miRNA. So the response of a gene, by which what its sites
would do alone is multiplied, can be learned from other miRNAs:

    residual = (response - 1) x effect + shift of the gene in the experiment + noise

with residual and effect in units of the noise of the miRNA's experiment. Responses are
random effects around 1 + slope x expression, where expression is the logarithm of the
reads at the gene's poly(A) sites, standardised. Their variance is what experiments agree
on: the covariance of two experiments' estimates is free of the noise of either, and of
what moves a gene in one of them, such as a control that all of its transfections are
compared with. For the same reason a response in an experiment is learned from the others
alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from mirsignal.logs import log
from mirsignal.repression.datasets import SEPARATOR, bare_names
from mirsignal.sites.gene_features import fit_scale

EXPRESSION = "log_reads"
"""Column of the tables of genes: log(1 + reads at poly(A) sites), NaN where unknown."""
LEAST = 0.05
"""A response counts as this at least; below 0 sites would not repress."""
_NOISE_DEGREES = 8.0  # of freedom, of the prior of a gene's noise


@dataclass(frozen=True)
class GeneResponses:
    """Responses of genes, by name without the data set in front."""

    precision: pd.DataFrame
    """Of each gene (rows) in each data set (columns); 0 where it was not measured."""
    product: pd.DataFrame
    """The same of precision times how far the response is from what is expected."""
    variance: float
    """Of responses around what is expected, as far as data sets share it."""
    slope: float
    """What one standard deviation of log reads adds to the response."""
    mean_reads: float
    sd_reads: float

    @classmethod
    def none(cls) -> GeneResponses:
        """Return those of genes that all respond alike."""
        return cls(pd.DataFrame(), pd.DataFrame(), 0.0, 0.0, 0.0, 1.0)

    def expected(self, log_reads: ArrayLike) -> NDArray[np.float64]:
        """Return the response (N,) that is expected by expression alone."""
        return 1 + self.slope * _scale(log_reads, self.mean_reads, self.sd_reads)

    def learned(self, without: str | None = None) -> pd.Series:
        """Return what is learned of each gene beyond that, from all data sets but
        `without`."""
        used = [name for name in self.precision if name != without]
        precision = self.precision[used].sum(axis=1)
        return (
            self.variance
            * self.product[used].sum(axis=1)
            / (1 + self.variance * precision)
        )

    def weigh(self, sites: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
        """Return stacked `sites` with the response of their gene as a factor of weight.

        `genes` has gene and EXPRESSION, with the data set in front of the names.
        """
        responses = pd.Series(self.expected(genes[EXPRESSION]), genes["gene"].array)
        for name, own in genes["gene"].groupby(_datasets_of(genes["gene"])):
            learned = bare_names(own).map(self.learned(without=str(name))).fillna(0)
            responses[own] += learned.to_numpy()
        factor = sites["gene"].map(responses.clip(lower=LEAST)).astype(float).fillna(1.0)
        return sites.assign(weight=sites["weight"] * factor)

    def table(self, genes: pd.DataFrame, others: pd.Series | None = None) -> pd.DataFrame:
        """Return a row per gene, for experiments that no data set is of.

        `genes` is that of `weigh`; `others` has the log reads by gene of genes that may
        be of no data set. Columns: gene, response, log_reads, n_datasets that it was
        measured in, learned: how much of the response they make.
        """
        reads = genes.groupby(bare_names(genes["gene"]))[EXPRESSION].max()
        if others is not None:
            reads = pd.concat([reads, others.drop(reads.index, errors="ignore")])
        learned = self.learned().reindex(reads.index).fillna(0.0)
        n_datasets = (self.precision > 0).sum(axis=1).reindex(reads.index, fill_value=0)
        response = self.expected(reads) + learned
        table = {
            "response": np.maximum(response, LEAST),
            EXPRESSION: reads,
            "learned": learned,
            "n_datasets": n_datasets,
        }
        return pd.DataFrame(table).round(4).rename_axis("gene").reset_index()


def read_responses(path: str | Path) -> pd.Series:
    """Return responses by gene from the table of `GeneResponses.table`, or one of a ready
    model, which has these two columns alone."""
    names = {"gene": str, "response": float}
    table = pd.read_csv(
        path, sep="\t", comment="#", usecols=list(names), dtype=names, na_filter=False
    )
    return table.set_index("gene")["response"]


def fit_responses(
    pairs: pd.DataFrame,
    effects: NDArray[np.float64],
    predicted: NDArray[np.float64],
    genes: pd.DataFrame,
) -> GeneResponses:
    """Return responses from training pairs of one data set or several.

    `pairs` (N rows: mirna, gene, dataset, target_log2fc) are stacked, `effects` (N,) what
    their sites do and `predicted` (N,) the same with the baseline, log2, by a model that
    takes genes alike; `genes` has gene and EXPRESSION. From a single data set no variance
    can be told from that of the experiment, so that genes are as expected.
    """
    precision, product = _evidence(pairs, effects, predicted)
    stacked = precision.index.to_series()
    reads = stacked.map(genes.set_index("gene")[EXPRESSION]).to_numpy(float)
    (mean,), (spread,) = fit_scale(reads[:, None])
    scaled, datasets = _scale(reads, mean, spread), _datasets_of(stacked)
    slope = _fit_slope(precision, product, scaled, datasets)
    keys = [bare_names(stacked), datasets]
    precisions, products = (
        values.groupby(keys).sum().unstack(fill_value=0.0)
        for values in (precision, product - precision * slope * scaled)
    )
    variance = _shared_variance(precisions, products)
    reliable = _reliability(precisions, products, variance)
    log.info(
        "responses of %d genes: sd %.2f shared by %d data sets, %+.3f per sd of reads",
        len(precisions),
        variance**0.5,
        precisions.shape[1],
        slope,
    )
    return GeneResponses(
        precisions * reliable,
        products * reliable,
        variance,
        slope,
        float(mean),
        float(spread),
    )


def _datasets_of(names: pd.Series) -> pd.Series:
    return names.str.split(SEPARATOR, n=1).str[0]


def _scale(values: ArrayLike, mean: float, spread: float) -> NDArray[np.float64]:
    """Return values in standard deviations, 0 where unknown, at most 3."""
    scaled = (np.asarray(values, float) - mean) / spread
    return np.clip(np.nan_to_num(scaled), -3, 3)


def _evidence(pairs, effects, predicted) -> tuple[pd.Series, pd.Series]:
    """Return precision and product of each gene of a data set that has sites, the shift
    of the gene, a random effect, taken out."""
    table = pd.DataFrame({"gene": pairs["gene"].array, "p": effects})
    table["r"] = pairs["target_log2fc"].to_numpy(float) - predicted
    noise = table.groupby(pairs["mirna"].array)["r"].transform("std")
    table[["p", "r"]] = table[["p", "r"]].div(noise.where(noise > 0, 1.0), axis=0)
    products = table.assign(
        pp=table["p"] ** 2, pr=table["p"] * table["r"], rr=table["r"] ** 2
    )
    by_gene = products.groupby("gene")
    n, sums = by_gene.size(), by_gene.sum()
    noise = _noise_of_genes(n, sums)
    datasets = _datasets_of(sums.index.to_series())
    moment, scale = (
        values.groupby(datasets).transform("sum")
        for values in (sums["r"] ** 2 - n * noise, n**2 * noise)
    )
    shift = (moment / scale).clip(lower=0)  # its variance, in units of the noise
    share = shift / (1 + n * shift)
    precision = (sums["pp"] - share * sums["p"] ** 2) / noise
    product = (sums["pr"] - share * sums["p"] * sums["r"]) / noise
    known = precision > 0
    return precision[known], product[known]


def _noise_of_genes(n: pd.Series, sums: pd.DataFrame) -> pd.Series:
    """Return the variance of what a shift and a response leave of each gene's residuals,
    shrunken to 1."""
    pp, rr, pr = (
        sums[one + other] - sums[one] * sums[other] / n
        for one, other in ("pp", "rr", "pr")
    )
    left = (rr - (pr**2 / pp).where(pp > 0, 0.0)).clip(lower=0)
    degrees = (n - 2).clip(lower=0)
    return (left + _NOISE_DEGREES) / (degrees + _NOISE_DEGREES)


def _fit_slope(precision, product, scaled, datasets) -> float:
    """Return the slope of responses on scaled expression, data sets weighed by the root
    of their precision, so that the largest does not decide."""
    unit = 1 / np.sqrt(precision.groupby(datasets).transform("sum").to_numpy())
    design = np.column_stack([np.ones_like(scaled), scaled])
    normal = design.T @ ((unit * precision.to_numpy())[:, None] * design)
    wanted = design.T @ (unit * product.to_numpy())
    return float((np.linalg.pinv(normal, hermitian=True) @ wanted)[1])


def _shared_variance(precision: pd.DataFrame, product: pd.DataFrame) -> float:
    """Return the variance of responses that data sets share, by the method of moments:
    in two of them products have the covariance precision x precision x variance."""
    found = [
        ((product[one] * product[other]).sum(), (precision[one] * precision[other]).sum())
        for one, other in combinations(precision, 2)
    ]
    moment, scale = np.sum(found, axis=0) if found else (0.0, 0.0)
    return max(float(moment / scale), 0.0) if scale > 0 else 0.0


def _reliability(
    precision: pd.DataFrame, product: pd.DataFrame, variance: float
) -> pd.DataFrame:
    """Return the factor by which each gene counts in each data set, since its response
    also differs between experiments, by a variance that its own products show."""
    excess = ((product**2).sum() - precision.sum()) / (precision**2).sum() - variance
    return 1 / (1 + excess.clip(lower=0) * precision)
