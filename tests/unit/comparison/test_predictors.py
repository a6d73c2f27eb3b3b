"""Predictors on the same pairs: perfect, absent and leaking ones by hand."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.comparison.predictors import (
    TOP,
    compare,
    metrics_table,
    top_target_means,
    with_predictions,
)
from mirsignal.errors import InputError
from mirsignal.figures.comparison import FIGURES
from mirsignal.files.atomic import write_json
from mirsignal.files.schemas import explain_columns
from mirsignal.networks.seeds import add_predictions
from mirsignal.repression.stacking import refuse_gaps
from mirsignal.statistics.metrics import pearson


@pytest.fixture
def pairs(rng):
    """Return 200 pairs of 100 genes; a perfect, a noisy and a rare predictor."""
    target = np.minimum(rng.normal(-0.2, 0.4, 200), 0)
    table = pd.DataFrame(
        {
            "gene": np.repeat([f"g{number}" for number in range(100)], 2),
            "mirna": ["a", "b"] * 100,
            "target_log2fc": target,
            "perfect": 2 * target - 1,
            "noisy": target + rng.normal(0, 0.4, 200),
        }
    )
    table["log2fc"] = table["target_log2fc"]
    return table.assign(rare=table["target_log2fc"].where(np.arange(200) % 4 == 0))


def run(pairs, *predictors):
    return compare(pairs, predictors, ["rare"], [-0.2, -0.05], n_resamples=50, seed=1)


def test_predictor_of_no_pair_gets_no_row(pairs, caplog):
    """So it is with models of unseen miRNAs in a study of one miRNA."""
    absent = pairs.assign(absent=np.nan)
    with caplog.at_level("INFO", logger="mirsignal"):
        found = with_predictions(absent, ["noisy", "absent", "rare"])
    assert found == ["noisy", "rare"]
    assert "absent: no row, since no pair is predicted" in caplog.text


def test_measures_of_known_predictors(pairs, tmp_path):
    result = run(pairs, "perfect", "noisy", "rare")
    write_json(tmp_path / "metrics.json", result)  # holds no NaN
    perfect, noisy, rare = (
        result["predictors"][name] for name in ("perfect", "noisy", "rare")
    )
    assert perfect["pearson"]["value"] == pytest.approx(1)
    assert perfect["average_precision"]["-0.2"]["value"] == pytest.approx(1)
    prevalence = (pairs["target_log2fc"] < -0.05).mean()
    assert noisy["average_precision"]["-0.05"]["prevalence"] == pytest.approx(prevalence)
    assert noisy["pearson"]["low"] < noisy["pearson"]["value"] < noisy["pearson"]["high"]
    of_a = pairs[pairs["mirna"] == "a"]
    expected = pearson(of_a["target_log2fc"].to_numpy(), of_a["noisy"].to_numpy())
    one = noisy["per_mirna"]["a"]
    assert one["n"] == 100
    assert one["pearson"] == pytest.approx(expected)
    assert one["low"] < expected < one["high"]
    assert rare["coverage"] == 0.25
    assert rare["without_absent"] == {"n": 50, "pearson": pytest.approx(1)}
    target, zeros = pairs["target_log2fc"].to_numpy(), pairs["rare"].fillna(0).to_numpy()
    as_zero = pearson(target, zeros)
    assert rare["pearson"]["value"] == pytest.approx(as_zero)
    gain = perfect["difference_to_rare"]
    assert gain["value"] == pytest.approx(1 - as_zero)
    assert gain["low"] > 0
    assert gain["p"] == pytest.approx(2 / 51)  # none of 50 resamples is below 0
    assert (gain["mirnas_above"], gain["n_mirnas"]) == (1, 1)  # none is scored of b
    assert gain["sign_test_p"] is None
    other = run(pairs.assign(rare=pairs["noisy"]), "perfect")["predictors"]["perfect"]
    assert other["difference_to_rare"]["mirnas_above"] == 2
    assert other["difference_to_rare"]["sign_test_p"] == pytest.approx(0.5)
    assert "difference_to_rare" not in rare
    table = metrics_table(result)
    assert table["predictor"].tolist() == ["perfect", "noisy", "rare"]
    assert table["n"].tolist() == [200] * 3
    assert table["n_genes"].tolist() == [100] * 3
    assert table["n_mirnas"].tolist() == [2] * 3
    mean = np.mean([noisy["per_mirna"][mirna]["pearson"] for mirna in "ab"])
    assert noisy["mean_per_mirna"]["value"] == pytest.approx(mean)
    assert noisy["mean_per_mirna"]["low"] < mean < noisy["mean_per_mirna"]["high"]
    path = "results/a/comparison/main/metrics.tsv"
    assert list(explain_columns(path, table.columns)) == table.columns.tolist()


def test_order_of_pairs_does_not_matter(pairs):
    shuffled = pairs.sample(frac=1, random_state=1)
    first, second = (
        run(table, "noisy")["predictors"]["noisy"] for table in (pairs, shuffled)
    )
    assert first["pearson"]["value"] == pytest.approx(second["pearson"]["value"])
    for mirna, entry in first["per_mirna"].items():
        assert second["per_mirna"][mirna] == pytest.approx(entry)


def test_one_mirna_tells_nothing_of_others(pairs, tmp_path):
    result = run(pairs[pairs["mirna"] == "a"], "noisy")
    write_json(tmp_path / "metrics.json", result)
    entry = result["predictors"]["noisy"]
    value = entry["mean_per_mirna"].pop("value")
    assert value == pytest.approx(entry["pearson"]["value"])
    assert entry["mean_per_mirna"] == {"low": None, "high": None}
    assert entry["difference_to_rare"]["sign_test_p"] is None


def test_mirna_intervals_widen_when_genes_go_together(rng):
    """Ten copies of a pair per gene and miRNA are no more evidence than one."""
    gene = np.arange(60)
    target = rng.normal(size=60)
    table = pd.DataFrame({"gene": gene, "mirna": "a", "log2fc": target, "rare": 0.0})
    table = table.assign(target_log2fc=target, noisy=target + rng.normal(size=60))
    one, ten = (
        run(pd.concat([table] * n), "noisy")["predictors"]["noisy"]["per_mirna"]["a"]
        for n in (1, 10)
    )
    assert ten["n"] == 10 * one["n"]
    assert ten["low"] == pytest.approx(one["low"])
    assert ten["high"] == pytest.approx(one["high"])


def test_constant_predictor_has_no_correlation(pairs, tmp_path):
    result = run(pairs.assign(same=0.0), "same")
    write_json(tmp_path / "metrics.json", result)
    assert result["predictors"]["same"]["pearson"]["value"] is None
    row = next(metrics_table(result).itertuples())
    assert f"{row.pearson:.3f} {row.pearson_low:.3f}" == "nan nan"


def test_one_gene_has_no_interval_and_is_drawn(pairs, tmp_path):
    one = pairs.assign(gene="g")
    metrics = run(one, "noisy")
    assert metrics["predictors"]["noisy"]["pearson"]["low"] is None
    metrics["target"] = "log2 fold change"
    for name in ("scatter", "per_mirna"):
        FIGURES[name](one, {"noisy": "noisy"}, metrics, tmp_path / f"{name}.svg")
        assert (tmp_path / f"{name}.svg").exists()


def test_top_targets_by_hand():
    pairs = pd.DataFrame({"log2fc": np.arange(10.0), "score": np.arange(10.0)})
    pairs["gene"] = list("abcdefghij")
    pairs.loc[0, "score"] = np.nan  # not predicted, so never among the best
    table = top_target_means(pairs, "score")
    assert table["n"].tolist() == [4, 8] == list(TOP[:2])
    assert table["mean"].tolist() == [2.5, 4.5]
    assert table["sem"].iloc[0] == pytest.approx(np.sqrt(5 / 3) / 2)
    twice = top_target_means(pd.concat([pairs, pairs]), "score")
    assert twice["mean"].iloc[1] == pytest.approx(2.5)  # the same four genes
    assert twice["sem"].iloc[1] == pytest.approx(table["sem"].iloc[0])


def test_gap_of_a_predictor_that_knows_every_pair_is_refused(pairs):
    pairs = pairs.rename(columns={"rare": "targetscan"})
    refuse_gaps(pairs, ["perfect", "noisy", "targetscan"])
    pairs.loc[7, "noisy"] = np.nan
    with pytest.raises(InputError, match=r"noisy: 1 of 200 pairs .*first: b, g3"):
        refuse_gaps(pairs, ["perfect", "noisy", "targetscan"])


def test_spread_over_seeds_is_that_of_single_networks(pairs, rng):
    noise = rng.normal(0, 0.4, (200, 3))
    members = pairs["target_log2fc"].to_numpy()[:, None] + noise
    table = add_predictions(pairs, members)
    target = pairs["target_log2fc"].to_numpy()
    each = [pearson(target, member) for member in members.T]
    metrics = run(table, "predicted", "noisy")
    spread = metrics["predictors"]["predicted"]["seeds"]
    assert spread["pearson"] == pytest.approx(each)
    assert (spread["n"], spread["low"], spread["high"]) == (3, min(each), max(each))
    assert pearson(target, table["predicted"].to_numpy()) > spread["high"]
    rows = metrics_table(metrics).set_index("predictor")
    assert rows.loc["predicted", "seeds_low"] == min(each)
    assert np.isnan(rows.loc["noisy", "seeds_low"])
