"""Annotation and genome: 3' UTRs, frames and coordinates, by hand on both strands."""

import gzip
import os

import pandas as pd
import pytest
from Bio import bgzf

from mirsignal.errors import InputError
from mirsignal.sequences import annotation, splicing
from mirsignal.sequences.annotation import read_annotation
from mirsignal.sequences.splicing import (
    EVERY,
    LONGEST,
    cut_blocks,
    extract_transcripts,
    lift,
)

# chr1, 0-based: exons [2, 12) and [15, 30); the frame ATGAAATAA is [5, 12) + [15, 17)
GENOME = "CC" + "GGTATGAAAT" + "GTC" + "AACCCCCTTTTTGGG" + "CCCCC"
MINUS = GENOME[::-1].translate(str.maketrans("ACGT", "TGCA"))


def line(feature, start, end, strand, attributes, chrom="chr1"):
    """Return a line of GTF or GFF3 for [start, end)."""
    fields = (chrom, "x", feature, start + 1, end, ".", strand, ".", attributes)
    return "\t".join(map(str, fields)) + "\n"


def gtf(strand="+", stop_inside=False, transcript="T.1", tag="", chrom="chr1"):
    """Return the transcript above, or on the other strand what mirrors it."""
    names = f'gene_id "G.2"; transcript_id "{transcript}"; gene_name "NAME"; {tag}'
    frame_end = 17 if stop_inside else 14  # the stop codon is [11, 12) + [15, 17)
    parts = [("exon", 2, 12), ("exon", 15, 30), ("CDS", 5, 12 if stop_inside else 11)]
    if stop_inside:
        parts.append(("CDS", 15, frame_end))
    if strand == "-":
        parts = [(kind, 35 - end, 35 - start) for kind, start, end in parts]
    return "".join(line(*part, strand, names, chrom) for part in parts)


@pytest.fixture
def extract(tmp_path):
    """Return a function: annotation text and genome by contig -> what is extracted."""

    def run(text, choice=EVERY, **genome):
        (tmp_path / "a.gtf").write_text(text)
        genome = genome or {"chr1": GENOME, "chrM": MINUS}
        records = "".join(f">{name}\n{s}\n" for name, s in genome.items())
        path = tmp_path / f"genome_{abs(hash(records))}.fa"
        path.write_text(records)
        return extract_transcripts(read_annotation(tmp_path / "a.gtf"), path, choice)

    return run


@pytest.mark.parametrize("stop_inside", [True, False])
@pytest.mark.parametrize("strand", ["+", "-"])
def test_a_gene_by_hand_on_both_strands(extract, strand, stop_inside):
    chrom = "chr1" if strand == "+" else "chrM"
    found = extract(gtf(strand, stop_inside, chrom=chrom))
    assert found.utrs == {"T.1": "CCCCCUUUUUGGG"}
    assert found.orfs.to_dict() == {"T.1": "AUGAAAUAA"}
    assert found.five_primes == {"T.1": "GGU"}
    blocks = [(17, 30)] if strand == "+" else [(5, 18)]
    assert found.blocks == {"T.1": blocks}
    row = found.transcripts.iloc[0]
    assert list(row[["gene", "gene_name", "length", "n_unknown"]]) == [
        "G.2",
        "NAME",
        13,
        0,
    ]


def test_a_3_utr_of_several_exons_and_its_coordinates(extract):
    names = 'gene_id "G"; transcript_id "T";'
    rows = [("exon", 2, 12), ("exon", 15, 20), ("exon", 24, 30), ("CDS", 5, 12)]
    rows += [("CDS", 15, 17)]
    found = extract("".join(line(*row, "+", names) for row in rows))
    blocks = found.blocks["T"]
    assert blocks == [(17, 20), (24, 30)]
    assert found.utrs["T"] == (GENOME[17:20] + GENOME[24:30]).replace("T", "U")
    assert lift(blocks, "+", 2, 5) == [(19, 20), (24, 26)]
    assert lift(blocks, "-", 2, 7) == [(19, 20), (24, 28)]
    assert lift(blocks, "-", 0, 9) == blocks


