"""Importance by position adds up to the logit and finds a seed that is planted."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.figures.importance import draw_importance
from mirsignal.files.atomic import read_json, read_tsv, write_json, write_tsv
from mirsignal.interpretation.importance import (
    NO_SITE,
    OTHER_FAMILIES,
    best_site_types,
    common_families,
    contrast_groups,
    describe_contrast,
    measure_importance,
    name_families,
    position_importance,
    seed_contrast,
    summarise_importance,
)

LET7 = "UGAGGUAGUAGGUUGUAUAG"


def test_positions_add_up_to_the_sum_of_shap_values(rng):
    values = rng.normal(size=(3, 50, 20))
    importance = position_importance(values, [LET7] * 3)
    np.testing.assert_allclose(importance.sum(axis=1), values.sum(axis=(1, 2)))


def test_positions_after_the_end_of_a_mirna_have_no_importance(rng):
    importance = position_importance(rng.normal(size=(2, 50, 20)), [LET7, LET7[:15]])
    assert np.isnan(importance[1]).tolist() == [False] * 15 + [True] * 5
    assert np.isfinite(importance[0]).all()
    table = summarise_importance(importance, {}, 1)
    assert table["n"].tolist() == [2] * 15 + [1] * 5


def test_planted_seed_stands_out_and_noise_does_not(rng):
    importance = rng.normal(0, 1, (200, 20))
    contrast = seed_contrast(importance, 1)
    assert contrast["low"] < 0 < contrast["high"]
    importance[:, 1:8] += 0.5
    contrast = seed_contrast(importance, 1)
    assert 0 < contrast["low"] < contrast["value"] < contrast["high"]
    assert contrast["value"] == pytest.approx(0.5, abs=0.1)
    assert contrast["n"] == 200


def test_interval_covers_the_true_mean_about_as_often_as_it_says(rng):
    covered = []
    for number in range(40):
        table = summarise_importance(rng.exponential(1, (80, 20)), {}, number)
        covered.append((table["low"] < 1) & (table["high"] > 1))
    assert 0.9 < np.mean(covered) < 0.98


def test_pairs_of_one_mirna_are_resampled_together(rng):
    """Intervals cover the mean of all miRNAs, of which each has 8 pairs alike."""
    covered, mirnas = [], np.repeat(np.arange(40), 8)
    for number in range(40):
        of_mirna = rng.normal(1, 1, (40, 20))[mirnas]
        importance = of_mirna + 0.5 * rng.normal(size=of_mirna.shape)
        table = summarise_importance(importance, {}, number, mirnas)
        covered.append((table["low"] < 1) & (table["high"] > 1))
    assert 0.9 < np.mean(covered) < 0.98


def test_groups_are_summarised_apart_the_larger_first(rng):
    importance = np.vstack([np.zeros((3, 20)), np.ones((5, 20))])
    table = summarise_importance(importance, {"kind": ["a"] * 3 + ["b"] * 5}, 1)
    assert table["group"].unique().tolist() == ["all", "b", "a"]
    assert table.groupby("group")["mean"].first().to_dict() == {
        "a": 0,
        "all": 5 / 8,
        "b": 1,
    }
    assert (table.groupby("group").size() == 20).all()


def test_one_pair_has_a_mean_but_no_interval():
    table = summarise_importance(np.ones((1, 20)), {}, 1)
    assert (table["mean"] == 1).all()
    assert table[["low", "high", "sd"]].isna().all(axis=None)
    assert np.isnan(seed_contrast(np.ones((1, 20)), 1)["low"])


def test_contrast_of_one_pair_is_drawn_from_its_file(tmp_path):
    groups = {"site_type": [NO_SITE], "family": [OTHER_FAMILIES]}
    table = summarise_importance(np.ones((1, 20)), groups, seed=1)
    write_tsv(tmp_path / "i.tsv", table, dict.fromkeys(table, "column"))
    write_json(tmp_path / "i.json", seed_contrast(np.ones((1, 20)), seed=1))
    contrast = read_json(tmp_path / "i.json")  # without NaN, which JSON lacks
    assert describe_contrast(contrast) == "a seed position adds +0.000 more than another"
    draw_importance(read_tsv(tmp_path / "i.tsv"), contrast, {}, tmp_path / "i.svg")


def test_site_types_are_those_of_the_best_site():
    flank = "GGGGGGGG"
    targets = [flank + site + flank for site in ("CUACCUCA", "CUACCUCG", "GUACCUCA")]
    targets += [f"{flank}GUACCUCG{flank}CUACCUCA", flank * 3]
    assert best_site_types([LET7] * 5, targets) == [
        "8mer",
        "7mer-m8",
        "7mer-A1",
        "8mer",
        NO_SITE,
    ]


def test_rare_families_are_put_together():
    mirnas = [LET7] * 6 + ["UAAAAAAAUAGGUUGUAUAG"] * 2
    families = common_families(pd.DataFrame({"mirna_sequence": mirnas}))
    assert families.tolist() == ["GAGGUAG"] * 6 + [OTHER_FAMILIES] * 2


def test_contrasts_are_those_of_each_group_alone(rng):
    importance = rng.normal(size=(8, 20))
    mirnas = np.array(list("abcdabcd"))
    groups = {"site_type": ["8mer"] * 5 + [NO_SITE] * 3}
    found = contrast_groups(importance, groups, 1, mirnas)
    assert found["all"]["all"] == seed_contrast(importance, 1, mirnas)
    own = seed_contrast(importance[:5], 1, mirnas[:5])
    assert found["site_type"] == {
        "8mer": own,
        NO_SITE: seed_contrast(importance[5:], 1, mirnas[5:]),
    }


def test_importance_is_measured_by_site_type_and_family(rng):
    pairs = pd.DataFrame({"mirna_sequence": [LET7] * 6, "mirna": "let-7a"})
    pairs["target"] = ["G" * 20 + site + "G" * 22 for site in ("CUACCUCA", "G" * 8)] * 3
    values = rng.normal(size=(6, 50, 20))
    table, summary = measure_importance(pairs, values, 1)
    groups = table.groupby(["grouping", "group"])["n"].first().to_dict()
    assert groups == {
        ("all", "all"): 6,
        ("site_type", "8mer"): 3,
        ("site_type", NO_SITE): 3,
        ("family", "GAGGUAG"): 6,
    }
    contrasts = summary["seed_less_other_positions"]
    assert contrasts["all"]["all"]["n"] == 6
    assert contrasts["site_type"][NO_SITE]["n"] == 3
    assert summary["families"] == {"GAGGUAG": "GAGGUAG let-7a"}


def test_family_is_named_by_its_commonest_member():
    names = ["let-7a", "let-7b", "let-7b"]
    pairs = pd.DataFrame({"mirna_sequence": LET7, "mirna": names})
    assert name_families(pairs) == {"GAGGUAG": "GAGGUAG let-7b"}
