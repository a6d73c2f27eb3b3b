"""Sequences: every spelling is read, every stranger is refused."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.errors import InputError
from mirsignal.sequences.codes import (
    AU,
    GC,
    GU,
    LETTERS,
    MISMATCH,
    PAIR_KINDS,
    decode,
    encode,
    encode_many,
    normalise,
    reverse_complement,
    seed_region,
)
from mirsignal.sequences.fasta import Transcripts, read_fasta, write_fasta

rna = st.text("ACGU")


@given(st.text("ACGUTNacgutnRYSWKMBDHVryswkmbdhv"))
def test_normalised_is_rna_and_stays_so(text):
    result = normalise(text)
    assert len(result) == len(text)
    assert set(result) <= set("ACGUN")
    assert normalise(result) == result == decode(encode(result))


def test_normalise_by_hand():
    assert normalise(" acgTuRn\n") == "ACGUUNN"


@pytest.mark.parametrize("letter", ["X", "-", "*", "é", "1", " "])
def test_strange_letter_is_named_with_its_place(letter):
    with pytest.raises(InputError, match="position 3"):
        encode(f"AC{letter}G")
    with pytest.raises(InputError, match="sequence 2"):
        encode_many(["ACGU", f"AC{letter}G"], 4)


@given(st.lists(rna, min_size=1), st.integers(1, 12))
def test_encode_many_cuts_and_pads_each(sequences, length):
    expected = [encode(text[:length].ljust(length, "N")) for text in sequences]
    np.testing.assert_array_equal(encode_many(sequences, length), expected)


@given(rna)
def test_reverse_complement_twice_is_nothing(sequence):
    assert reverse_complement(reverse_complement(sequence)) == sequence


def test_seed_of_let7_and_its_site():
    assert seed_region("UGAGGUAGUAGGUUGUAUAGUU") == "GAGGUAG"
    assert reverse_complement("GAGGUAG") == "CUACCUC"


@pytest.mark.parametrize("opener", [open, gzip.open])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_fasta_of_any_dress(tmp_path, opener, end):
    path = tmp_path / "t.fa"
    with opener(path, "wt", newline="") as handle:
        handle.write(end.join([">a first one", "acgt", "ACGU", "", ">b", "nnR", ""]))
    assert list(read_fasta(path)) == [("a", "ACGUACGU"), ("b", "NNN")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ACGU\n", "not FASTA"),
        (">a\n>b\nAC\n", "'a' has no sequence"),
        (">a\nA\n>a\nC\n", "'a' occurs twice"),
        (">a\nA\n>\nC\n", "record 2 has no id"),
        (">p53\nMEEPQSDPSV\n", "'p53'.*'E' at position 2.*protein"),
    ],
)
def test_faulty_fasta_is_refused(tmp_path, text, message):
    path = tmp_path / "t.fa"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        list(read_fasta(path))


def test_written_fasta_is_read_at_random(tmp_path):
    records = [("a", "ACGU" * 50), ("b", "G"), ("c", "N" * 80)]
    write_fasta(tmp_path / "t.fa", records)
    transcripts = Transcripts(tmp_path / "t.fa")
    assert [(name, transcripts[name]) for name in "abc"] == records
    assert transcripts.length("a") == 200
    assert "b" in transcripts
    assert "d" not in transcripts
    with pytest.raises(InputError, match="no transcript 'd'"):
        transcripts["d"]


def test_kinds_of_base_pairs_by_hand():
    kinds = {"AU": AU, "UA": AU, "CG": GC, "GC": GC, "GU": GU, "UG": GU}
    for one, row in zip(LETTERS, PAIR_KINDS, strict=True):
        for other, kind in zip(LETTERS, row, strict=True):
            assert kind == kinds.get(one + other, MISMATCH)


def test_watson_crick_pairs_are_those_of_complements():
    partner = np.argmax(PAIR_KINDS >= AU, axis=1)[:4]
    assert "".join(LETTERS[at] for at in partner) == reverse_complement("ACGU")[::-1]
    assert not PAIR_KINDS[4].any()
    assert not PAIR_KINDS[:, 4].any()