def test_blocks_are_cut_where_they_are_asked_for():
    blocks = [(10, 15), (20, 30), (40, 41)]
    assert cut_blocks(blocks, 0, 16) == blocks
    assert cut_blocks(blocks, 5, 15) == [(20, 30)]
    assert cut_blocks(blocks, 4, 6) == [(14, 15), (20, 21)]
    assert cut_blocks(blocks, 7, 7) == []


ENSEMBL = """##gff-version 3
chr1\tx\tgene\t3\t30\t.\t+\t.\tID=gene:ENSG1;Name=NAME;biotype=protein_coding
chr1\tx\tmRNA\t3\t30\t.\t+\t.\tID=transcript:ENST1;Parent=gene:ENSG1;tag=basic,Ensembl_canonical
chr1\tx\texon\t3\t12\t.\t+\t.\tParent=transcript:ENST1;Name=ENSE1
chr1\tx\tCDS\t6\t12\t.\t+\t0\tID=CDS:P;Parent=transcript:ENST1
chr1\tx\texon\t16\t30\t.\t+\t.\tParent=transcript:ENST1;Name=ENSE2
chr1\tx\tCDS\t16\t17\t.\t+\t0\tID=CDS:P;Parent=transcript:ENST1
"""
REFSEQ = """##gff-version 3
chr1\tx\tregion\t1\t35\t.\t+\t.\tID=NC_1
chr1\tx\tgene\t3\t30\t.\t+\t.\tID=gene-NAME;Name=NAME;gene=NAME
chr1\tx\tmRNA\t3\t30\t.\t+\t.\tID=rna-NM_1.2;Parent=gene-NAME;gene=NAME;tag=MANE Select
chr1\tx\texon\t3\t12\t.\t+\t.\tID=exon-1;Parent=rna-NM_1.2;gene=NAME
chr1\tx\texon\t16\t30\t.\t+\t.\tID=exon-2;Parent=rna-NM_1.2;gene=NAME
chr1\tx\tCDS\t6\t12\t.\t+\t0\tID=cds-NP_1;Parent=rna-NM_1.2;gene=NAME
chr1\tx\tCDS\t16\t17\t.\t+\t0\tID=cds-NP_1;Parent=rna-NM_1.2;gene=NAME
"""


@pytest.mark.parametrize(
    ("text", "transcript", "gene", "rank"),
    [(ENSEMBL, "ENST1", "ENSG1", 1), (REFSEQ, "NM_1.2", "NAME", 2)],
)
def test_gff3_of_ensembl_and_refseq(extract, tmp_path, text, transcript, gene, rank):
    found = extract(text)
    assert found.utrs == {transcript: "CCCCCUUUUUGGG"}
    row = found.transcripts.iloc[0]
    assert (row["gene"], row["gene_name"]) == (gene, "NAME")
    assert read_annotation(tmp_path / "a.gtf").transcripts["rank"].tolist() == [rank]


def test_parts_of_several_transcripts_are_parts_of_each(extract):
    second = ENSEMBL.splitlines(keepends=True)[2].replace("ENST1", "ENST2")
    shared = ENSEMBL.replace("Parent=transcript:ENST1", "Parent=transcript:ENST1,ENST2")
    shared = shared.replace("ENST1,ENST2", "ENST1,transcript:ENST2")
    found = extract(shared + second)
    assert found.utrs == {"ENST1": "CCCCCUUUUUGGG", "ENST2": "CCCCCUUUUUGGG"}


def test_transcripts_without_a_strand_are_left_out_and_counted(extract, caplog):
    caplog.set_level("INFO")
    found = extract(gtf() + gtf(strand=".", transcript="U") + gtf("?", transcript="V"))
    assert list(found.utrs) == ["T.1"]
    assert "2 transcripts without a strand, + or -, are left out" in caplog.text


