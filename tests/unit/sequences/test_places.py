"""Places of transcripts in a genome, from tables and annotations."""

import pytest

from mirsignal.errors import InputError
from mirsignal.sequences.places import read_places

TABLE = """transcript\tchrom\tstrand\tblocks
ENST00000000001.2\tchr1\t+\t10-14;20-26
T2\tchr1\t-\t30-35
T3\tchr2\t+\t0-7
T4\tchr2\t+\t
"""


def write(path, text):
    path.write_text(text)
    return path


def test_places_of_a_table_have_the_names_of_the_study(tmp_path):
    path = write(tmp_path / "places.tsv", TABLE)
    lengths = {"ENST00000000001": 10, "T2": 5, "T3": 8, "T4": 3, "T5": 4}
    places = read_places(path, lengths)  # T3 is another, T4 and T5 have no place
    assert places.transcripts.values.tolist() == [
        ["ENST00000000001", "chr1", "+"],
        ["T2", "chr1", "-"],
    ]
    assert places.blocks == {"ENST00000000001": [(10, 14), (20, 26)], "T2": [(30, 35)]}


@pytest.mark.parametrize(
    ("text", "lengths", "message"),
    [
        (
            TABLE,
            {"X": 5},
            r"none of the transcripts \(there: ENST00000000001.2; here: X\)",
        ),
        (
            TABLE,
            {"ENST00000000001": 9, "T2": 6, "T3": 7},
            "2 of 3 transcripts have another length",
        ),
        (TABLE.replace("30-35", "35-30"), {"T2": 5}, "line 3: '35-30' are no blocks"),
        (TABLE.replace("30-35", "30"), {"T2": 5}, "line 3: '30' are no blocks; write"),
        (TABLE.replace("30-35", "30-35;35-35"), {"T2": 5}, "35-35' are no blocks"),
        (TABLE.replace("T2\t", "NA\t"), {"X": 5}, "there: ENST00000000001.2"),
        (TABLE.split("ENST")[0] + "NA\t1\t+\t2-7\n", {"X": 5}, r"there: none; here: X"),
        (TABLE.replace("\t-\t", "\t.\t"), {"T2": 5}, "line 3: no chrom, or a strand"),
        (TABLE.replace("blocks", "hg38"), {"T2": 5}, "coordinates: columns"),
    ],
)
def test_places_that_cannot_be_are_refused(tmp_path, text, lengths, message):
    with pytest.raises(InputError, match=message):
        read_places(write(tmp_path / "places.tsv", text), lengths)


def test_strands_of_ensembl_are_read(tmp_path):
    for given, strand in (("1", "+"), ("-1", "-")):
        path = write(tmp_path / "p.tsv", TABLE.replace("\t-\t", f"\t{given}\t"))
        assert read_places(path, {"T2": 5}).transcripts["strand"].tolist() == [strand]


def line(feature, start, end, strand, transcript):
    named = f'gene_id "G"; transcript_id "{transcript}";'
    return f"chr1\tx\t{feature}\t{start}\t{end}\t.\t{strand}\t0\t{named}\n"


GTF = (
    line("exon", 101, 200, "+", "P")
    + line("exon", 301, 400, "+", "P")
    + line("CDS", 121, 180, "+", "P")
    + line("exon", 101, 200, "-", "M")
    + line("exon", 301, 400, "-", "M")
    + line("CDS", 151, 190, "-", "M")
)


@pytest.mark.parametrize(
    ("lengths", "blocks"),
    [
        # 3' UTRs; without the stop codon that the CDS lacks; whole mRNAs
        ({"P": 120, "M": 50}, {"P": [(180, 200), (300, 400)], "M": [(100, 150)]}),
        ({"P": 117, "M": 47}, {"P": [(183, 200), (300, 400)], "M": [(100, 147)]}),
        ({"P": 200}, {"P": [(100, 200), (300, 400)]}),
        ({"P": 120, "M": 51}, {"P": [(180, 200), (300, 400)]}),
    ],
)
def test_places_of_an_annotation_are_those_of_the_same_length(tmp_path, lengths, blocks):
    places = read_places(write(tmp_path / "some.gtf", GTF), lengths)
    assert places.blocks == blocks
