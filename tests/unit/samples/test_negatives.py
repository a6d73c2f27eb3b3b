"""Negatives: what each protocol promises."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirsignal.errors import InputError
from mirsignal.samples.negatives import PROTOCOLS, draw_background, draw_negatives
from mirsignal.sequences.fasta import Transcripts, write_fasta


def make_positives(n, n_mirnas, n_families, n_clusters, seed=0):
    """Return positives with unique targets and a few miRNAs far commoner than others."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, n_mirnas + 1)
    mirna = rng.choice(n_mirnas, n, p=share / share.sum())
    return pd.DataFrame(
        {
            "mirna_sequence": [f"m{number}" for number in mirna],
            "family": [f"f{number % n_families}" for number in mirna],
            "target": [f"t{number}" for number in range(n)],
            "cluster": rng.integers(0, n_clusters, n),
        }
    )


def columns_of(pairs, positives):
    mirna_side = positives[["mirna_sequence", "family"]].iloc[pairs["mirna_of"]]
    target_side = positives[["target", "cluster"]].iloc[pairs["target_of"]]
    return pd.concat(
        [s.reset_index(drop=True) for s in (mirna_side, target_side)], axis=1
    )


@given(st.integers(0, 1000))
def test_balanced_keeps_every_frequency(seed):
    positives = make_positives(400, 12, 12, 200)
    members = np.flatnonzero(np.arange(400) % 4)  # a split of 300
    drawn = draw_negatives(positives, members, "balanced", 1, [seed])
    negatives = columns_of(drawn, positives)
    for column in ("mirna_sequence", "target"):
        expected = positives[column].iloc[members].value_counts()
        assert negatives[column].value_counts().to_dict() == expected.to_dict()


def test_balanced_keeps_frequencies_at_any_ratio():
    positives = make_positives(600, 20, 20, 600).assign(cluster=np.arange(600))
    mirnas = [f"m{row % 20}" for row in range(600)]
    positives = positives.assign(mirna_sequence=mirnas, family=mirnas)
    drawn = draw_negatives(positives, np.arange(600), "balanced", 5, [1])
    per_mirna = columns_of(drawn, positives)["mirna_sequence"].value_counts()
    assert per_mirna.between(0.98 * 150, 150).all()  # 30 positives each, five times


def test_balanced_never_contradicts_a_positive_whatever_the_family_names():
    row = np.arange(40)
    positives = pd.DataFrame({"target": [f"t{number}" for number in row], "cluster": row})
    positives["mirna_sequence"] = [f"m{number % 2}" for number in row]
    positives["family"] = [f"f{number % 4}" for number in row]  # two names per miRNA
    drawn = draw_negatives(positives, row, "balanced", 3, [1])
    negatives = columns_of(drawn, positives)
    assert negatives.merge(positives, on=["mirna_sequence", "target"]).empty
    assert len(negatives)


@settings(max_examples=15)
@given(st.integers(0, 1000), st.sampled_from([(3, 8), (1, 2), (12, 40)]))
def test_balanced_never_pairs_a_family_with_a_cluster_it_was_seen_in(seed, sizes):
    positives = make_positives(120, 12, *sizes, seed)
    members = np.arange(60)  # pairs seen in the other half are barred too
    drawn = draw_negatives(positives, members, "balanced", 3, [seed])
    negatives = columns_of(drawn, positives)
    seen = set(zip(positives["family"], positives["cluster"], strict=True))
    assert not seen & set(zip(negatives["family"], negatives["cluster"], strict=True))
    assert set(drawn["mirna_of"]) | set(drawn["target_of"]) <= set(members)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_ratios_are_nested_without_repeats(protocol):
    positives = make_positives(300, 12, 12, 150)
    members = np.arange(200)
    one, ten = (
        draw_negatives(positives, members, protocol, ratio, [4, 2]) for ratio in (1, 10)
    )
    pd.testing.assert_frame_equal(ten[ten["round"] < 1], one)
    assert not columns_of(ten, positives).duplicated(["mirna_sequence", "target"]).any()
    assert len(ten) > 3 * len(one)


def test_legacy_is_uniform_over_mirnas_and_never_positive():
    positives = make_positives(2000, 10, 10, 1000)
    drawn = draw_negatives(positives, np.arange(2000), "legacy", 1, [1])
    negatives = columns_of(drawn, positives)
    shares = negatives["mirna_sequence"].value_counts(normalize=True)
    assert positives["mirna_sequence"].value_counts(normalize=True).max() > 0.3
    assert shares.between(0.05, 0.15).all()
    assert len(shares) == 10
    assert negatives.merge(positives, on=["mirna_sequence", "target"]).empty
    assert sorted(negatives["target"]) == sorted(positives["target"])


