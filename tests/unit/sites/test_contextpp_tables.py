"""Tables that the context++ model reads, and the reading frames they give."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.sites.contextpp_tables import (
    choose_orfs,
    count_orf_8mers,
    orf_lengths,
    read_mrnas,
    read_orfs,
    read_ta_sps,
)

SEEDS = "Seed region\tSPS (8mer and 7mer-m8)\tSPS (7mer-1a and 6mer)\tTA\n"
MRNAS = "transcript\tgene\tsequence\tcds_start\tcds_end\n"


def test_seeds_may_be_rna_or_dna(table_of):
    table = read_ta_sps(table_of(SEEDS + "GAGGTAG\t-9.4\t-8\t3.4\nAAAGUGC\t-7\t-6\t4\n"))
    assert table.loc["GAGGUAG"].tolist() == [-9.4, -8, 3.4]
    assert table.loc["AAAGUGC", "sps_short"] == -6


def test_columns_of_seeds_may_have_other_names(table_of):
    columns = {"seed": "s", "sps": "a", "sps_short": "b", "ta": "c"}
    table = read_ta_sps(table_of("s\ta\tb\tc\nGAGGUAG\t1\t2\t3\n"), columns)
    assert table.loc["GAGGUAG", "ta"] == 3


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("GAGGUA\t1\t2\t3\n", "line 2: 'GAGGUA' is not a seed"),
        ("GAGGUAX\t1\t2\t3\n", "line 2: 'GAGGUAX' is not a seed"),
        ("GAGGUAG\t1\t2\thigh\n", "line 2: 'high' in column 'TA'"),
        ("GAGGUAG\t1\t2\t3\nGAGGUAG\t1\t2\t3\n", "line 3: seed 'GAGGUAG'"),
        ("GAGGUAG\t1\t2\t3\nGAGGTAG\t1\t2\t3\n", "line 3: seed 'GAGGUAG'"),
    ],
)
def test_faulty_seeds_are_refused(table_of, rows, words):
    with pytest.raises(InputError, match=words):
        read_ta_sps(table_of(SEEDS + rows))


def test_reading_frames_by_hand(table_of):
    path = table_of(MRNAS + "NM_1\tA\tggATGTAAcc\t2\t8\nNM_2\tB\tACGT\tNA\tNA\n")
    assert read_mrnas(path).values.tolist() == [["NM_1", "A", "AUGUAA"]]


def test_reading_frames_need_no_gene_and_may_begin_without_a_start_codon(table_of):
    text = "transcript\tsequence\tcds_start\tcds_end\n"
    path = table_of(text + "NM_1\tCATGTAAC\t1\t7\nNM_2\tCAUGCCCC\t2\t7\n")
    table = read_mrnas(path)
    assert table["orf"].tolist() == ["AUGUAA", "UGCCC"]
    transcripts = pd.DataFrame({"transcript": ["NM_1.3", "NM_9"], "gene": ["A", "B"]})
    assert choose_orfs(transcripts, table).tolist() == ["AUGUAA", ""]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("NM_1\tA\tATGTAA\t0\t7\n", "line 2: the reading frame 0-7 is not inside"),
        ("NM_1\tA\tATGTAA\t-1\t5\n", "line 2: the reading frame -1-5"),
        ("NM_1\tA\tATGTAA\t4\t4\n", "line 2: the reading frame 4-4"),
        ("NM_1\tA\tNA\t0\t3\n", "line 2: the sequence is missing"),
        ("NM_1\tA\tATGTAA\t0.5\t3\n", "line 2: a position of the frame is no whole"),
        (
            "NM_1\tA\tCATGTAAC\t2\t7\n",
            "1 of 1 frames begin one nucleotide behind",
        ),
        ("NM_1\tA\tATGTAA\tstart\t3\n", "line 2: 'start' in column 'cds_start'"),
        ("NM_1\tA\tATG!AA\t0\t6\n", "line 2: letter '!'"),
    ],
)
def test_faulty_reading_frames_are_refused(table_of, row, words):
    with pytest.raises(InputError, match=words):
        read_mrnas(table_of(MRNAS + row))


def test_missing_column_names_the_key_that_maps_it(table_of):
    transcripts = pd.DataFrame({"transcript": ["NM_1"], "gene": ["A"]})
    path = table_of(MRNAS.replace("cds_end", "stop") + "NM_1\tA\tAUGUAA\t0\t6\n")
    for setting in ("inputs: contextpp: mrna_columns", "predict: mrna_columns"):
        with pytest.raises(InputError, match=f"or set {setting}: {{cds_end: NAME}}"):
            read_orfs(path, {}, transcripts, setting)


def test_frames_of_other_transcripts_are_refused(table_of):
    transcripts = pd.DataFrame({"transcript": ["NM_9"], "gene": ["B"]})
    path = table_of(MRNAS + "NM_1\tA\tAUGUAA\t0\t6\n")
    with pytest.raises(InputError, match=r"none of the transcripts .there: NM_1; here: "):
        read_orfs(path, {}, transcripts)


def test_frame_of_the_transcript_goes_before_the_longest_of_its_gene():
    mrnas = pd.DataFrame(
        [
            ("NM_1.2", "A", "AUG"),
            ("NM_2", "A", "AUGUAA"),
            ("NM_2", "A", "AUGUAAUAA"),  # an id on several rows: the longest
            ("NM_3", None, "AUGAUG"),
        ],
        columns=["transcript", "gene", "orf"],
    )
    transcripts = pd.DataFrame(
        {"transcript": ["NM_1.7", "NM_2", "X", "Y", "NM_3"], "gene": [*"AAABC"]}
    )
    orfs = choose_orfs(transcripts, mrnas)
    assert orfs.to_dict() == {
        "NM_1.7": "AUG",
        "NM_2": "AUGUAAUAA",
        "X": "AUGUAAUAA",
        "Y": "",
        "NM_3": "AUGAUG",
    }
    lengths = orf_lengths(orfs)
    assert np.isnan(lengths["Y"])
    assert lengths["NM_2"] == pytest.approx(np.log10(9))


def test_orf_8mers_by_hand():
    orfs = pd.Series({"a": "CUACCUCACUACCUCA", "b": "CUACCUCG", "c": ""})
    assert count_orf_8mers(orfs, "UGAGGUAGUAGG").to_dict() == {"a": 2, "b": 0, "c": 0}
