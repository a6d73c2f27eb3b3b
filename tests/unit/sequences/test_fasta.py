"""FASTA as BioMart writes it: records without a sequence, and errors in its place."""

import logging

import pytest

from mirsignal.errors import InputError
from mirsignal.sequences.fasta import read_fasta


def test_biomart_fasta_without_sequence_is_skipped_and_counted(table_of, caplog):
    path = table_of(
        ">ENST01|ENSG01|A\nACGT\nAC\n>ENST02|ENSG01|A\nSequence unavailable\n"
        ">ENST03|ENSG02|B\nSequence unavailable\n>ENST04|ENSG02|B\nGGG\n"
    )
    with caplog.at_level(logging.INFO, logger="mirsignal"):
        records = list(read_fasta(path))
    assert records == [("ENST01|ENSG01|A", "ACGUAC"), ("ENST04|ENSG02|B", "GGG")]
    assert "skipped 2 of 4 records" in caplog.text


def test_biomart_fasta_without_any_sequence_is_refused(table_of):
    path = table_of(">ENST01\nSequence unavailable\n")
    with pytest.raises(InputError, match="no record has a sequence"):
        list(read_fasta(path))


def test_biomart_error_is_not_taken_for_fasta(table_of):
    path = table_of("Query ERROR: caught BioMart::Exception: non-BioMart die()\n")
    with pytest.raises(InputError, match="not FASTA"):
        list(read_fasta(path))
