"""The context++ model: four sites by hand, and the published model on real UTRs."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.files.tables import read_table
from mirsignal.repression.fold_changes import read_fold_changes
from mirsignal.sequences.mirnas import read_mirnas
from mirsignal.sequences.transcripts import read_transcripts
from mirsignal.sites.accessibility import fold_sites
from mirsignal.sites.contextpp import (
    fill_typical,
    read_coefficients,
    score_sites,
    sum_by_gene,
    tabulate_sites,
)
from mirsignal.sites.contextpp_tables import choose_orfs, read_mrnas, read_ta_sps
from mirsignal.sites.seed_sites import SITE_TYPES
from mirsignal.statistics.metrics import pearson

LET7 = pd.DataFrame({"mirna": ["let-7a"], "sequence": ["UGAGGUAGUAGGUUGUAUAGUU"]})
FEATURES = [
    "mirna",
    "transcript",
    "start",
    "site_type",
    "three_prime",
    "utr_length",
    "orf_length",
    "local_au",
    "distance",
    "off6m",
    "accessibility",
    "sps",
    "ta",
    "site8",
    "srna1",
    "srna8",
    "orf_8mers",
]
# Sites of human genes; the letters are those of the sequences, as TargetScan counts them.
BY_HAND = [
    (
        "hsa-miR-200b-3p",
        "ABI2",
        140,
        "8mer",
        3.0,
        3.6828,
        3.1547,
        0.5898,
        2.1461,
        3,
        -1.1753,
        -5.25,
        3.614,
        "C",
        "U",
        "G",
        0,
    ),
    (
        "hsa-miR-106b-5p",
        "9-Mar",
        1408,
        "7mer-m8",
        2.5,
        3.1798,
        3.0175,
        0.3841,
        1.9912,
        0,
        -3.3952,
        -7.17,
        3.727,
        "G",
        "U",
        "C",
        0,
    ),
    (
        "hsa-miR-16-5p",
        "9-Mar",
        665,
        "7mer-A1",
        3.0,
        3.1798,
        3.0175,
        0.4448,
        2.8228,
        1,
        -3.6864,
        -8.57,
        3.667,
        "G",
        "U",
        "A",
        0,
    ),
    (
        "hsa-miR-106b-5p",
        "3-Sep",
        1318,
        "6mer",
        1.5,
        3.5397,
        3.0224,
        0.6274,
        3.1199,
        1,
        -0.9825,
        -3.75,
        3.727,
        "U",
        "U",
        "C",
        0,
    ),
]
SCORES = [-0.0883, -0.0318, -0.1115, 0.0324]
# What the reference took for accessibility where it was not folded, by site type: means
# of sites that we do not have, 0.01 to 0.02 below those of `published`.
REFERENCE_MEANS = [-2.12855, -2.53965, -2.16518, -2.58992]


@pytest.fixture(scope="module")
def uncapped(coefficients):
    table = coefficients.copy()
    table.loc["cap"] = np.inf
    return table


@pytest.fixture
def worked():
    return pd.DataFrame(BY_HAND, columns=FEATURES)


def test_scores_by_hand(worked, coefficients, uncapped):
    assert score_sites(worked, uncapped) == pytest.approx(SCORES, abs=1e-4)
    capped = score_sites(worked, coefficients)
    assert capped == pytest.approx([*SCORES[:3], 0], abs=1e-4)


@pytest.mark.parametrize(
    ("column", "value", "change"),
    [
        ("off6m", 4, -0.02),
        ("orf_8mers", 2, 2 * -0.118),
        ("three_prime", 3.5, -0.04 * 0.5 / 2.5),
        ("three_prime", 0.0, -0.04 * -3 / 2.5),  # below the range: not cut off
        ("srna8", "U", -0.015),
        ("srna1", "G", 0.06),
        ("site8", "A", 0),
        ("accessibility", np.nan, 0.115 * (4.356 - 1.1753) / (4.356 - 0.661)),
    ],
)
def test_each_feature_moves_the_score_as_published(
    worked, uncapped, column, value, change
):
    site = worked[:1]
    difference = score_sites(site.assign(**{column: value}), uncapped) - score_sites(
        site, uncapped
    )
    assert difference == pytest.approx(change)


def test_typical_values_stand_in_for_unknown_ones_only(worked, coefficients):
    names = ["orf_length", "sps", "ta"]
    unknown = worked.assign(**dict.fromkeys(names, np.nan))
    filled = fill_typical(unknown, coefficients, names)
    assert (10 ** filled["orf_length"]).round().eq(1314).all()
    assert filled["sps"].tolist() == [-8.35, -8.35, -6.3, -6.3]
    pd.testing.assert_frame_equal(fill_typical(worked, coefficients, names), worked)
    some = fill_typical(unknown[2:], coefficients, names)
    pd.testing.assert_frame_equal(some, filled[2:])


def test_typical_values_lie_in_the_range_of_their_site_type(coefficients):
    for name in ("orf_length", "accessibility", "sps", "ta"):
        for kind in SITE_TYPES:
            low, typical, high = (
                coefficients.loc[name, f"{end}_{kind}"]
                for end in ("min", "typical", "max")
            )
            assert low < typical < high


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda text: text.replace("\nta\t", "\ntb\t"), "'ta' is missing"),
        (lambda text: text.replace("\noff6m\t-0.02", "\noff6m\tNA"), "'off6m'"),
        (lambda text: text.replace("-0.589", "low"), "'low' in column '8mer'"),
        (lambda text: text.replace("\tmin_6mer", "\tleast"), "'min_6mer' is missing"),
        (lambda text: text + text.splitlines()[-1] + "\n", "stands on line"),
    ],
)
def test_damaged_coefficients_are_refused(root, tmp_path, edit, words):
    text = (root / "resources/contextpp_coefficients.tsv").read_text()
    path = tmp_path / "coefficients.tsv"
    path.write_text(edit(text))
    with pytest.raises(InputError, match=words):
        read_coefficients(path)


def test_gene_has_the_mean_of_its_isoforms_and_none_is_0():
    sites = pd.DataFrame(
        {
            "mirna": ["m"] * 3,
            "transcript": ["a.1", "a.1", "b"],
            "contextpp": [-0.2, -0.1, -1],
        }
    )
    genes = pd.DataFrame({"transcript": ["a.1", "a.2", "b", "c"], "gene": [*"aabc"]})
    scores = sum_by_gene(sites, ["m", "n"], genes)
    assert scores["contextpp"].tolist() == pytest.approx([-0.15, -1, 0, 0, 0, 0])
    assert scores["mirna"].tolist() == [*"mmmnnn"]
    assert (sum_by_gene(sites[:0], ["m"], genes)["contextpp"] == 0).all()


def test_transcripts_do_not_depend_on_their_neighbours(random_rna, coefficients):
    sequences = {
        f"t{n}": random_rna(n) + "CUACCUCA" + random_rna(40) for n in (9, 16, 90)
    }
    sequences["short"] = "UACCUCAGGGGG"  # under 14 nt
    sequences["bare"] = "G" * 60
    orfs = pd.Series("", index=sequences)

    def scored(names):
        sites = tabulate_sites(LET7, {n: sequences[n] for n in names}, orfs)
        return sites.assign(
            contextpp=score_sites(fill_typical(sites, coefficients), coefficients)
        )

    together = scored(["bare", "t90", "t9", "short", "t16"]).set_index("transcript")
    alone = pd.concat([scored([name]) for name in sequences]).set_index("transcript")
    pd.testing.assert_frame_equal(together.sort_index(), alone.sort_index())
    assert {"t16", "t90"} <= set(together.index)
    assert not {"short", "bare"} & set(together.index)


def test_seed_without_stability_stays_unknown():
    ta_sps = pd.DataFrame({"sps": [-9], "sps_short": [-8], "ta": [3]}, index=["GAGGUAG"])
    utr = {"t": "G" * 20 + "CUACCUCA" + "G" * 20 + "UACCUC" + "G" * 20}
    other = pd.DataFrame({"mirna": ["o"], "sequence": ["UGAGGUACUAGGUUGUAUAGUU"]})
    sites = tabulate_sites(pd.concat([LET7, other]), utr, pd.Series({"t": ""}), ta_sps)
    known = sites[sites["mirna"] == "let-7a"]
    assert known[["sps", "ta"]].to_numpy().tolist() == [[-9, 3], [-8, 3]]
    assert sites.loc[sites["mirna"] == "o", ["sps", "ta"]].isna().all(axis=None)


@pytest.fixture(scope="module")
def published(root, public_data):
    """Return real sites without accessibility, sequences, genes and expected pairs."""
    path = public_data / "transcripts/human_3utr_fcgenes.tsv.gz"
    columns = {"transcript": "source_transcript", "sequence": "utr3_seq"}
    sequences = dict(read_transcripts(path, columns))
    named = read_table(path, {"transcript": "source_transcript", "gene": "gene_symbol"})
    genes = named[["transcript", "gene"]].reset_index(drop=True)
    mrnas = read_mrnas(
        public_data / "transcripts/human_mrna_full.tsv.gz",
        {"gene": "gene_symbol", "sequence": "mrna_seq", "cds_start": "cds_start0"},
    )
    sites = tabulate_sites(
        read_mirnas(root / "resources/mirnas_hct116.tsv"),
        sequences,
        choose_orfs(genes, mrnas),
        read_ta_sps(public_data / "targetscan/ta_sps_by_seed_region.txt"),
    ).merge(genes, on="transcript")
    pairs = read_table(public_data / "targetscan/contextpp_reference_pairs.tsv.gz")
    numbers = [name for name in pairs if name.startswith("contextpp")]
    pairs[numbers] = pairs[numbers].astype(float)
    return sites, sequences, genes, pairs


def test_sites_worked_by_hand_are_found_in_the_sequences(published, worked):
    sites, *_ = published
    keys = ["mirna", "gene", "start"]
    found = worked.rename(columns={"transcript": "gene"})[keys].merge(sites, on=keys)
    texts = ["site_type", "site8", "srna1", "srna8"]
    assert found[texts].equals(worked[texts])
    numbers = [name for name in FEATURES[4:] if name not in (*texts, "accessibility")]
    assert found[numbers].to_numpy(float) == pytest.approx(
        worked[numbers].to_numpy(float), abs=6e-5
    )


N_SITES = {97: [6, 21, 12, 50], 22272: [877, 3159, 1899, 7499]}
"""Sites of each type by the number of pairs, of the excerpt and of the whole."""


def test_measured_pairs_hold_the_known_number_of_sites(published):
    sites, _, _, pairs = published
    counted = sites.merge(pairs[["mirna", "gene"]])["site_type"].value_counts()
    assert [counted[kind] for kind in SITE_TYPES] == N_SITES[len(pairs)]
    unknown = sites.loc[sites["orf_length"].isna(), "gene"].nunique()
    assert unknown <= 653


def test_all_pairs_equal_the_published_model_without_accessibility(
    root, public_data, published, coefficients
):
    sites, _, genes, pairs = published
    mirnas = read_mirnas(root / "resources/mirnas_hct116.tsv")
    means = [f"typical_{kind}" for kind in SITE_TYPES]
    same = coefficients.copy()
    same.loc["accessibility", means] = REFERENCE_MEANS
    both = pairs
    for name, table in {"ours": coefficients, "same": same}.items():
        scores = score_sites(fill_typical(sites, table), table)
        summed = sum_by_gene(sites.assign(contextpp=scores), mirnas["mirna"], genes)
        summed = summed.rename(columns={"contextpp": name})
        both = both.merge(summed, on=["mirna", "gene"], validate="1:1")
    assert len(both) == len(pairs)
    assert np.abs(both["same"] - both["contextpp_without_sa"]).max() < 2e-5
    assert np.abs(both["ours"] - both["contextpp_without_sa"]).max() < 3e-3
    changes, _ = read_fold_changes(
        public_data / "foldchange/hct116_7mirna_log2fc.csv",
        mirnas,
        genes["gene"],
        "Gene symbol",
    )
    target = both.merge(changes, on=["mirna", "gene"])
    r = pearson(target["log2fc"].clip(upper=0).to_numpy(), target["ours"].to_numpy())
    if len(pairs) == 22272:
        assert r == pytest.approx(0.356, abs=0.001)


def test_sample_of_pairs_equals_the_published_model(published, coefficients):
    sites, sequences, _, pairs = published
    keys = ["mirna", "gene"]
    sample = pairs[pairs["contextpp"] < 0].sample(25, random_state=1)
    chosen = sites.drop(columns="accessibility").merge(sample[keys], on=keys)
    chosen = chosen.merge(fold_sites(chosen, sequences), on=["transcript", "p8"])
    known = fill_typical(chosen, coefficients, ["orf_length"])
    scored = chosen.assign(ours=score_sites(known, coefficients))
    both = scored.groupby(keys)["ours"].sum().reset_index().merge(sample, on=keys)
    assert len(both) == 25
    assert np.abs(both["ours"] - both["contextpp"]).max() < 2e-5