def test_an_empty_index_of_a_genome_is_named(packed):
    path, annotation = packed
    plain = path.with_name("g.fa")
    plain.write_text(f">chr1\n{GENOME}\n")
    plain.with_name("g.fa.fai").write_text("")
    with pytest.raises(InputError, match=r"index is empty; delete g\.fa\.fai"):
        extract_transcripts(annotation, plain, EVERY)


def test_the_same_transcript_on_x_and_y_is_two(extract):
    text = gtf(chrom="chrX") + gtf(chrom="chrY")
    found = extract(text, chrX=GENOME, chrY=GENOME)
    assert set(found.utrs) == {"T.1", "T.1_chrY"}


def test_the_tagged_transcript_of_a_gene_counts_else_the_longest(extract):
    short = gtf(transcript="S", tag='tag "Ensembl_canonical";').replace(
        "\t30\t", "\t25\t"
    )
    text = gtf(transcript="L") + short
    assert set(extract(text, "canonical").utrs) == {"S"}
    assert set(extract(text, LONGEST).utrs) == {"L"}
    assert set(extract(text, {"L.7", "L", "absent"}).utrs) == {"L"}
    untagged = text.replace('tag "Ensembl_canonical";', "")
    assert set(extract(untagged, "canonical").utrs) == {"L"}


