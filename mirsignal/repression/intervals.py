"""Prediction intervals: the range that holds 95% of measured log2 fold changes.

What is measured differs from what is predicted because the model errs and because the
measurement does. Both show in the residuals of pairs that were held out, gene and miRNA,
and their quantiles are the interval (split conformal prediction; Vovk 2005, Lei 2018,
J. Am. Stat. Assoc. 113:1094). Residuals of strong predictions spread more than those of
weak ones, so that quantiles go by the prediction, and mRNAs without a site have
their own. Nothing is assumed of their distribution but that a new miRNA is like those
held out. The noise of the experiment is most of an interval: where it is known to differ,
the interval is as much wider or narrower.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.repression.datasets import bare_names
from mirsignal.repression.mixtures import best_share, choose_shares
from mirsignal.statistics.metrics import bootstrap_interval

LEVEL = 0.95
PER_BIN = 200
"""Held-out pairs that give the quantiles at one prediction, where there are as many."""
MOST_BINS = 15
FEWEST = 39
"""Residuals of which the lowest is a 2.5% quantile of those to come."""
SITES, NO_SITE, STRONGEST = "sites", "no site", "strongest tenth"
NEW, KNOWN = "new", "known"


def describe_held_out(pairs: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return `pairs` (mirna, gene, log2fc) with their status and what was measured.

    `sites` has mirna and gene of every site of either strand. `measured` is log2fc less
    the mean of the miRNA's mRNAs without a site, which is what is predicted; pairs of
    a miRNA that has none are left out. Raises InputError when none is left.
    """
    keys = pd.MultiIndex.from_frame(pairs[["mirna", "gene"]])
    has_site = keys.isin(pd.MultiIndex.from_frame(sites[["mirna", "gene"]]))
    without = pairs["log2fc"].mask(has_site).groupby(pairs["mirna"]).transform("mean")
    described = pairs.assign(
        status=np.where(has_site, SITES, NO_SITE), measured=pairs["log2fc"] - without
    )
    if without.isna().all():
        raise InputError(
            "no measured mRNA is without a site of its miRNA, to which others could be "
            "compared; measure more genes"
        )
    return described[without.notna()].reset_index(drop=True)


