"""Branch lengths and PCT: by hand, of bad input, and as TargetScan gives them."""

import gzip
import zipfile

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from mirsignal.errors import InputError
from mirsignal.sites.alignments import Tree, align, read_alignments, read_trees
from mirsignal.sites.conservation import (
    CONSERVED_FROM,
    HUMAN,
    choose_bin,
    find_aligned_sites,
    measure_conservation,
    read_pct_parameters,
    tabulate_conservation,
)

SEED = "GAGGUAG"  # let-7: nt 8 ... 2 pair with CUACCUC
NEWICK = "((9606:1,B:2):0.5,(C:3,D:4):0.25);"
TREE = Tree.parse(NEWICK)
TREES = dict.fromkeys(range(11), TREE)
PARAMETERS = pd.DataFrame(
    {"b0": 0.0, "b1": 1.0, "b2": 1.0, "b3": 4.0},
    pd.MultiIndex.from_product(
        [[SEED], ["8mer", "7mer-m8", "7mer-A1"]], names=["seed", "site_type"]
    ),
)


def sites_of(rows):
    alignment = align("x", rows)
    return alignment, find_aligned_sites(alignment, [SEED])


@pytest.mark.parametrize(
    ("species", "length"),
    [
        ("9606", 0),
        ("9606 B", 3),
        ("9606 C", 4.75),
        ("B C D", 9.75),
        ("9606 B C D", 10.75),
    ],
)
def test_the_smallest_tree_that_connects_species(species, length):
    has = TREE.species.isin(species.split())[:, None]
    assert TREE.span(has) == pytest.approx([length])


def test_sites_at_one_place_are_one_whatever_gaps_are_in_them():
    """An 8mer holds sites of every type; a 7mer-A1 does not hold an 8mer."""
    rows = {
        "9606": "GGCUACCUCAGGCUACCUCG",  # 8mer, 7mer-m8
        "B": "GG-CUACCUCAGGGGGGGGG",  # 8mer
        "C": "GGGUACCUCAGGCUACCUCA",  # 7mer-A1, 8mer
        "D": "GGCUACC-CGGGCUACCU-G",
    }
    alignment, found = sites_of(rows)
    human = found[found["species"] == HUMAN]
    assert human["site_type"].tolist() == ["8mer", "7mer-m8"]
    assert human[["start", "end"]].to_numpy().tolist() == [[2, 10], [12, 19]]
    measured = measure_conservation(found, alignment, TREES, PARAMETERS)
    length = measured.set_index(["species", "site_type"])["branch_length"].to_dict()
    assert length == {
        ("9606", "8mer"): 3,
        ("B", "8mer"): 3,
        ("C", "7mer-A1"): 6.75,
        ("9606", "7mer-m8"): 4.75,
        ("C", "8mer"): 0,
    }
    pct = measured.loc[measured["site_type"] == "7mer-m8", "pct"].tolist()
    assert pct == pytest.approx([1 / (1 + np.exp(4 - 4.75))])


def test_conserved_is_what_targetscan_calls_so():
    rows = dict.fromkeys(("9606", "B"), "GGCUACCUCAGGGUACCUCAGG")
    rows["9606"] = rows["9606"] + "UACCUCG"
    rows["B"] += "UACCUCG"
    alignment, found = sites_of(rows)
    measured = measure_conservation(found, alignment, TREES, PARAMETERS)
    own = measured[measured["species"] == HUMAN].set_index("site_type")
    assert own["branch_length"].tolist() == [3, 3, 3]
    assert own["conserved"].to_dict() == {"8mer": 1, "7mer-A1": 0, "6mer": 0}
    assert own.loc["6mer", "pct"] == 0
    other = measure_conservation(found, alignment, TREES, PARAMETERS.iloc[:0])
    assert other["pct"].isna().all()