def test_unknown_protocol_is_refused():
    with pytest.raises(InputError, match="'ballanced'"):
        draw_negatives(make_positives(4, 2, 2, 4), np.arange(4), "ballanced", 1, [1])


@pytest.fixture
def placed(tmp_path, rng, random_rna):
    """Return positives in 12 transcripts, two of which leave no room, and those."""
    lengths = [60, 99, *rng.integers(300, 800, 10)]
    sequences = {f"T{i}": random_rna(int(n)) for i, n in enumerate(lengths)}
    sequences["T5"] = sequences["T5"][:200] + "N" + sequences["T5"][201:]
    rows = []
    for number in range(150):
        name = f"T{number % 12}"
        start = int(rng.integers(0, len(sequences[name]) - 49))
        window = sequences[name][start : start + 50]
        mirna = f"m{rng.integers(8)}"
        rows.append((mirna, f"f{int(mirna[1:]) % 4}", window, name, start))
    table = pd.DataFrame(
        rows, columns=["mirna_sequence", "family", "target", "transcript", "start"]
    )
    table.loc[table.index % 30 == 7, "start"] = -1  # not found in any transcript
    write_fasta(tmp_path / "t.fa", sequences.items())
    return table, Transcripts(tmp_path / "t.fa"), sequences


def test_background_stays_in_the_transcript_and_off_the_sites(placed):
    positives, transcripts, sequences = placed
    members = np.arange(100)
    drawn = draw_background(positives, members, transcripts, 3, [1])
    assert set(drawn["round"]) == {0, 1, 2}
    assert (drawn.groupby("round").size() > 50).all()
    for row in drawn.itertuples():
        own = positives.iloc[row.row_of]
        assert row.row_of in members
        assert own["start"] >= 0
        assert row.target == sequences[own["transcript"]][row.start : row.start + 50]
        assert len(row.target) == 50
        assert "N" not in row.target
        family = positives[
            (positives["family"] == own["family"])
            & (positives["transcript"] == own["transcript"])
            & (positives["start"] >= 0)
        ]
        assert (np.abs(family["start"] - row.start) >= 50).all()
    mirna = positives["mirna_sequence"].to_numpy()[drawn["row_of"]]
    places = drawn.assign(
        mirna=mirna, name=positives["transcript"].to_numpy()[drawn["row_of"]]
    )
    assert not places.duplicated(["mirna", "name", "start"]).any()
    assert not set(places["name"]) & {"T0", "T1"}


def test_background_is_nested_and_repeats_with_its_seed(placed):
    positives, transcripts, _ = placed
    members = np.arange(120)
    three, one, other = (
        draw_background(positives, members, transcripts, ratio, seed)
        for ratio, seed in ((3, [4]), (1, [4]), (1, [5]))
    )
    pd.testing.assert_frame_equal(three[three["round"] == 0], one)
    assert not one["start"].equals(other["start"])


def test_saturated_mirna_gets_what_partners_there_are():
    """100 targets, half of them of one miRNA: it has 50 possible partners, no more."""
    rows = np.arange(100)
    positives = pd.DataFrame({"target": [f"t{i}" for i in rows], "cluster": rows})
    mirnas = ["m0" if i < 50 else f"m{i}" for i in rows]
    positives = positives.assign(mirna_sequence=mirnas, family=mirnas)
    drawn = draw_negatives(positives, rows, "balanced", 20, [1])
    negatives = columns_of(drawn, positives)
    assert (negatives["mirna_sequence"] == "m0").sum() == 50
    assert negatives.merge(positives, on=["mirna_sequence", "target"]).empty


def test_background_avoids_the_familys_sites_in_other_isoforms(tmp_path, random_rna):
    """Both isoforms hold both sites of a family; each was seen in one of them."""
    body = random_rna(400)
    isoforms = {"A": body, "B": body}
    rows = [
        ("m0", "f0", body[s : s + 50], name, s) for s, name in ((80, "A"), (250, "B"))
    ]
    columns = ["mirna_sequence", "family", "target", "transcript", "start"]
    positives = pd.DataFrame(rows, columns=columns)
    write_fasta(tmp_path / "t.fa", isoforms.items())
    drawn = draw_background(
        positives, np.arange(2), Transcripts(tmp_path / "t.fa"), 60, [1]
    )
    assert len(drawn) > 50
    for site in (80, 250):
        overlap = 50 - np.abs(drawn["start"] - site)
        assert (overlap < 16).all()
