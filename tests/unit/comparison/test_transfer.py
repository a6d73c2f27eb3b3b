"""Models by data set: joined pair by pair, beside published scores."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.comparison.transfer import (
    compare_datasets,
    join_recipes,
    mean_difference,
    mean_of_datasets,
    transfer_table,
)


@pytest.fixture
def predictions(rng):
    """Return what two recipes predict for two data sets; the first is better."""
    rows = pd.MultiIndex.from_product(
        [["d1", "d2"], ["a", "b", "c"], [f"g{number}" for number in range(80)]],
        names=["dataset", "mirna", "gene"],
    ).to_frame(index=False)
    for name in ("mirna", "gene"):
        rows[name] = rows["dataset"] + ":" + rows[name]
    log2fc = rng.normal(size=len(rows))
    rows = rows.assign(log2fc=log2fc, target_log2fc=np.minimum(log2fc, 0))
    noisy = {
        name: rows["target_log2fc"] + rng.normal(0, sd, len(rows))
        for name, sd in (
            ("good", 0.5),
            ("poor", 3.0),
            ("seed_counts", 5.0),
            ("contextpp", 1.5),
            ("weighted_contextpp", 1.2),
        )
    }
    published = rows.assign(**{name: noisy[name] for name in list(noisy)[2:]})
    return {
        "good": published.assign(effect=noisy["good"], occupancy=noisy["good"] + 1),
        "poor": published.assign(effect=noisy["poor"], occupancy=noisy["poor"])
        .sample(frac=1, random_state=1)
        .reset_index(drop=True),
    }


def test_recipes_are_joined_pair_by_pair(predictions):
    pairs, names = join_recipes(predictions)
    assert names == ["good", "good with baseline", "poor"]
    keys = ["mirna", "gene"]
    effect = predictions["poor"].set_index(keys)["effect"]
    expected = effect[pd.MultiIndex.from_frame(pairs[keys])].to_numpy()
    assert (pairs["poor"] == expected).all()
    twice = predictions | {"poor": pd.concat([predictions["poor"]] * 2)}
    with pytest.raises(ValueError, match="not a one-to-one merge"):
        join_recipes(twice)


def test_mixtures_are_weighted_means_of_recipes(predictions):
    pairs, names = join_recipes(predictions, {"both": {"good": 3, "poor": 1}})
    assert names == ["good", "good with baseline", "poor", "both"]
    expected = 0.75 * pairs["good"] + 0.25 * pairs["poor"]
    assert pairs["both"].to_numpy() == pytest.approx(expected)
    again = predictions | {"poor": predictions["good"]}
    pairs, names = join_recipes(again, {"both": {"good": 3, "poor": 1}})
    assert names[-1] == "both with baseline"
    assert pairs["both with baseline"].to_numpy() == pytest.approx(
        pairs["good with baseline"]
    )


def test_the_shares_of_a_mixture_may_be_chosen_on_other_parts(predictions):
    """In d1 one recipe is right and in d2 the other: each data set gets the wrong one."""
    tables = {}
    for name, right in (("one", "d1"), ("two", "d2")):
        table = predictions["good"].assign(trains=True)
        effect = table["target_log2fc"].where(
            table["dataset"] == right, table["effect"].sample(frac=1, random_state=3)
        )
        tables[name] = table.assign(effect=effect, occupancy=effect)
    pairs, names = join_recipes(tables, {"both": ["one", "two"]}, "datasets")
    assert names == ["one", "two", "both"]
    for dataset, wrong in (("d1", "two"), ("d2", "one")):
        own = pairs[pairs["dataset"] == dataset]
        expected = own[wrong] - own[wrong].mean()
        assert own["both"].to_numpy() == pytest.approx(expected.to_numpy())


def test_table_has_differences_with_intervals(predictions):
    pairs, names = join_recipes(predictions)
    metrics = {"families": compare_datasets(pairs, names, n_resamples=100, seed=1)}
    table = transfer_table(metrics)
    assert len(table) == 2 * (3 + 3)
    one = table[table["dataset"] == "d1"].set_index("predictor")
    for name, above in (("good", True), ("poor", False)):
        row = one.loc[name]
        gain = row["pearson"] - one.loc["contextpp", "pearson"]
        assert row["above_contextpp"] == pytest.approx(gain)
        assert row["above_contextpp_low"] < gain < row["above_contextpp_high"]
        assert (row["won_contextpp"] == 3) == above
        assert (row["mean_above_weighted_contextpp"] > 0) == above
    assert np.isnan(one.loc["contextpp", "above_contextpp"])
    over_all = mean_of_datasets(table).set_index("predictor")
    assert (over_all["n"] == 2).all()
    r = table.loc[table["predictor"] == "good", "pearson"]
    assert over_all.loc["good", "pearson"] == pytest.approx(r.mean())


def test_a_gene_of_several_data_sets_is_drawn_in_all_of_them_at_once(rng):
    """Two data sets of the same genes and values tell no more than one of them."""
    genes = [f"g{number}" for number in range(200)]
    own = pd.DataFrame({"gene": genes, "target_log2fc": rng.normal(size=200)})
    own["good"] = own["target_log2fc"] + rng.normal(size=200)
    own["poor"] = rng.normal(size=200)
    sets = {
        name: own.assign(dataset=name, gene=f"{name}:" + own["gene"]) for name in "ab"
    }
    alone = mean_difference(sets["a"], "good", "poor", 2000, seed=1)
    twice = mean_difference(pd.concat(sets.values()), "good", "poor", 2000, seed=1)
    assert twice["by_dataset"] == dict.fromkeys("ab", alone["by_dataset"]["a"])
    assert twice["value"] == alone["value"]
    assert (twice["low"], twice["high"]) == (alone["low"], alone["high"])
    renamed = sets["b"].assign(gene="b:other" + sets["b"]["gene"])
    other = mean_difference(pd.concat([sets["a"], renamed]), "good", "poor", 2000, seed=1)
    width = alone["high"] - alone["low"]
    assert 0.6 < (other["high"] - other["low"]) / width < 0.8, "1 / sqrt(2)"