def test_a_3_utr_is_of_the_bin_of_its_median_nucleotide():
    rows = {"9606": "ACGUACGUA-", "B": "ACGUACGUAA", "C": "AC-------A", "D": "-" * 10}
    assert choose_bin(align("x", rows), TREE) == 4  # 3: above 2.80, not 3.26
    rows["B"] = "-" * 10
    assert choose_bin(align("x", rows), TREE) == 1


def test_alignments_are_read_in_targetscans_layouts(tmp_path):
    body = "t1\t9606\tAC-GU\nt1\tB\tACCGU\nt2\t9606\tCUACCUCA\n"
    named = "Refseq ID\tGene ID\tSpecies ID\tUTR sequence\n"
    named += body.replace("\tAC-", "\tG\tAC-").replace("\t9606", "\tG\t9606", 2)
    named = "Refseq ID\tSpecies ID\tUTR sequence\n" + body
    (tmp_path / "plain").write_text(body)
    (tmp_path / "named").write_text(named)
    (tmp_path / "packed").write_bytes(gzip.compress(named.encode()))
    (tmp_path / "marked").write_text(named, encoding="utf-8-sig")
    with zipfile.ZipFile(tmp_path / "zipped", "w") as archive:
        archive.writestr("UTR_Sequences.txt", named)
        archive.writestr("__MACOSX/._UTR_Sequences.txt", "")
    (tmp_path / "spaced").write_text(f"\n{named}")
    for name in ("plain", "named", "packed", "marked", "zipped", "spaced"):
        first, second = read_alignments(tmp_path / name)
        assert first.codes.tolist() == [[0, 1, 5, 2, 3], [0, 1, 1, 2, 3]]
        assert second.species.tolist() == ["9606"]
    columns = {"transcript": 1, "species": 2, "sequence": 3}
    assert len(list(read_alignments(tmp_path / "plain", columns))) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("t1\t9606\tACGU\nt1\tB\tACG\n", "t1: aligned sequences of 3 to 4 columns"),
        ("t1\t9606\tAC!U\n", "t1, species 9606: letter '!' at position 3"),
        ("t1\t9606\n", "line 1: lacks transcript, species or sequence"),
        ("t1\t9606\tA\nt1\t9606\tA\n", "species 9606 of t1 for the second time"),
        ("t3\t9606\tA\nt2\t9606\tA\nt3\tB\tA\n", "line 3: t3 was there before"),
        ("", "no aligned sequence"),
        ("Id\tTaxon\tAligned bases\nt1\t9606\tA\n", "the first line is neither"),
        ("t1\tB\tACGU\n", "t1: no species 9606 in the alignment (it has B"),
        ("t3\t9606\tACGU\nt3\tE\tACGU\n", "t3: species E of the alignment is not in"),
        (
            "t1\t9606\tACGU\n",
            "t1: row 9606 is another sequence than the transcript's 3' UTR",
        ),
    ],
)
def test_bad_alignments_are_told_in_one_line(tmp_path, text, said):
    (tmp_path / "a").write_text(text)
    found = read_alignments(tmp_path / "a")
    with pytest.raises(InputError) as raised:
        tabulate_conservation(found, [SEED], TREES, PARAMETERS, sequences={"t1": "AC"})
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_alignments_of_other_transcripts_are_left_out_or_refused(caplog):
    caplog.set_level("INFO")
    utr = "GGCUACCUCAGG"
    alignments = [align(name, {"9606": utr, "B": utr}) for name in ("t1", "t2", "t3")]
    ours = {"t1": utr, "t2": utr[:-1]}
    every = tabulate_conservation(alignments, [SEED], TREES, PARAMETERS, sequences=ours)
    assert every["transcript"].tolist() == ["t1", "t3"], "t2 is another 3' UTR"
    own = tabulate_conservation(
        alignments, [SEED], TREES, PARAMETERS, sequences=ours, only=True
    )
    assert own["transcript"].tolist() == ["t1"]
    assert "1 used, 1 of other transcripts, 1 of other 3' UTRs, such as" in caplog.text
    for some in (alignments, []):
        with pytest.raises(InputError, match="no alignment is of a transcript at hand"):
            tabulate_conservation(
                some, [SEED], TREES, PARAMETERS, sequences={"t9": utr}, only=True
            )
    with pytest.raises(InputError, match="as in 2 of 3 alignments"):
        tabulate_conservation(
            alignments,
            [SEED],
            TREES,
            PARAMETERS,
            sequences=dict.fromkeys(("t1", "t2"), "GG") | {"t3": utr},
        )


