"""Affected isoform ratios: worked by hand, against a plain loop, and on real data."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.errors import InputError
from mirsignal.sites.isoforms import (
    LEAST_AIR,
    affected_isoform_ratio,
    lay_on_transcripts,
    read_polya_usage,
    reads_of_genes,
    weigh_scores,
)


def site_table(*rows):
    return pd.DataFrame(rows, columns=["transcript", "end"])


def test_share_of_reads_at_or_behind_the_end_of_a_site(table_of):
    usage = read_polya_usage(table_of("transcript\tends\nT1\t100:30;250:50;400:20\n"))
    sites = site_table(("T1", 100), ("T1", 101), ("T1", 250), ("T1", 251), ("T2", 5))
    expected = [1.0, 0.7, 0.7, 0.2, np.nan]
    np.testing.assert_allclose(affected_isoform_ratio(sites, usage), expected)


def test_share_has_a_least_value(table_of):
    usage = read_polya_usage(table_of("transcript\tends\nT1\t100:999;400:1\n"))
    found = affected_isoform_ratio(site_table(("T1", 300), ("T1", 500)), usage)
    np.testing.assert_allclose(found, LEAST_AIR)


def test_bed_of_poly_a_sites_is_the_same(table_of):
    name = "ENST00000000001"
    rows = ((99, 100, 30), (249, 250, 50), (399, 400, 20))
    text = "".join(f"{name}.3\t{a}\t{b}\tp\t{n}\t+\n" for a, b, n in rows)
    bed = read_polya_usage(table_of(text, "usage.bed"))
    ends = ";".join(f"{b}:{n}" for _, b, n in rows)
    table = read_polya_usage(table_of(f"transcript\tends\n{name}\t{ends}\n"))
    pd.testing.assert_frame_equal(bed, table)


def test_a_row_per_poly_a_site_is_read_by_its_header(table_of):
    rows = "T1\t100\t30\nT1\t250\t50\n"
    found = read_polya_usage(table_of("transcript\tend\treads\n" + rows))
    assert found["reads"].tolist() == [30, 50]
    remark = read_polya_usage(table_of("# QuantSeq\ntranscript\tend\treads\n" + rows))
    pd.testing.assert_frame_equal(remark, found)
    named = table_of("transcript\tlast\tn\n" + rows)
    pd.testing.assert_frame_equal(
        read_polya_usage(named, {"end": "last", "reads": "n"}), found
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("chr1\t900\t950\tp\t4\t+\nX\t1\t5\tp\t4\t+\n", "'chr1' is a contig of a gen"),
        ("1\t9\t95\tp\t4\t+\nKI270742.1\t1\t5\tp\t4\t+\n", "'1' is a contig of a gen"),
        ("T1\t0\t1.234\tp\t4\t+\n", "line 1: end is no whole number"),
    ],
)
def test_poly_a_sites_of_a_genome_or_between_nucleotides_are_refused(
    table_of, text, said
):
    with pytest.raises(InputError, match=said):
        read_polya_usage(table_of(text, "usage.BED"))


@given(st.data())
def test_many_transcripts_equal_a_plain_loop(data):
    names = st.sampled_from(["B", "A", "C"])
    ends, reads = st.integers(1, 30), st.integers(1, 9)
    rows = data.draw(st.lists(st.tuples(names, ends, reads), min_size=1, max_size=12))
    usage = pd.DataFrame(rows, columns=["transcript", "end", "reads"])
    sites = site_table(*data.draw(st.lists(st.tuples(names, ends), max_size=12)))
    expected = []
    for name, end in sites.itertuples(index=False):
        own = usage[usage["transcript"] == name]
        behind = own["reads"][own["end"] >= end].sum()
        share = behind / own["reads"].sum() if len(own) else np.nan
        expected.append(np.clip(share, LEAST_AIR, 1))
    found = affected_isoform_ratio(sites, usage)
    np.testing.assert_allclose(found, np.array(expected, float))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("transcript\tends\nT1\t100-30\n", "line 2: '100-30' .* is not END:READS"),
        ("transcript\tends\nT1\t9:1e+05;8-1\n", "line 2: '8-1' .* is not END:READS"),
        ("transcript\tusage\nT1\t100:30\n", "column 'ends' is missing"),
        ("transcript\tends\nT1\t100:0\n", "no poly.A. site has reads"),
    ],
)
def test_faulty_table_gets_one_line(table_of, text, words):
    with pytest.raises(InputError, match=words):
        read_polya_usage(table_of(text))


def test_end_before_the_transcript_is_refused(table_of):
    path = table_of("T1\t-3\t-2\tp\t4\t+\n", "usage.bed")
    with pytest.raises(InputError, match=r"line 1: an end .* below 0"):
        read_polya_usage(path)


def test_weighted_score_is_the_mean_over_mrnas():
    scores, ratio = np.array([-1.0, -1.0, -0.2, -0.2]), np.array([1.0, 0.5, 0.02, np.nan])
    found = weigh_scores(scores, ratio)
    mixed = np.log2(0.5 * np.exp2(-1.0) + 0.5)  # half of the mRNAs are repressed
    assert found[:2] == pytest.approx([-1.0, mixed])
    assert -0.2 < found[3] < found[2] < 0
    np.testing.assert_allclose(weigh_scores(scores, np.full(4, np.nan)), scores)


@pytest.mark.realdata
def test_published_poly_a_sites_are_read(shared_data):
    usage = read_polya_usage(shared_data / "transcripts/polya_usage.tsv.gz")
    assert usage["transcript"].nunique() == 7074
    inside = usage.groupby("transcript").size() > 1
    assert inside.mean() == pytest.approx(0.54, abs=0.02)


BLOCKS = {"p": [(10, 20), (30, 40)], "m": [(10, 20), (30, 40)], "none": [(60, 70)]}
PLACED = pd.DataFrame(
    {"transcript": ["p", "m", "none"], "chrom": "c", "strand": ["+", "-", "+"]}
)


def test_poly_a_sites_of_the_genome_are_laid_on_3_utrs_of_both_strands():
    genome = pd.DataFrame(
        [
            ("c", "+", 14, 30),  # the fifth nucleotide is the last
            ("c", "+", 30, 50),  # the first behind the intron
            ("c", "+", 25, 99),  # in the intron
            ("c", "+", 40, 99),  # behind the end
            ("c", "-", 10, 60),  # the 3' end on this strand
            ("c", "-", 35, 40),
            ("d", "+", 14, 99),
        ],
        columns=["chrom", "strand", "position", "reads"],
    )
    bare = genome.assign(chrom="chr" + genome["chrom"])
    found = lay_on_transcripts(bare, PLACED, BLOCKS)
    assert found.to_numpy().tolist() == [
        ["m", 5, 40.0],
        ["m", 20, 61.0],
        ["p", 5, 30.0],
        ["p", 11, 50.0],
        ["p", 20, 0.8],
    ]
    sites = pd.DataFrame({"transcript": ["p", "p", "m"], "end": [5, 6, 6]})
    ratio = affected_isoform_ratio(sites, found)
    assert ratio == pytest.approx([1, 50.8 / 80.8, 61 / 101])


def test_reads_are_those_of_the_genes_that_the_table_names(tmp_path):
    path = tmp_path / "polya.tsv"
    rows = ["T1\tA\t5:3;9:4", "T2\tA\t8:1", "T3\t9-Mar\t8:1", "T4\t\t8:1"]
    path.write_text("\n".join(["transcript\tGene\tends", *rows]) + "\n")
    assert reads_of_genes(path).to_dict() == {"A": pytest.approx(np.log(8))}
    path.write_text("transcript\tends\nT1\t5:3\n")
    assert reads_of_genes(path).empty
    (tmp_path / "polya.bed").write_text("T1\t4\t5\tx\t3\n")
    assert reads_of_genes(tmp_path / "polya.bed").empty
