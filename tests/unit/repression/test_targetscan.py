"""TargetScan's tables: of families, of miRNAs, of several species."""

import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.repression.targetscan import check_scored_genes, read_targetscan

MIRNAS = pd.DataFrame(
    {
        "mirna": ["let-7a", "let-7c", "miR-1"],
        "sequence": ["UGAGGUAGUAGGUU", "UGAGGUAGUAGGUA", "UGGAAUGUAAAGAA"],
    }
)
GENES = pd.Series(["NM_1", "NM_2", "TP53"])
SUMMARY_COUNTS = (
    "Transcript ID\tGene Symbol\tmiRNA family\tSpecies ID\t"
    "Cumulative weighted context++ score\tAggregate PCT\n"
    "ENST1.3\tHMGA2\tGAGGUAG\t9606\t-1.5\t0.99\n"
    "ENST2.1\tHMGA2\tGAGGUAG\t9606\t-1.1\t0.99\n"
    "ENST1.3\tHmga2\tGAGGUAG\t10090\t-1.9\t0.99\n"
    "ENST3.1\tLIN28B\tGAGGUAG\t9606\tNULL\tNULL\n"
    "ENST4.1\tRAB10\tAAAGUGC\t9606\t-0.4\t0.5\n"
)
COLUMNS = {
    "seed": "miRNA family",
    "gene": "Gene Symbol",
    "score": "Cumulative weighted context++ score",
}


@pytest.fixture
def targetscan(table_of):
    return table_of(SUMMARY_COUNTS)


@pytest.mark.parametrize("species", ["9606", 9606])
def test_targetscan_of_one_species(targetscan, species):
    scores = read_targetscan(targetscan, MIRNAS[1:2], COLUMNS, {"Species ID": species})
    assert scores.to_dict("records") == [
        {"mirna": "let-7c", "gene": "HMGA2", "score": -1.5}
    ]
    several = r"several species \(Species ID: 9606, 10090\); .*where: \{Species ID: 9606"
    with pytest.raises(InputError, match=several):
        read_targetscan(targetscan, MIRNAS[1:2], COLUMNS)


def test_targetscan_where_may_name_a_mapped_column(targetscan):
    scores = read_targetscan(targetscan, MIRNAS[1:2], COLUMNS, {"Gene Symbol": "Hmga2"})
    assert scores["score"].tolist() == [-1.9]


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"Species": "9606"}, "'Species' of `where` is missing"),
        ({"Species ID": "human"}, "no row has 'human'.*it has: 9606, 10090"),
    ],
)
def test_targetscan_where_that_cannot_be_met(targetscan, where, words):
    with pytest.raises(InputError, match=words):
        read_targetscan(targetscan, MIRNAS[1:2], COLUMNS, where)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("GAGGUAG", {"mirna": "family"}),  # Summary_Counts, with the wrong key
        ("let-7-5p/98-5p", {"mirna": "family"}),  # Predicted_Targets_Info
        ("GAGGUAGU", {"seed": "family"}),
    ],
)
def test_scores_of_no_mirna_of_the_study_show_what_is_there(table_of, name, columns):
    path = table_of(f"family\tgene\tscore\n{name}\tTP53\t-0.2\n")
    with pytest.raises(InputError, match=rf"column 'family' has '{name}'.*or seed to nt"):
        read_targetscan(path, MIRNAS, columns)


def test_scores_of_no_gene_of_the_transcripts_are_refused(caplog):
    scores = pd.DataFrame({"mirna": "let-7a", "gene": ["NM_000546", "TP53"]})
    with caplog.at_level("INFO", logger="mirsignal"):
        check_scored_genes(scores, GENES, "t.tsv")
    assert "1 of 2 genes with scores are not among" in caplog.text
    with pytest.raises(InputError, match=r"'NM_000546'\) is a gene.*\{gene: NAME\}"):
        check_scored_genes(scores[:1], GENES, "t.tsv")


def test_where_names_the_columns_of_the_file(table_of):
    path = table_of("family\tSymbol\tscore\nGAGGUAG\tTP53\t-0.2\n")
    columns = {"seed": "family", "gene": "Symbol"}
    with pytest.raises(InputError, match=r"has: family, Symbol, score\); correct"):
        read_targetscan(path, MIRNAS, columns, {"Species ID": 9606})


def test_targetscan_scores_stand_for_families(table_of):
    path = table_of(
        "set\tfeature\tscore\n"
        "GAGGTAG\tTP53\t-0.2\n"  # T or U; both let-7 have it
        "GAGGUAG\tTP53\t-0.4\n"  # the strongest counts
        "GAGGUAG\tNM_2.3\tNA\n"  # absent stays absent
        "CCCCCCC\tTP53\t-0.9\n"
    )
    columns = {"seed": "set", "gene": "feature"}
    assert read_targetscan(path, MIRNAS, columns).values.tolist() == [
        ["let-7a", "TP53", -0.4],
        ["let-7c", "TP53", -0.4],
    ]


