"""Proteins at sites: what data sets agree on is learned, and nothing of proteins that do
nothing."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.repression.proteins import LEAST, fit_proteins

DATASETS, N_GENES, N_MIRNAS = ("d1", "d2", "d3"), 500, 6
PROTEINS = [f"P{number}" for number in range(20)]


def simulate(rng, coefficients, own=0.0):
    """Return pairs, sites, effects of sites, what is predicted, and peaks, where proteins
    have these coefficients (P,), and in each data set others of sd `own` beside."""
    rows, parts, peaks = [], [], []
    at_gene = rng.random((N_GENES, len(PROTEINS))) < 0.1
    for name in DATASETS:
        now = coefficients + rng.normal(0, own, len(PROTEINS))
        for number in range(N_MIRNAS):
            has = np.flatnonzero(rng.random(N_GENES) < 0.4)
            effect = -rng.uniform(0.1, 0.6, len(has))
            first = sum(map(len, rows))
            for at, protein in zip(*np.nonzero(at_gene[has]), strict=True):
                peaks.append((first + at, PROTEINS[protein]))
            sites = pd.DataFrame({"gene": has, "effect": effect, "weight": 1.0})
            sites["mirna"], sites["dataset"] = f"{name}:m{number}", name
            rows.append(sites)
            true = np.zeros(N_GENES)
            true[has] = effect * (1 + at_gene[has] @ now)
            predicted = np.zeros(N_GENES)
            predicted[has] = effect
            pairs = pd.DataFrame({"gene": np.arange(N_GENES), "predicted": predicted})
            pairs["target_log2fc"] = true + rng.normal(0, 0.2, N_GENES)
            pairs["mirna"], pairs["dataset"] = f"{name}:m{number}", name
            parts.append(pairs)
    sites, pairs = (pd.concat(each, ignore_index=True) for each in (rows, parts))
    for table in (sites, pairs):
        table["gene"] = table["dataset"] + ":g" + table["gene"].astype(str)
    return pairs, sites, pd.DataFrame(peaks, columns=["site", "protein"])


def fit(pairs, sites, peaks):
    effects, predicted = sites["effect"].to_numpy(), pairs["predicted"].to_numpy()
    return fit_proteins(pairs, sites, effects, predicted, peaks)


def test_what_proteins_do_in_all_data_sets_is_learned(rng):
    truth = rng.normal(0, 0.5, len(PROTEINS))
    found = fit(*simulate(rng, truth))
    table = found.table.set_index("protein").loc[PROTEINS]
    assert found.variance**0.5 == pytest.approx(truth.std(), rel=0.3)
    assert np.corrcoef(table["coefficient"], truth)[0, 1] > 0.9
    assert table["low"].lt(table["alone"]).all()


def test_proteins_that_do_nothing_or_other_things_everywhere_get_little(rng):
    nothing = fit(*simulate(rng, np.zeros(len(PROTEINS))))
    assert nothing.table["coefficient"].abs().max() < 0.1
    inside = nothing.table["low"].lt(0) & nothing.table["high"].gt(0)
    assert inside.mean() > 0.8
    other = fit(*simulate(rng, np.zeros(len(PROTEINS)), own=0.5))
    assert other.variance < 0.05 < 0.25


def test_one_data_set_tells_nothing(rng):
    pairs, sites, peaks = simulate(rng, np.full(len(PROTEINS), 0.5))
    pairs = pairs[pairs["dataset"] == "d1"]
    found = fit(pairs, sites, peaks)
    assert (found.table["coefficient"] == 0).all()
    assert (found.table["alone"] > 0).all()


def test_sites_weigh_by_their_proteins(rng):
    pairs, sites, peaks = simulate(rng, rng.normal(0, 0.5, len(PROTEINS)))
    found = fit(pairs, sites, peaks)
    own = sites.iloc[::3]  # a part, with the index of all
    weighed = found.weigh(own, peaks)["weight"]
    known = found.table.set_index("protein")["coefficient"]
    for site in own.index[:20]:
        there = peaks.loc[peaks["site"] == site, "protein"]
        assert weighed[site] == pytest.approx(max(1 + known[there].sum(), LEAST))


def test_intervals_hold_where_a_gene_errs_alike_in_all_data_sets(rng):
    covered = []
    for _ in range(12):
        pairs, sites, peaks = simulate(rng, np.zeros(len(PROTEINS)))
        bare = pairs["gene"].str.split(":").str[1]
        shared = dict(zip(bare.unique(), rng.normal(0, 1, N_GENES), strict=True))
        pairs["target_log2fc"] += pairs["predicted"] * bare.map(shared)
        table = fit(pairs, sites, peaks).table
        covered += (table["low"].lt(0) & table["high"].gt(0)).tolist()
    assert np.mean(covered) == pytest.approx(0.95, abs=0.04)