def describe_datasets(pairs: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return what `describe_held_out` does of each data set (column dataset), but those
    of which nothing is left. Raises InputError when that is all."""
    parts, refused = [], []
    for name, own in pairs.groupby("dataset"):
        try:
            parts.append(describe_held_out(own, sites))
        except InputError as error:
            refused.append(error)
            log.warning("no interval learns from %s: %s", name, error)
    if not parts:
        raise refused[0]
    return pd.concat(parts, ignore_index=True)


def calibrate(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of intervals.tsv, without `predicts`, from held-out pairs.

    `pairs` has predicted_log2fc, measured and status, and may have weight, by which it
    counts. A prediction lies in its interval: `low` is not above 0, `high` not below.
    """
    pairs = pairs if "weight" in pairs else pairs.assign(weight=1.0)
    without = pairs[pairs["status"] == NO_SITE]
    noise = _spread(without["measured"].to_numpy(), without["weight"].to_numpy())
    rows = []
    for status, group in pairs.groupby("status", sort=False):
        group = group.sort_values("predicted_log2fc", kind="stable")
        predicted = group["predicted_log2fc"].to_numpy()
        most = MOST_BINS if predicted[0] < predicted[-1] else 1  # without sites all are 0
        n_bins = min(max(len(group) // PER_BIN, 1), most)
        residual = group["measured"].to_numpy() - predicted
        weight = group["weight"].to_numpy()
        for part in np.array_split(np.arange(len(group)), n_bins):
            low, high = _range(residual[part], weight[part])
            ends = min(low, 0.0), max(high, 0.0)
            rows.append((status, predicted[part].mean(), len(part), *ends, noise))
    columns = ["status", "predicted_log2fc", "n", "low", "high", "noise_sd"]
    return pd.DataFrame(rows, columns=columns)


def _spread(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    if not len(values):
        return float("nan")
    mean = np.average(values, weights=weights)
    return float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))


def _range(
    residuals: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, float]:
    """Return the range of residuals that holds LEVEL of those to come.

    Of n + 1 exchangeable ones each is the k lowest as likely as any other. The extremes
    where there are fewer than FEWEST.
    """
    order = np.argsort(residuals, kind="stable")
    ordered, weight = residuals[order], weights[order]
    tail = (weight.sum() + weight.mean()) * (1 - LEVEL) / 2 * (1 + 1e-9)
    from_below = np.searchsorted(np.cumsum(weight), tail, side="right")
    from_above = np.searchsorted(np.cumsum(weight[::-1]), tail, side="right")
    last = len(ordered) - 1
    beyond = max(from_below - 1, 0), max(last - max(from_above - 1, 0), 0)
    return float(ordered[beyond[0]]), float(ordered[beyond[1]])


def check_noise(noise_sd: float, setting: str = "noise_sd") -> None:
    """Raise InputError for a standard deviation that is not above 0."""
    if not 0 < noise_sd < math.inf:
        raise InputError(f"{setting} {noise_sd:g} is no size above 0; give the sd")


def interval(
    table: pd.DataFrame, pairs: pd.DataFrame, noise_sd: float | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lower and upper ends (N,) of the intervals of `pairs`, by `calibrate`.

    `pairs` has predicted_log2fc, NaN where the ends are to be NaN, and status; one that
    no held-out pair had is taken as the other. `noise_sd` is that of the experiment in
    question, None for one like the study's. Raises InputError where it is not above 0,
    and where it is given and that of the study is not known.
    """
    predicted = pairs["predicted_log2fc"].to_numpy()
    low, high = predicted.copy(), predicted.copy()
    wider = 1.0
    if noise_sd is not None:
        check_noise(noise_sd)
        own = table["noise_sd"].iloc[0]
        if not own > 0:
            raise InputError(
                "noise_sd: the study had too few mRNAs without sites to estimate its own "
                "noise; leave it out"
            )
        wider = noise_sd / own
    for name, chosen in pairs.groupby("status").indices.items():
        rows = table[table["status"] == name]
        rows = (table if rows.empty else rows).sort_values("predicted_log2fc")
        for end, values in (("low", low), ("high", high)):
            ends = np.interp(predicted[chosen], rows["predicted_log2fc"], rows[end])
            values[chosen] += wider * ends
    return low, high


def calibrate_study(held_out: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the intervals of a study, and their coverage of pairs that they never saw.

    `held_out` is what `describe_held_out` returns, with fold, `effect`, predicted without
    the gene, and `unseen`, without the gene and the miRNA, NaN where that was not done:
    then new miRNAs are taken to be predicted as well as known ones.
    """
    intervals, coverage = [], []
    for predicts, column in ((NEW, "unseen"), (KNOWN, "effect")):
        is_done = held_out[column].notna().all()
        predicted = held_out[column if is_done else "effect"]
        pairs = held_out.assign(predicted_log2fc=predicted)
        several = pairs["mirna"].nunique() > 1
        left_out = "mirna" if predicts == NEW and is_done and several else "fold"
        intervals.append(calibrate(pairs).assign(predicts=predicts))
        covered = summarise(cross_intervals(pairs, left_out))
        coverage.append(covered.assign(predicts=predicts, left_out=left_out))
        shares = covered.set_index("status")["inside"].round(3).to_dict()
        log.info("inside, of %s miRNAs, %s left out: %s", predicts, left_out, shares)
    table = pd.concat(intervals, ignore_index=True)
    if (few := table["n"].min()) < FEWEST:
        log.warning("only %d held-out pairs for some intervals: too narrow, maybe", few)
    return table, pd.concat(coverage, ignore_index=True)


def calibrate_datasets(held_out: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return intervals for new miRNAs in new experiments, and their coverage.

    `held_out` is what `describe_held_out` returns of each data set, with dataset, family
    and effect: what is predicted by models of other experiments and families. Data sets
    count the same. Coverage is that of pairs whose data set, or whose family, no interval
    saw either: of all of them, and of each data set.
    """
    size = held_out.groupby("dataset")["effect"].transform("size")
    pairs = held_out.assign(predicted_log2fc=held_out["effect"], weight=1 / size)
    coverage = []
    for left_out in ("dataset", "family"):
        if pairs[left_out].nunique() > 1:
            crossed = cross_intervals(pairs, left_out)
            parts = [("all", crossed), *crossed.groupby("dataset")]
            coverage += [
                summarise(part).assign(left_out=left_out, dataset=name)
                for name, part in parts
            ]
    found = pd.concat(coverage, ignore_index=True)
    return calibrate(pairs).assign(predicts=NEW), found.assign(predicts=NEW)


def mix_held_out(
    of_seeds: pd.DataFrame, scanned: pd.DataFrame, share: float | None
) -> tuple[pd.DataFrame, float, float]:
    """Return held-out pairs with the effect of a mixture, its reference and its share.

    `of_seeds` is what `describe_held_out` returns of each data set, `scanned` has the
    same pairs (dataset, mirna, gene) with the `effect` of sites that the binding network
    finds, which counts with weight `share`. None: the best on all pairs that train, and
    for each pair the best on those of other data sets and families. The reference is the
    mean of these effects on mRNAs without seed sites, data sets alike: they count from
    there, as what is measured.
    """
    keys = ["dataset", "mirna", "gene"]
    found = scanned.set_index(keys)["effect"]
    found = found.loc[pd.MultiIndex.from_frame(of_seeds[keys])].to_numpy()
    without = (of_seeds["status"] == NO_SITE).to_numpy()
    by_dataset = pd.Series(found[without]).groupby(of_seeds["dataset"].array[without])
    reference = float(by_dataset.mean().mean())
    shares: float | NDArray[np.float64]
    if share is None:
        both, columns = of_seeds.assign(scanned=found), ("effect", "scanned")
        shares = choose_shares(both, *columns, "datasets_families")
        share = best_share(both[both["trains"]], *columns)
    else:
        shares = share
    effect = (1 - shares) * of_seeds["effect"] + shares * (found - reference)
    return of_seeds.assign(effect=effect), reference, share


def cross_intervals(pairs: pd.DataFrame, left_out: str) -> pd.DataFrame:
    """Return `pairs` with low and high of intervals that their own group did not make."""
    parts = []
    for _, own in pairs.groupby(left_out):
        low, high = interval(calibrate(pairs.drop(own.index)), own)
        parts.append(own.assign(low=low, high=high))
    return pd.concat(parts).sort_index()


def summarise(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the coverage of intervals (low, high) by status."""
    inside = pairs["measured"].between(pairs["low"], pairs["high"])
    pairs = pairs.assign(inside=inside.astype(float))
    sites = pairs[pairs["status"] == SITES]
    strongest = sites.nsmallest(len(sites) // 10, "predicted_log2fc", keep="first")
    parts = [(SITES, sites), (STRONGEST, strongest)]
    parts.append((NO_SITE, pairs[pairs["status"] == NO_SITE]))
    rows = [{"status": name} | _cover(part) for name, part in parts if len(part)]
    return pd.DataFrame(rows)


def _cover(pairs: pd.DataFrame) -> dict[str, float]:
    by_mirna = pairs.groupby("mirna")["inside"].mean()
    groups = pairs["mirna"] if len(by_mirna) > 1 else pairs["gene"]
    if "dataset" in pairs:  # a miRNA of two data sets is drawn with both
        groups = bare_names(groups)
    low, high = bootstrap_interval(np.mean, pairs["inside"].to_numpy(), groups=groups)
    return {
        "n": len(pairs),
        "n_mirnas": len(by_mirna),
        "inside": pairs["inside"].mean(),
        "inside_low": low,
        "inside_high": high,
        "least": by_mirna.min(),
        "most": by_mirna.max(),
        "width": (pairs["high"] - pairs["low"]).median(),
    }
