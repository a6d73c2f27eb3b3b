"""Prediction intervals: what share of new values they hold, and how they are made."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.errors import InputError
from mirsignal.files.schemas import find_table
from mirsignal.repression.intervals import (
    FEWEST,
    KNOWN,
    NEW,
    NO_SITE,
    PER_BIN,
    SITES,
    STRONGEST,
    _range,
    calibrate,
    calibrate_datasets,
    calibrate_study,
    cross_intervals,
    describe_datasets,
    describe_held_out,
    interval,
    mix_held_out,
    summarise,
)


def make_pairs(rng, n=12000, mirnas="abcdef"):
    """Return held-out pairs, half with sites, whose spread grows with the score."""
    status = np.where(rng.random(n) < 0.5, SITES, NO_SITE)
    score = np.where(status == SITES, -rng.exponential(0.3, n), 0.0)
    noise = rng.standard_t(4, n) * (0.1 + 0.5 * np.abs(score))
    table = {"predicted_log2fc": score, "status": status, "measured": 1.2 * score + noise}
    table |= {"mirna": rng.choice(list(mirnas), n), "fold": rng.integers(0, 5, n)}
    return pd.DataFrame(table | {"gene": [f"g{number}" for number in range(n)]})


def inside(pairs):
    return pairs["measured"].between(pairs["low"], pairs["high"])


def test_new_values_are_inside_as_often_as_promised_everywhere(rng):
    pairs, new = make_pairs(rng), make_pairs(rng)
    low, high = interval(calibrate(pairs), new)
    new = new.assign(low=low, high=high)
    assert inside(new).mean() == pytest.approx(0.95, abs=0.01)
    sites = new[new["status"] == SITES]
    for _, part in sites.groupby(pd.qcut(sites["predicted_log2fc"], 10)):
        assert inside(part).mean() == pytest.approx(0.95, abs=0.03)
    widths = sites.assign(width=high[sites.index] - low[sites.index])
    assert widths["width"].corr(widths["predicted_log2fc"]) < -0.8


@given(
    st.lists(
        st.tuples(
            st.sampled_from([SITES, NO_SITE]), st.floats(-4, 0), st.floats(-20, 20)
        ),
        min_size=1,
        max_size=60,
    ),
    st.lists(st.floats(-5, 0), min_size=1, max_size=20),
)
def test_a_prediction_lies_inside_its_own_interval(pairs, scores):
    columns = ["status", "predicted_log2fc", "measured"]
    table = calibrate(pd.DataFrame(pairs, columns=columns))
    for status in (SITES, NO_SITE):
        given = pd.DataFrame({"predicted_log2fc": scores, "status": status})
        for noise_sd in (None, 0.5):
            if noise_sd and not table["noise_sd"].iloc[0] > 0:
                continue
            low, high = interval(table, given, noise_sd)
            assert (low <= scores).all()
            assert (scores <= high).all()


def test_fewest_residuals_are_enough_for_the_level(rng):
    """Of so many, the extremes hold 95% of new values on average, and of fewer less."""
    for n, wanted in ((FEWEST, 0.95), (2 * FEWEST + 1, 0.95), (15, 0.875)):
        drawn = rng.normal(size=(4000, n + 1))
        inside = [
            low <= new <= high
            for *old, new in drawn
            for low, high in [_range(np.array(old), np.ones(n))]
        ]
        assert np.mean(inside) == pytest.approx(wanted, abs=0.012)


def test_bins_hold_enough_pairs(rng):
    table = calibrate(make_pairs(rng)).groupby("status")["n"]
    assert table.min()[SITES] >= PER_BIN
    assert table.size()[NO_SITE] == 1
    assert len(calibrate(make_pairs(rng, 300))) == 2


def test_group_left_out_does_not_make_its_own_interval(rng):
    pairs = make_pairs(rng)
    noisy = pairs.assign(
        measured=pairs["measured"].mask(pairs["mirna"] == "a", 50 * pairs["measured"])
    )
    own = pairs["mirna"] == "a"
    before, after = (cross_intervals(table, "mirna") for table in (pairs, noisy))
    assert before.loc[own, "low"].equals(after.loc[own, "low"])
    assert not before.loc[~own, "low"].equals(after.loc[~own, "low"])


def test_coverage_by_status_with_mirnas_or_genes_left_out(rng):
    pairs = make_pairs(rng, 4000)
    predicted = pairs["predicted_log2fc"]
    pairs = pairs.assign(unseen=predicted, effect=1.1 * predicted)
    intervals, coverage = calibrate_study(pairs)
    for name, table in (("intervals", intervals), ("coverage", coverage)):
        schema = find_table(f"results/a/occupancy/sites/{name}.tsv")
        columns = schema.columns.items()
        assert set(table) == {name for name, column in columns if not column.optional}
    assert coverage["left_out"].tolist() == ["mirna"] * 3 + ["fold"] * 3
    assert coverage["status"].tolist() == 2 * [SITES, STRONGEST, NO_SITE]
    assert set(intervals["predicts"]) == {NEW, KNOWN}
    assert coverage["inside"].between(0.91, 0.98).all()
    assert (coverage["inside_low"] <= coverage["inside"]).all()
    assert (coverage["inside"] <= coverage["inside_high"]).all()


def test_without_mirnas_left_out_genes_are(rng):
    one = make_pairs(rng, 2000, "a")
    one = one.assign(unseen=np.nan, effect=one["predicted_log2fc"])
    intervals, coverage = calibrate_study(one)
    assert set(coverage["left_out"]) == {"fold"}
    new, known = (intervals[intervals["predicts"] == kind] for kind in (NEW, KNOWN))
    assert new["low"].tolist() == known["low"].tolist()


def test_measured_values_are_relative_to_mrnas_without_sites():
    pairs = pd.DataFrame(
        [("a", "x", -1.0), ("a", "y", 0.2), ("a", "z", 0.4), ("b", "x", 0.5)],
        columns=["mirna", "gene", "log2fc"],
    )
    sites = pd.DataFrame({"mirna": ["a", "b"], "gene": ["x", "x"]})
    described = describe_held_out(pairs, sites)
    assert described["mirna"].tolist() == ["a", "a", "a"]  # b has nothing to compare with
    assert described["measured"].tolist() == pytest.approx([-1.3, -0.1, 0.1])
    assert described["status"].tolist() == [SITES, NO_SITE, NO_SITE]
    with pytest.raises(InputError, match="no measured mRNA is without a site"):
        describe_held_out(pairs[3:], sites)


def test_a_data_set_without_mrnas_to_compare_with_is_named_and_left_out(caplog):
    pairs = pd.DataFrame(
        [("d", "d:a", "d:x", -1.0), ("d", "d:a", "d:y", 0.2), ("e", "e:a", "e:x", 0.3)],
        columns=["dataset", "mirna", "gene", "log2fc"],
    )
    sites = pd.DataFrame({"mirna": ["d:a", "e:a"], "gene": ["d:x", "e:x"]})
    described = describe_datasets(pairs, sites)
    assert described["dataset"].tolist() == ["d", "d"]
    assert "no interval learns from e: no measured mRNA is without" in caplog.text
    with pytest.raises(InputError, match="no measured mRNA is without a site"):
        describe_datasets(pairs[2:], sites)


def test_one_mirna_with_mRNAs_to_compare_with_leaves_out_folds(rng):
    """As where every mRNA has a site of the others, which are left out then."""
    pairs = make_pairs(rng, 400, mirnas="a")
    pairs = pairs.rename(columns={"predicted_log2fc": "effect"})
    _, coverage = calibrate_study(pairs.assign(unseen=pairs["effect"]))
    assert set(coverage["left_out"]) == {"fold"}
    assert set(coverage["n_mirnas"]) == {1}


@pytest.mark.parametrize("unknown", [0.0, np.nan])
def test_intervals_are_not_scaled_by_a_noise_that_is_not_known(rng, unknown):
    table = calibrate(make_pairs(rng, 400)).assign(noise_sd=unknown)
    pairs = pd.DataFrame({"predicted_log2fc": [0.0], "status": [NO_SITE]})
    assert np.isfinite(interval(table, pairs)).all()
    with pytest.raises(InputError, match="noise_sd: the study had too few"):
        interval(table, pairs, noise_sd=0.2)


@pytest.mark.parametrize("noise_sd", [-0.3, 0.0, np.nan, np.inf])
def test_noise_is_a_size_above_0(rng, noise_sd):
    pairs = pd.DataFrame({"predicted_log2fc": [0.0], "status": [NO_SITE]})
    with pytest.raises(InputError, match="is no size above 0"):
        interval(calibrate(make_pairs(rng, 400)), pairs, noise_sd)


def test_coverage_of_data_sets_is_told_of_each(rng):
    tables = []
    for name, wider in (("quiet", 1.0), ("noisy", 3.0)):
        own = make_pairs(rng, 2000).rename(columns={"predicted_log2fc": "effect"})
        noise = wider * (own["measured"] - own["effect"])
        mirna = name + ":" + own["mirna"]
        tables.append(
            own.assign(
                dataset=name, measured=own["effect"] + noise, family=mirna, mirna=mirna
            )
        )
    _, coverage = calibrate_datasets(pd.concat(tables, ignore_index=True))
    known = coverage.set_index(["left_out", "dataset", "status"])["inside"].unstack()
    assert known.loc[("dataset", "quiet"), SITES] > 0.99
    assert known.loc[("dataset", "noisy"), SITES] < 0.6
    assert known.loc[("family", "noisy"), SITES] > known.loc[("dataset", "noisy"), SITES]
    rows = coverage[(coverage["left_out"] == "dataset") & (coverage["status"] == SITES)]
    n = rows.set_index("dataset")["n"]
    assert n["all"] == n["quiet"] + n["noisy"] > 1000


def test_effects_of_a_scan_count_from_the_average_mrna_without_sites():
    status = ["sites", "no site", "no site", "no site"]
    of_seeds = pd.DataFrame(
        {
            "dataset": ["a", "a", "b", "b"],
            "mirna": "m",
            "gene": list("wxyz"),
            "status": status,
            "effect": [-0.5, 0.0, 0.0, 0.0],
        }
    )
    scanned = of_seeds.assign(effect=[-0.4, -0.1, -0.2, -0.4]).iloc[::-1]
    mixed, reference, share = mix_held_out(of_seeds, scanned, 0.25)
    assert (reference, share) == (pytest.approx(-0.2), 0.25)  # data sets alike
    assert mixed["effect"].tolist() == pytest.approx([-0.425, 0.025, 0.0, -0.05])


def test_a_share_that_is_chosen_is_that_of_other_data_sets_and_families(rng):
    names = ["dataset", "mirna", "gene"]
    pairs = pd.MultiIndex.from_product([list("ab"), list("mn"), range(300)], names=names)
    effect, found = rng.normal(size=(2, len(pairs)))
    pairs = pairs.to_frame(index=False).assign(status="no site", effect=effect)
    first = (pairs["dataset"] == "a").to_numpy()
    pairs = pairs.assign(
        trains=True,
        family_part=(pairs["mirna"] == "n").astype(int),
        target_log2fc=np.where(first, effect, found),
    )
    mixed, reference, share = mix_held_out(pairs, pairs.assign(effect=found), None)
    assert share == pytest.approx(0.5, abs=0.1)
    by_other = np.where(first, found - reference, effect)
    assert mixed["effect"].to_numpy() == pytest.approx(by_other)


def test_intervals_of_mrnas_without_sites_go_by_the_prediction_where_it_differs(rng):
    predicted = np.linspace(-0.2, 0.1, 1000)
    pairs = pd.DataFrame({"status": "no site", "predicted_log2fc": predicted})
    pairs["measured"] = predicted + rng.normal(0, 0.1, 1000) * (1 + (predicted < 0))
    assert len(calibrate(pairs)) == 5
    assert len(calibrate(pairs.assign(predicted_log2fc=0.0))) == 1


def test_a_mirna_of_two_data_sets_is_drawn_with_both(rng):
    pairs = make_pairs(rng, 600).assign(low=-0.3, high=0.3)
    twice = pd.concat(
        pairs.assign(dataset=name, mirna=name + ":" + pairs["mirna"]) for name in "xyz"
    )
    once, thrice = (summarise(table).iloc[0] for table in (pairs, twice))
    ends = ["inside", "inside_low", "inside_high"]
    assert thrice[ends].tolist() == pytest.approx(once[ends].tolist())