def test_absent_alignments_and_other_kinds_of_file_are_told(tmp_path):
    (tmp_path / "a.xz").write_bytes(b"\xfd7zXZ\x00 and so on")
    for name, said in (("a.xz", "this is an xz file"), ("b", "no such file; check")):
        with pytest.raises(InputError, match=said):
            list(read_alignments(tmp_path / name))


def test_a_truncated_file_is_told(tmp_path):
    text = "".join(f"t{n}\t9606\t{'ACGUC' * 50}\n" for n in range(2000))
    (tmp_path / "a.gz").write_bytes(gzip.compress(text.encode())[:-200])
    with pytest.raises(InputError, match=r"a\.gz: broken or no text"):
        list(read_alignments(tmp_path / "a.gz"))


@pytest.mark.parametrize(
    ("newick", "said"),
    [
        ("((A:1,B:2", "not a tree in Newick's format"),
        ("((A:1,B):0.5,C:1);", "a branch of the tree has no length"),
        ("((A:1,B:-2):0.5,C:1);", "a branch of the tree has no length of 0 or more"),
        ("((A:1,A:2):0.5,C:1);", "leaves of a tree need names"),
    ],
)
def test_bad_trees_are_told_in_one_line(tmp_path, newick, said):
    (tmp_path / "t").write_text(f"bin\tnewick\n0\t{newick}\n")
    with pytest.raises(InputError, match=said):
        read_trees(tmp_path / "t")
    (tmp_path / "t").write_text(f"bin\tnewick\n1\t{NEWICK}\n")
    with pytest.raises(InputError, match="no tree of bin 0"):
        read_trees(tmp_path / "t")


@pytest.fixture(scope="module")
def published(shared_data):
    folder = shared_data / "conservation"
    trees = read_trees(folder / "trees_84_species.tsv")
    return folder, trees, read_pct_parameters(folder / "pct_parameters.tsv")


@pytest.mark.realdata
def test_all_rows_of_targetscans_sample_come_out(published):
    folder, trees, parameters = published
    names = ["family", "seed", "species"]
    families = pd.read_csv(
        folder / "sample_mirna_families.tsv", sep="\t", header=None, names=names
    )
    within = dict(zip(families["seed"], families["species"].str.split(";"), strict=True))
    tables = []
    for alignment in read_alignments(folder / "sample_utr_alignments.tsv"):
        found = find_aligned_sites(alignment, families["seed"], within)
        found = measure_conservation(found, alignment, trees, parameters)
        tables.append(found.assign(gene=alignment.gene.rsplit(": ")[-1]))
    ours = pd.concat(tables).merge(families[["family", "seed"]], on="seed")
    expected = pd.read_csv(
        folder / "sample_expected_bl_pct.tsv", sep="\t", dtype={"species_ID": str}
    )
    keys = ["Gene_ID", "miRNA_family_ID", "species_ID", "MSA_start", "MSA_end"]
    ours = ours.assign(MSA_start=ours["column"] + 1)
    ours = ours.set_index(["gene", "family", "species", "MSA_start", "column_end"])
    expected = expected.set_index(keys)
    assert len(ours) == len(expected) == 213
    ours = ours.loc[expected.index]
    names = {"8mer-1a": "8mer", "7mer-1a": "7mer-A1"}
    assert (ours["site_type"] == expected["Site_type"].replace(names)).all()
    assert (ours["start"] + 1 == expected["UTR_start"]).all()
    for column, name in (("branch_length", "Branch length score"), ("pct", "Pct")):
        np.testing.assert_allclose(ours[column], expected[name], atol=5.1e-5)
    assert ((ours["conserved"] == 1) == (expected["Conserved"] == "x")).all()


