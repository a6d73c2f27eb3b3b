"""Measured variants: read, scored against the unmutated target, correlated."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.binding.batches import predict_pairs
from mirsignal.errors import InputError
from mirsignal.figures.variants import draw_variants
from mirsignal.interpretation import variants
from mirsignal.interpretation.variant_scores import score_variants
from mirsignal.interpretation.variants import correlate_variants, read_variants

HEADER = "mirna\tsite_id\ttarget\tvariant\tmeasured\n"
MIRNAS = pd.DataFrame({"mirna": ["miR-1"], "sequence": ["UGGAAUGUAAAGAAGUAUGUAU"]})
SITE = "ACAUUCCA"


@pytest.fixture
def read(table_of):
    return lambda rows: read_variants(table_of(HEADER + rows), {}, MIRNAS)


def test_names_sequences_lowercase_and_dna_are_read(read):
    let7 = "tgaggtagtaggttgtatagtt"
    table = read(f"miR-1\ts\tacattcca\tACATTCGA\t-1\n{let7}\tu\tACGU\tACG\t2\n")
    assert table["target"].tolist() == [SITE, "ACGU"]
    assert table["variant"].tolist() == ["ACAUUCGA", "ACG"]
    assert table["sequence"][1] == "UGAGGUAGUAGGUUGUAUAGUU"
    assert table["measured"].tolist() == [-1, 2]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", "no rows"),
        ("miR-2\ts\tACGU\tACGA\t1\n", "line 2: unknown miRNA 'miR-2'"),
        ("miR-1\ts\tACGU\tACXA\t1\n", "line 2: letter 'X'"),
        ("miR-1\ts\tACGU\t\t1\n", "line 2: variant is missing"),
        ("miR-1\ts\tACGU\tACGA\tNA\n", "line 2: measured is missing"),
        ("miR-1\ts\tACGU\tACGA\tlow\n", "line 2: 'low'"),
        (f"miR-1\ts\t{'A' * 51}\tACGA\t1\n", "line 2: a target of 51 nt"),
        (
            "miR-1\ts\tACGU\tACGA\t1\nmiR-1\ts\tACGG\tACGA\t1\n",
            "line 3: site 's' has another target",
        ),
        (
            "miR-1\ts\tACGU\tACGA\t1\nmiR-1\ts\tacgt\tacga\t1\n",
            "line 3: .* stands on line 2",
        ),
    ],
)
def test_faulty_tables_are_refused(read, rows, words):
    with pytest.raises(InputError, match=words):
        read(rows)


def test_missing_column_is_named(table_of):
    table = table_of("mirna\tsite_id\ttarget\tvariant\tkd\nmiR-1\ts\tA\tC\t1\n")
    with pytest.raises(InputError, match="'measured' is missing"):
        read_variants(table, {}, MIRNAS)
    assert read_variants(table, {"measured": "kd"}, MIRNAS)["measured"][0] == 1


def test_scores_are_changes_against_the_target_in_the_middle(network, read):
    table = score_variants(
        network,
        read(
            f"miR-1\ts\t{SITE}\t{SITE}\t0\n"
            f"miR-1\ts\t{SITE}\tACAUGCCA\t-1\n"
            f"miR-1\ts\t{SITE}\tACAUCCA\t-1\n"
        ),
        "wc_gu",
    )
    windows = ["N" * 21 + variant for variant in table["variant"]]
    p = predict_pairs(
        network,
        pd.DataFrame({"target": windows, "mirna_sequence": MIRNAS["sequence"][0]}),
        "wc_gu",
    )
    np.testing.assert_allclose(table["delta_p"], p - p[0], atol=1e-6)
    logits = np.log(p / (1 - p))
    np.testing.assert_allclose(table["delta_logit"], logits - logits[0], atol=1e-4)
    assert table["delta_logit"][0] == 0


def test_a_longer_variant_is_whole_in_its_window(network, read):
    target = "A" * 30 + "C" * 10
    longer = "G" * 8 + target  # in the middle of 50 nt: one N before it
    scored = score_variants(network, read(f"miR-1\ts\t{target}\t{longer}\t0\n"), "wc_gu")
    windows = [f"N{target}", f"N{longer}"]
    p = predict_pairs(
        network,
        pd.DataFrame({"target": windows, "mirna_sequence": MIRNAS["sequence"][0]}),
        "wc_gu",
    )
    np.testing.assert_allclose(scored["delta_p"], p[1] - p[0], atol=1e-6)


@pytest.fixture
def scored(rng):
    change = rng.normal(0, 1, 60)
    return pd.DataFrame(
        {
            "mirna": np.repeat(["a", "b"], 30),
            "site_id": np.tile(list("stuvw"), 12),
            "delta_logit": change,
            "measured": change + rng.normal(0, 1, 60),
        }
    )


def test_correlation_by_mirna_with_interval_and_p(scored, tmp_path):
    found = correlate_variants(scored, "higher", 1)
    assert [(row["mirna"], row["n"], row["n_sites"]) for row in found] == [
        ("all", 60, 10),
        ("a", 30, 5),
        ("b", 30, 5),
    ]
    for row in found:
        for name in ("pearson", "spearman"):
            r = row[name]
            assert r["low"] < r["value"] < r["high"]
            assert 0 < r["permutation_p"] < 0.05
    expected = np.corrcoef(scored["delta_logit"], scored["measured"])[0, 1]
    assert found[0]["pearson"]["value"] == pytest.approx(expected)
    draw_variants(scored, found, "higher", tmp_path / "variants.svg")
    assert (tmp_path / "variants.svg").stat().st_size


def test_direction_turns_the_sign_and_nothing_else(scored):
    higher = correlate_variants(scored, "higher", 1)[0]["pearson"]
    turned = scored.assign(measured=-scored["measured"])
    lower = correlate_variants(turned, "lower", 1)[0]["pearson"]
    assert higher == lower
    wrong = correlate_variants(turned, "higher", 1)[0]["pearson"]
    assert wrong["value"] == pytest.approx(-higher["value"])


def test_differences_between_sites_are_no_agreement(rng):
    """Sites differ in both, their variants in neither: r is high, p is not low."""
    site = np.repeat(np.arange(6), 10)
    x, y = np.repeat(np.arange(6.0), 10) + 0.1 * rng.normal(size=(2, 60))
    table = pd.DataFrame({"mirna": "a", "site_id": site, "delta_logit": x, "measured": y})
    found = correlate_variants(table, "higher", 1)[0]["pearson"]
    assert found["value"] > 0.9
    assert found["permutation_p"] > 0.05
    alone = correlate_variants(table.assign(site_id=np.arange(60)), "higher", 1)
    assert alone[0]["pearson"]["permutation_p"] < 0.001
    assert (
        found["high"] - found["low"]
        > alone[0]["pearson"]["high"] - alone[0]["pearson"]["low"]
    )


def test_unrelated_measurements_are_not_significant(scored, rng, monkeypatch):
    """Shuffled twenty times, p is below 0.05 about once."""
    monkeypatch.setattr(variants, "N_RESAMPLES", 10)
    monkeypatch.setattr(variants, "N_PERMUTATIONS", 990)
    small = [
        correlate_variants(
            scored[:30].assign(measured=rng.permutation(scored["measured"][:30])),
            "higher",
            1,
        )[0]["pearson"]["permutation_p"]
        < 0.05
        for _ in range(20)
    ]
    assert sum(small) <= 4


def test_too_few_or_constant_is_undefined(scored, tmp_path):
    for rows in (scored[:2], scored.assign(delta_logit=0.0)):
        found = correlate_variants(rows, "lower", 1)
        assert found[0]["pearson"] == dict.fromkeys(
            ("value", "low", "high", "permutation_p")
        )
        draw_variants(rows, found, "lower", tmp_path / "variants.svg")