def test_targetscan_scores_by_mirna(table_of):
    path = table_of("mirna\tgene\tscore\nmiR-1\tNM_2.3\t-0.1\nmiR-9\tTP53\t-1\n")
    assert read_targetscan(path, MIRNAS, {}).values.tolist() == [["miR-1", "NM_2", -0.1]]


SITES = (
    "Gene Symbol\tTranscript ID\tGene Tax ID\tmiRNA\tSite Type\tUTR_start\tUTR end\t"
    "score\n"
    "A\tENST1\t9606\tmiR-1\t3\t20\t27\t-0.4\n"
    "A\tENST1\t9606\tmiR-1\t2\t90\t97\t-0.3\n"
    "A\tENST1\t9606\tmiR-1\t2\t90\t97\t-0.3\n"  # the same site again
    "A\tENST2\t9606\tmiR-1\t3\t20\t27\t-0.5\n"
    "B\tENST3\t9606\tmiR-1\t3\t20\t27\t-0.6\n"
    "B\tENST3\t10090\tmiR-1\t3\t20\t27\t-0.9\n"
)
SITE_COLUMNS = {"mirna": "miRNA", "gene": "Gene Symbol"}


@pytest.mark.parametrize(
    ("join", "scores", "how"),
    [(None, [-0.7, -0.6], "sum"), ("lowest", [-0.5, -0.6], "lowest")],
)
def test_sites_of_a_transcript_are_added_up(table_of, caplog, join, scores, how):
    where = {"Gene Tax ID": 9606}
    with caplog.at_level("INFO", logger="mirsignal"):
        table = read_targetscan(table_of(SITES), MIRNAS, SITE_COLUMNS, where, join)
    assert table["score"].tolist() == pytest.approx(scores)
    assert f"5 rows joined into 2 pairs by their {how}" in caplog.text


def test_sites_alike_in_type_and_gene_are_two_where_no_place_is_told(table_of):
    path = table_of("mirna\tgene\tSite Type\tscore\nmiR-1\tA\t3\t-1\nmiR-1\tA\t3\t-2\n")
    assert read_targetscan(path, MIRNAS, {})["score"].tolist() == [-3]


def test_rows_of_a_table_by_gene_are_added_up_only_if_asked(table_of):
    path = table_of("mirna\tgene\tscore\nmiR-1\tA\t-1\nmiR-1\tA\t-2\n")
    assert read_targetscan(path, MIRNAS, {})["score"].tolist() == [-2]
    assert read_targetscan(path, MIRNAS, {}, join="sum")["score"].tolist() == [-3]


def test_mirdb_has_no_header_and_higher_scores_are_stronger(table_of):
    path = table_of("miR-1\tNM_1.2\t97.5\nmiR-1\tNM_2\t51\n")
    columns = {"mirna": 1, "gene": 2, "score": 3}
    table = read_targetscan(path, MIRNAS, columns, stronger="higher")
    assert table.to_numpy().tolist() == [["miR-1", "NM_1", -97.5], ["miR-1", "NM_2", -51]]
    with pytest.raises(InputError, match="no score is below 0"):
        read_targetscan(path, MIRNAS, columns)
    with pytest.raises(InputError, match=r"targetscan: columns: \{mirna: 1\}"):
        read_targetscan(path, MIRNAS, {})


def test_where_compares_whole_numbers_as_numbers(table_of):
    path = table_of(SITES.replace("\t9606\t", "\t9606.0\t"))
    table = read_targetscan(path, MIRNAS, SITE_COLUMNS, {"Gene Tax ID": 9606})
    assert table["gene"].tolist() == ["A", "B"]


def test_isomirs_of_targetscan_are_their_mirna(table_of, caplog):
    path = table_of("mirna\tgene\tscore\nmiR-1.1\tA\t-0.2\nmiR-1.2\tA\t-0.5\n")
    scores = read_targetscan(path, MIRNAS, {"mirna": "mirna"})
    assert scores.values.tolist() == [["miR-1", "A", -0.5]]
    assert "2 of 3 miRNAs have no scores, and count as without targets" in caplog.text


def test_scores_that_point_down_are_not_higher(table_of):
    path = table_of("mirna\tgene\tscore\nmiR-1\tA\t-0.2\nmiR-1\tB\t-0.5\n")
    with pytest.raises(InputError, match=r"no score is above 0.*stronger: lower"):
        read_targetscan(path, MIRNAS, {"mirna": "mirna"}, stronger="higher")
