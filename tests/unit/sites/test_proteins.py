"""Peaks of RNA-binding proteins: read, lifted, shuffled, and laid over sites."""

import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.sequences.places import Places
from mirsignal.sites.proteins import mark_sites, read_peaks, shuffle_peaks

LENGTHS = {"T1": 100, "T2": 50}
PLACES = Places(
    pd.DataFrame(
        [("T1", "chr1", "+"), ("T2", "chr1", "-")],
        columns=["transcript", "chrom", "strand"],
    ),
    {"T1": [(1000, 1060), (2000, 2040)], "T2": [(3000, 3050)]},
)


def write(path, *lines):
    path.write_text("\n".join(lines).replace(" ", "\t") + "\n")
    return path


HEADER = "transcript start end protein"


def test_peaks_of_a_table(tmp_path):
    path = write(tmp_path / "p.tsv", HEADER, "T1 10 30 AGO2", "X 1 2 PUM2")
    assert read_peaks(path, LENGTHS).values.tolist() == [["T1", 10, 30, "AGO2"]]


def test_peaks_of_a_genome_are_lifted_on_their_strand(tmp_path):
    lines = [
        "chr1 990 1010 AGO2_K562_IDR 1000 +",  # hangs over the start
        "chr1 1050 2010 PUM2_HepG2 0 +",  # over the intron
        "chr1 3000 3020 PUM2_HepG2 0 -",
        "1 3000 3020 TIA1 0 +",  # other strand
    ]
    found = read_peaks(write(tmp_path / "p.bed", *lines), LENGTHS, places=PLACES)
    assert found.values.tolist() == [
        ["T1", 0, 10, "AGO2"],
        ["T1", 50, 60, "PUM2"],
        ["T1", 60, 70, "PUM2"],
        ["T2", 30, 50, "PUM2"],
    ]


@pytest.mark.parametrize(
    ("name", "lines", "message"),
    [
        ("p.tsv", [HEADER, "T1 90 101 A"], "line 2: ends at 101 of T1, which has 100"),
        ("p.tsv", [HEADER, "X 90 101 A"], "no peak is on a transcript of the data set"),
        ("p.tsv", [HEADER, "T1 9 9 A"], "line 2: start is not below end"),
        ("p.tsv", [HEADER, "T1 1.5 9 A"], "line 2: start is no whole number"),
        ("p.tsv", [HEADER, "T1 1 9 NA"], "line 2: no protein"),
        ("p.tsv", [HEADER, "NA 1 9 A"], "line 2: no transcript; name it"),
        ("p.tsv", ["transcript start end rbp", "T1 1 9 A"], "inputs: peaks: columns"),
        ("p.bed", ["2 1000 1010 A 0 +"], r"contigs there: 2; `coordinates`: chr1\)"),
        ("p.BED", ["chr1 1000 1010 ENSG00000004059.10_0_1 0 +"], "is no name of a prot"),
        ("p.bed.bgz", ["chr1 1000 1010 peak_12 0 +"], "'peak' is no name of a protein"),
        ("p.bed", ["chr1 1000 1010 ENCFF1AB_peak 0 +"], "is no name of a protein"),
        ("p.narrowPeak", ["chr1 1000 1010 . 0 +"], "line 1: '.' is no name of a protein"),
        ("p.bed", ["chr1 1000 1010 A 0 ."], "line 1: strand is neither"),
        ("p.broadPeak", ["chr1 1000 1010 A"], "a BED file of peaks has six columns"),
    ],
)
def test_faulty_peaks_are_refused(tmp_path, name, lines, message):
    with pytest.raises(InputError, match=message):
        read_peaks(write(tmp_path / name, *lines), LENGTHS, places=PLACES)


def test_bed_needs_coordinates(tmp_path):
    path = write(tmp_path / "p.bed", "chr1 1000 1010 A 0 +")
    with pytest.raises(InputError, match="BED of a genome; give `coordinates`"):
        read_peaks(path, LENGTHS)


def test_shuffled_peaks_lie_on_other_mrnas_at_the_same_share_of_their_length():
    lengths = {f"T{number}": 100 * (number + 1) for number in range(20)}
    peaks = pd.DataFrame({"transcript": list(lengths), "protein": "A"})
    peaks["start"] = [length // 2 for length in lengths.values()]
    peaks["end"] = peaks["start"] + 10
    moved = shuffle_peaks(peaks, lengths, 1)
    assert set(moved["transcript"]) == set(lengths)
    assert (moved["transcript"] != peaks["transcript"]).mean() > 0.7
    share = (moved["start"] + 5) / moved["transcript"].map(lengths)
    was = (peaks["start"] + 5) / peaks["transcript"].map(lengths)
    assert (share - was).abs().max() < 0.01
    assert (moved["end"] - moved["start"] == 10).all()
    assert (moved["end"] <= moved["transcript"].map(lengths)).all()
    assert shuffle_peaks(peaks, lengths, 1).equals(moved)


def test_sites_in_peaks():
    rows = [
        ("T1", "guide_orf", 10, 18),
        ("T1", "guide_utr", 10, 18),
        ("T1", "guide_utr", 30, 38),
        ("T2", "passenger_utr", 10, 18),
    ]
    sites = pd.DataFrame(rows, columns=["transcript", "group", "start", "end"])
    peaks = pd.DataFrame(
        [("T1", 17, 30, "A"), ("T1", 5, 11, "A"), ("T2", 18, 20, "B")],
        columns=["transcript", "start", "end", "protein"],
    )
    assert mark_sites(sites, peaks).values.tolist() == [[1, "A"]]
    near = mark_sites(sites, peaks, flank=1)
    assert near.values.tolist() == [[1, "A"], [2, "A"], [3, "B"]]


def test_a_bed_file_may_have_a_header(tmp_path):
    lines = ["chrom start end name score strand", "chr1 1000 1010 A 0 +"]
    path = write(tmp_path / "p.bed", *lines)
    found = read_peaks(path, LENGTHS, places=PLACES)
    expected = read_peaks(write(tmp_path / "q.bed", lines[1]), LENGTHS, places=PLACES)
    pd.testing.assert_frame_equal(found, expected)