@pytest.mark.parametrize(
    ("text", "genome", "said"),
    [
        ("", {}, "no line is an exon or CDS"),
        ("not a table\n", {}, "not GTF or GFF3"),
        (line("gene", 0, 9, "+", 'gene_id "G";'), {}, "no line is an exon or CDS"),
        (line("exon", 0, 9, "+", 'transcript_id "T";'), {}, "no transcript has a CDS"),
        (gtf(), {"1": GENOME}, "none of the contigs.*chr1.*genome: 1"),
        (gtf() + gtf(chrom="c2"), {"chr1": GENOME}, r"lacks 1 contigs .*\(c2\)"),
        (gtf(), {"chr1": GENOME[:20]}, "ends at 30 of chr1, which has 20 nt"),
        (gtf(), {"chr1": "C" * 35}, "0 of 1 reading frames end in a stop"),
        (gtf().replace("\t30\t", "\t17\t"), {}, "none of 1 transcripts has a 3' UTR"),
        (gtf().replace("\t30\t", "\t0\t", 1), {}, "no transcript has places"),
        (gtf(), {"chr1": "X" * 35}, "chr1, transcript T.1: letter 'X'"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(extract, text, genome, said):
    with pytest.raises(InputError, match=said) as error:
        extract(text, **genome)
    assert "\n" not in str(error.value)


def test_a_chosen_list_without_any_that_is_annotated_is_refused(extract):
    with pytest.raises(InputError, match="none of its 1 transcripts is annotated"):
        extract(gtf(), {"NM_9"})


def test_truncated_and_absent_files_are_told(tmp_path):
    packed = gzip.compress((gtf() * 500).encode())
    (tmp_path / "a.gtf.gz").write_bytes(packed[:-20])
    for name in ("a.gtf.gz", "absent.gtf"):
        with pytest.raises(InputError, match=name):
            read_annotation(tmp_path / name)


@pytest.fixture
def packed(extract, tmp_path):
    """Return a genome packed by bgzip, the annotation beside it."""
    extract(gtf())
    path = tmp_path / "folder/g.fa.gz"
    path.parent.mkdir()
    with bgzf.open(path, "wt") as handle:
        handle.write(f">chr1\n{GENOME}\n")
    return path, read_annotation(tmp_path / "a.gtf")


def test_a_genome_packed_by_bgzip_is_read(packed):
    path, annotation = packed
    found = extract_transcripts(annotation, path, EVERY)
    assert found.utrs == {"T.1": "CCCCCUUUUUGGG"}


def test_a_genome_in_a_folder_that_cannot_be_written_is_read(packed, monkeypatch):
    path, annotation = packed
    monkeypatch.setattr("os.access", lambda *_: False)
    assert extract_transcripts(annotation, path, EVERY).utrs
    assert [found.name for found in path.parent.iterdir()] == ["g.fa.gz"]


@pytest.mark.parametrize("keep", [10, 60, -30])
def test_a_truncated_genome_is_told(packed, keep):
    path, annotation = packed
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"g\.fa\.gz: ") as error:
        extract_transcripts(annotation, path, EVERY)
    assert "\n" not in str(error.value)


def test_a_genome_of_gzip_and_an_absent_one_are_told(packed):
    path, annotation = packed
    path.write_bytes(gzip.compress(f">chr1\n{GENOME}\n".encode()))
    for wrong in (path, path.with_name("absent.fa")):
        with pytest.raises(InputError, match=wrong.name):
            extract_transcripts(annotation, wrong, EVERY)


class Unknown:
    """A contig of unknown nucleotides."""

    def __len__(self):
        return 1 << 30

    def __getitem__(self, part):
        return "N" * (part.stop - part.start)


@pytest.mark.realdata
@pytest.mark.parametrize("build", ["hg19", "hg38"])
def test_coordinates_of_real_3_utrs_come_back(shared_data, table_of, build, rng):
    table = pd.read_csv(
        shared_data / "coordinates/utr_genome_coordinates.tsv.gz", sep="\t"
    )
    table = table[table["usable"] & table[build].notna()]
    expected, lines = {}, []
    for row in table.itertuples():
        blocks = [
            tuple(map(int, block.split("-"))) for block in getattr(row, build).split(";")
        ]
        expected[row.transcript] = blocks
        names = f'gene_id "{row.gene}"; transcript_id "{row.transcript}";'
        exons = list(blocks)
        if row.strand == "+":  # an exon begins with the last nine nucleotides of a frame
            exons[0] = (blocks[0][0] - 9, blocks[0][1])
            frame = ("CDS", blocks[0][0] - 9, blocks[0][0])
        else:
            exons[-1] = (blocks[-1][0], blocks[-1][1] + 9)
            frame = ("CDS", blocks[-1][1], blocks[-1][1] + 9)
        for part in [("exon", *exon) for exon in exons] + [frame]:
            lines.append(line(*part, row.strand, names, row.chrom))
    annotation = read_annotation(table_of("".join(lines), "a.gtf"))
    assert len(annotation.transcripts) == len(expected) == 7074
    for number, row in annotation.transcripts.iterrows():
        blocks = expected[row["transcript"]]
        exons = annotation.exons(number)
        assert splicing._splice(row, exons, Unknown(), "g")["blocks"] == blocks
        places = [at for start, end in blocks for at in range(start, end)]
        places = places if row["strand"] == "+" else places[::-1]
        start = int(rng.integers(len(places)))
        end = min(start + 8, len(places))
        lifted = lift(blocks, row["strand"], start, end)
        inside = sorted(places[start:end])
        assert [at for first, last in lifted for at in range(first, last)] == inside


def test_empty_lines_are_passed_over(extract):
    """More of them than are read at once, in front of, between and behind the others."""
    rows = gtf().splitlines()
    spaced = "\n" * 300_000 + ("\n" * 150_000).join(rows) + "\n\n"
    pd.testing.assert_frame_equal(extract(spaced).transcripts, extract(gtf()).transcripts)


def test_marks_of_comments_within_a_line_are_kept(extract, tmp_path):
    text = "#!genome\n" + gtf(transcript="T#1").replace("NAME", "N#1") + "###\n"
    found = extract(text + "##FASTA\n>chr1\nACGT\n")
    assert found.transcripts[["transcript", "gene_name"]].values.tolist() == [
        ["T#1", "N#1"]
    ]


def test_transcripts_at_two_places_are_left_out(extract, caplog):
    caplog.set_level("INFO")
    twice = gtf(transcript="D") * 2
    found = extract(gtf(transcript="T") + twice)
    assert list(found.utrs) == ["T"]
    assert "1 transcripts, such as D, have exons that overlap" in caplog.text
    with pytest.raises(InputError, match="exons of D and all others overlap"):
        extract(twice)
    both = gtf(transcript="S") + gtf(transcript="S", strand="-")
    assert list(extract(gtf(transcript="T") + both).utrs) == ["T"]


def test_copies_far_apart_on_one_strand_are_left_out(extract, caplog):
    caplog.set_level("INFO")
    start = 31 + annotation.LONGEST_INTRON
    copy = gtf(transcript="D") + line("exon", start, start + 9, "+", 'transcript_id "D";')
    assert list(extract(gtf(transcript="T") + copy).utrs) == ["T"]
    assert "1 transcripts, such as D, lie at two places of a contig" in caplog.text


def test_transcripts_that_are_all_their_own_gene_are_told(extract, caplog):
    rows = [gtf(transcript=f"T{n}").replace("G.2", f"T{n}") for n in range(25)]
    extract("".join(rows))
    assert "each transcript is called its own gene, as in the UCSC" in caplog.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html>\n<html>\n", "a web page"),
        (b"PK\x03\x04 and so on", "a zip, or UTF-16; unpack it"),
        (b"\x28\xb5\x2f\xfd and so on", "a Zstandard file"),
        ("chr1\tx\n".encode("utf-16"), "a zip, or UTF-16"),
        (b"# by hand\rchr1\tx\r", "lines end with CR alone"),
        (b"chr1\t1\t9\tT1\t0\t+\n", "which have 9 columns, but 6; BED and genePred"),
    ],
)
def test_other_kinds_of_file_are_told(tmp_path, content, said):
    (tmp_path / "a.gtf").write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_annotation(tmp_path / "a.gtf")


