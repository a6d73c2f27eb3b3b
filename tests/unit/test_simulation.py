"""The simulated study: repeatable, readable, and true to its own truth."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.comparison.truth import chimera_recovery
from mirsignal.samples.chimeras import read_clash_table
from mirsignal.sequences.fasta import Transcripts, write_fasta
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.simulation.study import (
    Sizes,
    annotate_sites,
    simulate_study,
    supplementary_pairs,
)
from mirsignal.sites.seed_sites import match_sites
from mirsignal.statistics.metrics import pearson, spearman

SIZES = Sizes(
    **{"n_transcripts": 60, "longest": 2000, "giant": 4000, "n_clash_transcripts": 40},
    **{"n_chimeras": 300},
)


@pytest.fixture(scope="module")
def mirnas(root):
    return read_mirnas(root / "resources" / "mirnas_demo.tsv")


@pytest.fixture(scope="module")
def study(mirnas):
    return simulate_study(mirnas, mirnas, SIZES, seed=1)


def test_same_seed_same_study(mirnas, study):
    again = simulate_study(mirnas, mirnas, SIZES, seed=1)
    other = simulate_study(mirnas, mirnas, SIZES, seed=2)
    for name, value in vars(study).items():
        if isinstance(value, pd.DataFrame):
            pd.testing.assert_frame_equal(value, getattr(again, name))
        else:
            assert value == getattr(again, name)
    assert study.transcripts != other.transcripts


def test_sizes_are_those_asked_for(study):
    lengths = [len(sequence) for sequence in study.transcripts.values()]
    assert (min(lengths), max(lengths)) == (200, 4000)
    assert study.genes["gene"].nunique() == 60
    assert 60 < len(study.genes) < 70  # some genes have an isoform
    assert study.genes["transcript"].tolist() == list(study.transcripts)
    assert (len(study.clash_transcripts), len(study.hybrids)) == (40, 300)


def test_planted_sites_are_found_among_the_annotated(mirnas, study):
    planted = study.sites[study.sites["planted"]]
    assert 60 < len(planted) < 0.8 * len(study.sites)
    driver = dict(zip(mirnas["mirna"], mirnas["sequence"], strict=True))
    for row in planted.itertuples():
        window = study.transcripts[row.transcript][row.start - 1 : row.end + 1]
        kinds = [kind for *_, kind in match_sites(driver[row.mirna], window)]
        assert row.site_type in kinds


def test_affinity_rises_with_site_type_pairing_and_au(study):
    sites = study.sites
    alike = sites[(sites["paired_3p"] == 0) & sites["local_au"].between(0.5, 0.6)]
    by_type = alike.groupby("site_type")["affinity"].median()
    order = by_type[["8mer", "7mer-m8", "7mer-A1", "6mer"]]
    assert order.is_monotonic_decreasing
    same = sites[sites["site_type"] == "7mer-m8"]
    for column in ("paired_3p", "local_au"):
        assert pearson(same[column].to_numpy(), same["affinity"].to_numpy()) > 0.3


def test_fold_changes_fall_with_affinity(study):
    total = study.sites.groupby(["mirna", "transcript"])["affinity"].sum().reset_index()
    single = study.genes.drop_duplicates("gene", keep=False)
    table = study.pairs.merge(single).merge(total)
    affinity, expected = table["affinity"].to_numpy(), table["expected_log2fc"].to_numpy()
    assert spearman(affinity, expected) == pytest.approx(-1)
    np.testing.assert_allclose(expected, -np.log2(1 + affinity))
    measured = study.fold_changes.melt("gene", var_name="mirna", value_name="log2fc")
    both = study.pairs.merge(measured.dropna())
    assert 0.9 < len(both) / len(study.pairs) < 1  # some values are missing
    noise = both["log2fc"] - both["expected_log2fc"]
    assert noise.std() == pytest.approx(SIZES.noise_sd, rel=0.2)


def test_stand_in_scores_only_genes_with_sites(study):
    scores = study.targetscan
    assert (scores["score"] < 0).all()
    with_sites = study.sites.merge(study.genes)[["mirna", "gene"]].drop_duplicates()
    assert len(scores.merge(with_sites)) == len(scores) < len(study.pairs)


def test_variants_follow_the_affinity_and_not_only_noise(mirnas, study):
    table = study.variants
    assert set(table["mirna"]) == set(mirnas["mirna"])
    assert 20 < table.groupby("mirna").size().min() <= SIZES.n_variants
    driver = table["mirna"].map(
        dict(zip(mirnas["mirna"], mirnas["sequence"], strict=True))
    )
    lost = [
        bool(match_sites(m, t)) and not match_sites(m, v)
        for m, t, v in zip(driver, table["target"], table["variant"], strict=True)
    ]
    same = table["target"] == table["variant"]
    assert same.sum() == table["site_id"].nunique()
    assert table.loc[same, "measured"].abs().max() < 0.6  # noise alone: 4 sd
    assert table.loc[lost, "measured"].mean() < -0.3
    assert (table["variant"].str.len() < table["target"].str.len()).any()  # deletions


def test_chimeras_are_read_and_hold_sites(study, tmp_path):
    write_fasta(tmp_path / "t.fa", study.clash_transcripts.items())
    study.hybrids.to_csv(tmp_path / "hybrids.tsv", sep="\t", index=False)
    table, counts = read_clash_table(
        tmp_path / "hybrids.tsv", Transcripts(tmp_path / "t.fa")
    )
    assert counts["positives"] > 200
    assert sum(n for why, n in counts.items() if "skipped" in why) < 10
    assert chimera_recovery(table)["share_with_site"] > 0.8


def test_supplementary_pairs_by_hand():
    mirna = "UGAGGUAGUAGGUUGUAUAGUU"  # nt 13-18 UUGUAU pair with AUACAA
    site = "CUACCUCA"
    for stretch, expected in (("AUACAA", 6), ("UACA", 4), ("ACA", 3), ("CG", 0)):
        transcript = "G" * 20 + stretch + "GGGG" + site
        start = len(transcript) - len(site)
        assert supplementary_pairs(mirna, transcript, start) == expected
    far = "AUACAA" + "G" * 20 + site
    assert supplementary_pairs(mirna, far, 26) == 0


def test_chance_sites_are_annotated_too(mirnas, random_rna):
    transcripts = {"a": random_rna(5000)}
    sites = annotate_sites(mirnas, transcripts)
    expected = sum(
        len(match_sites(driver, transcripts["a"])) for driver in mirnas["sequence"]
    )
    assert len(sites) == expected > 0
    assert sites["local_au"].between(0, 1).all()