@pytest.mark.realdata
def test_flags_of_targetscan_are_told_from_a_real_alignment(published):
    folder, trees, parameters = published
    flags = pd.read_csv(folder / "targetscan_conserved_sites.tsv.gz", sep="\t")
    flags = flags[(flags["gene"] == "CDK19") & flags["conserved"].isin([0, 1])]
    path = folder / "utr_alignments_6genes_84species.tsv.gz"
    alignments = (a for a in read_alignments(path) if a.gene.endswith("CDK19"))
    ours = tabulate_conservation(alignments, flags["seed"].unique(), trees, parameters)
    both = flags.merge(ours, on=["seed", "start"], suffixes=("", "_ours"))
    assert len(both) == len(flags) == 140
    assert roc_auc_score(both["conserved"], both["branch_length"]) > 0.94
    assert (both["conserved"] == both["conserved_ours"]).mean() > 0.99


@pytest.mark.realdata
def test_conserved_targets_are_told_from_six_real_alignments(published, shared_data):
    """By gene and seed, whether TargetScan lists a conserved site at all."""
    folder, trees, parameters = published
    listed = pd.read_csv(
        shared_data / "targetscan/targetscan_conserved_cwcs.tsv.gz", sep="\t"
    )
    seeds = pd.read_csv(folder / "targetscan_conserved_sites.tsv.gz", sep="\t")["seed"]
    is_listed, lead = [], []
    for alignment in read_alignments(folder / "utr_alignments_6genes_84species.tsv.gz"):
        found = tabulate_conservation([alignment], seeds.unique(), trees, parameters)
        found = found[found["site_type"] != "6mer"]
        beyond = found["branch_length"] - found["site_type"].map(CONSERVED_FROM)
        by_seed = beyond.groupby(found["seed"]).max()
        own = listed.loc[listed["feature"] == alignment.gene, "set"]
        is_listed.append(by_seed.index.isin(own))
        lead.append(by_seed.to_numpy())
        assert roc_auc_score(is_listed[-1], lead[-1]) > 0.97
    assert len(lead) == 6
    assert roc_auc_score(np.concatenate(is_listed), np.concatenate(lead)) > 0.99


PCT_HEADER = "site_type\tseed\tb0\tb1\tb2\tb3\n"


def test_pct_parameters_as_targetscan_spells_them(table_of):
    rows = "8mer\taaggtgc\t0\t1\t2\t1\n7mer_1a\tAAGGTGC\t0\t2\t2\t1\n"
    found = read_pct_parameters(table_of(PCT_HEADER + rows))
    assert found["b1"].to_dict() == {("AAGGUGC", "8mer"): 1, ("AAGGUGC", "7mer-A1"): 2}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("8mer\tAAGGTG\t0\t1\t2\t1\n", "line 2: 'AAGGTG' has 6 nt"),
        ("9mer\tAAGGTGC\t0\t1\t2\t1\n", "line 2: site_type '9mer' is none of 8mer"),
        ("8mer\t\t0\t1\t2\t1\n", "line 2: no seed; give it"),
        ("8mer\tAAGGTGC\t0\t\t2\t1\n", "line 2: no b1; fill it"),
        ("8mer\tAAGGTGC\t0\t1\t2\t1\n" * 2, "line 3: seed and site_type 'AAGGUGC 8mer'"),
    ],
)
def test_pct_parameters_of_no_seed_or_type_are_refused(table_of, row, said):
    with pytest.raises(InputError, match=said):
        read_pct_parameters(table_of(PCT_HEADER + row))
