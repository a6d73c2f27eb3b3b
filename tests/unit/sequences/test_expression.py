"""Abundance of transcripts as the programs that estimate it write it."""

import pytest

from mirsignal.errors import InputError
from mirsignal.sequences.expression import read_expression


@pytest.mark.parametrize(
    "text",
    [
        "Name\tLength\tEffectiveLength\tTPM\tNumReads\nt1\t9\t9\t3\t5\nt2\t9\t9\t0\t0\n",
        "target_id\tlength\teff_length\test_counts\ttpm\nt1\t9\t9\t5\t3\nt2\t9\t9\t0\t0\n",
        "transcript_id\tgene_id\tlength\teffective_length\texpected_count\tTPM\tFPKM\t"
        "IsoPct\nt1\tg\t9\t9\t5\t3\t2\t100\nt2\tg\t9\t9\t0\t0\t0\t0\n",
        "transcript,tpm\nt1,3\nt2,0\n",
    ],
)
def test_salmon_kallisto_rsem_and_a_table_of_ones_own(table_of, text):
    assert read_expression(table_of(text)).to_dict() == {"t1": 3, "t2": 0}


def test_other_columns_and_negative_values_are_refused(table_of):
    with pytest.raises(InputError, match=r"'transcript' is missing .it has: gene_id"):
        read_expression(table_of("gene_id\tTPM\ng\t3\n"))
    with pytest.raises(InputError, match="line 2: the abundance is missing or below 0"):
        read_expression(table_of("transcript\ttpm\nt1\t-1\n"))
