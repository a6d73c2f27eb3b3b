"""Transcripts: ids, gene tables and shards of equal weight."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirsignal.errors import InputError
from mirsignal.transcripts import (
    describe_transcripts,
    plan_shards,
    read_genes,
    read_transcripts,
    strip_version,
)


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("ENST00000252512.4", "ENST00000252512"),
        ("ENSMUSG00000000001.12", "ENSMUSG00000000001"),
        ("NM_018243.3", "NM_018243"),
        ("DEMO0001.1", "DEMO0001.1"),
        ("RP11-34P13.7", "RP11-34P13.7"),
        ("TP53", "TP53"),
    ],
)
def test_only_real_versions_are_stripped(identifier, expected):
    assert strip_version(identifier) == expected


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=60), st.data())
def test_shards_share_out_every_transcript_evenly(lengths, data):
    n_shards = data.draw(st.integers(1, len(lengths)))
    shards = plan_shards(pd.Series(lengths), n_shards)
    assert len(shards) == len(lengths)  # one shard each
    assert set(shards) == set(range(n_shards))  # none is empty
    load = np.bincount(shards, weights=np.asarray(lengths) + 1)
    assert np.ptp(load) <= max(lengths) + 1


def test_too_many_shards_are_refused():
    with pytest.raises(InputError, match="4 shards for 3 transcripts"):
        plan_shards(pd.Series([5, 5, 5]), 4)


def test_table_of_sequences_is_read(tmp_path):
    path = tmp_path / "utr.tsv"
    path.write_text("symbol\tutr\nA\tacgt\nB\tGGR\n")
    columns = {"transcript": "symbol", "sequence": "utr"}
    assert list(read_transcripts(path, columns)) == [("A", "ACGU"), ("B", "GGN")]


@pytest.mark.parametrize(
    "rows", ["A\tAC\nA\tGG\n", "A\tAC\nB\t\n", "A\tAC-G\n", "\tAC\n", "\tAC\n\tGG\n"]
)
def test_faulty_table_of_sequences_is_refused(tmp_path, rows):
    path = tmp_path / "utr.tsv"
    path.write_text("transcript\tsequence\n" + rows)
    with pytest.raises(InputError, match=r"line \d"):
        list(read_transcripts(path, {"transcript": "transcript", "sequence": "sequence"}))


def test_transcripts_are_described_with_their_genes(tmp_path):
    records = [("ENST00000000001.2", "ACGU"), ("ENST00000000002.1", "ANN")]
    alone = describe_transcripts(records, None, "t.fa")
    assert alone["gene"].tolist() == ["ENST00000000001", "ENST00000000002"]
    assert alone["length"].tolist() == [4, 3]
    assert alone["n_unknown"].tolist() == [0, 2]
    path = tmp_path / "genes.tsv"
    path.write_text("transcript\tgene\nENST00000000001.2\tTP53\n")
    genes = read_genes(path)
    assert describe_transcripts(records[:1], genes, "t.fa")["gene"].tolist() == ["TP53"]
    with pytest.raises(InputError, match=r"'ENST00000000002\.1' and 0 others"):
        describe_transcripts(records, genes, "t.fa")


def test_versions_of_genes_in_the_table_do_not_matter(tmp_path):
    path = tmp_path / "genes.tsv"
    path.write_text("transcript\tgene\nT1\tENSG00000141510.17\n")
    table = describe_transcripts([("T1", "ACGU")], read_genes(path), "t.fa")
    assert table["gene"].tolist() == ["ENSG00000141510"]