def test_a_byte_order_mark_is_passed_over(tmp_path):
    text = "#!genome-build x\n" + gtf()
    (tmp_path / "a.gtf").write_text(text, encoding="utf-8-sig")
    assert read_annotation(tmp_path / "a.gtf").transcripts["transcript"].tolist() == [
        "T.1"
    ]


def test_annotation_without_exons_is_told(extract):
    text = "".join(row + "\n" for row in gtf().splitlines() if "\tCDS\t" in row)
    with pytest.raises(InputError, match="no transcript has both exons and a CDS"):
        extract(text)


def test_genomes_that_no_index_can_be_made_of_are_told(packed):
    path, annotation = packed
    path.write_bytes(gzip.compress(f">chr1\n{GENOME}\n".encode()))
    with pytest.raises(InputError, match="unpack it with gunzip"):
        extract_transcripts(annotation, path, EVERY)
    path.write_bytes(f">chr1\r{GENOME}\r".encode())
    with pytest.raises(InputError, match="lines end with CR alone"):
        extract_transcripts(annotation, path, EVERY)


def test_a_contig_of_another_build_is_told(extract):
    names = [f"T{n}" for n in range(20)]
    text = "".join(gtf(transcript=name) for name in names)
    text += "".join(gtf(transcript=f"c{name}", chrom="c2") for name in names[:5])
    with pytest.raises(InputError, match="only 0 of 5 reading frames on c2 end in"):
        extract(text, chr1=GENOME, c2="C" * 35)


def test_an_index_of_another_genome_is_told(extract, tmp_path):
    extract(gtf(), chr1=GENOME, c2="ACGU" * 5)
    path = next(tmp_path.glob("genome_*.fa"))
    path.write_text(f">c0\nAC\n{path.read_text()}")
    later = path.stat().st_mtime + 60
    os.utime(path.with_name(f"{path.name}.fai"), (later, later))
    annotation = read_annotation(tmp_path / "a.gtf")
    with pytest.raises(InputError, match=r"its index, .*fai, is of another file .*del"):
        extract_transcripts(annotation, path, EVERY)


def test_one_of_a_few_frames_may_lack_its_stop(extract):
    text = "".join(gtf(transcript=f"T{n}") for n in range(3)) + gtf(
        transcript="x", chrom="c2"
    )
    assert len(extract(text, chr1=GENOME, c2="C" * 35).utrs) == 4
