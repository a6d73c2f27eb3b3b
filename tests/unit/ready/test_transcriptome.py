"""What is predicted, as a table and in parts, which give what the whole gives."""

import contextlib
import itertools

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.files.schemas import find_fault
from mirsignal.ready.mirnas import choose_mirnas, choose_part
from mirsignal.ready.models import load_ready_model
from mirsignal.ready.prediction import predict_batches
from mirsignal.ready.tables import PredictionTable, read_predictions
from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.sequences.transcripts import describe_transcripts
from mirsignal.sites.accessibility import fold_transcripts

SEEDS = ("CUACCUCA", "AGCAUUAA", "AUAAGCUA")  # 8mers of let-7, miR-155 and miR-21


@pytest.fixture
def many():
    """Return 40 transcripts of 31 genes of unlike length, some with sites, some short."""
    rng = np.random.default_rng(8)
    records = []
    for number in range(40):
        length = int(rng.integers(5, 900))
        text = "".join(rng.choice(list("ACGU"), length))
        at = rng.integers(0, length)
        if number == 30:
            text, at = "ACGU", 0  # too short, and the only one of its gene
        records.append((f"t{number}", text[:at] + SEEDS[number % 3] + text[at:]))
    genes = {name: f"g{number % 31}" for number, (name, _) in enumerate(records)}
    orfs = pd.Series({name: "AUG" + SEEDS[0] * (len(text) % 2) for name, text in records})
    return Transcriptome(describe_transcripts(records, genes, "x"), dict(records), orfs)


def test_a_transcriptome_is_read_as_it_was_written(many, tmp_path):
    blocks = {name: [(5, 9), (20, 21)] for name in many.utrs}
    places = {"gene_name": "n", "chrom": "chr1", "strand": "-", "share": 0.5}
    for one in (
        many,
        Transcriptome(many.transcripts.assign(**places), many.utrs, many.orfs, blocks),
    ):
        path = tmp_path / "results/demo/predict/new/transcripts.parquet"
        one.write(path)
        assert find_fault(path) is None
        back = Transcriptome.read(path)
        pd.testing.assert_frame_equal(back.transcripts, one.transcripts)
        assert (back.utrs, back.blocks) == (one.utrs, one.blocks)
        pd.testing.assert_series_equal(back.orfs, one.orfs, check_names=False)


def test_parts_hold_each_gene_once_and_are_alike_in_length(many):
    parts = [many.part(number, 4) for number in range(4)]
    genes = [set(part.transcripts["gene"]) for part in parts]
    assert sum(map(len, genes)) == len(set.union(*genes)) == 31
    assert sum(len(part.utrs) for part in parts) == 40
    lengths = [part.transcripts["length"].sum() for part in parts]
    assert max(lengths) < 1.3 * min(lengths)
    with pytest.raises(InputError, match="set `shards` to 31 or fewer"):
        many.part(0, 32)


def test_parts_of_mirnas_are_all_of_them_in_order():
    table = pd.DataFrame({"mirna": list("abcdefg")})
    parts = [choose_part(table, number, 3)["mirna"].tolist() for number in range(3)]
    assert [*itertools.chain(*parts)] == table["mirna"].tolist()
    with pytest.raises(InputError, match="set `batches` to 7 or fewer"):
        choose_part(table, 0, 8)


@pytest.mark.parametrize("folded", [True, False])
def test_predictions_in_parts_equal_those_at_once_to_the_last_bit(
    many, ready, tmp_path, folded
):
    model = load_ready_model(ready)
    mirnas = choose_mirnas(["let-7a", "miR-155", "miR-21"])
    accessibility = fold_transcripts(many.utrs) if folded else False
    (whole,) = predict_batches(model, mirnas, many, accessibility)
    folders = []
    for number in range(5):
        folders.append(tmp_path / f"results/demo/predict/new/0.{number}")
        part = many.part(number, 5)
        with contextlib.ExitStack() as stack:
            tables = [PredictionTable(folders[-1] / k, stack) for k in ("genes", "sites")]
            for prediction in predict_batches(model, mirnas, part, accessibility):
                for table, rows in zip(tables, prediction, strict=True):
                    table.add(rows)
        assert find_fault(folders[-1] / "sites.parquet") is None
    genes = many.transcripts["gene"].drop_duplicates()
    joined = read_predictions(folders, list(mirnas["mirna"]), genes)
    assert whole.genes["status"].nunique() == 3
    for ours, expected in zip(joined, whole, strict=True):
        pd.testing.assert_frame_equal(
            ours, expected[ours.columns], check_exact=True, check_dtype=False
        )
    one = read_predictions(folders, ["hsa-miR-155-5p"], genes)
    assert set(one.genes["mirna"]) == {"hsa-miR-155-5p"}
    assert len(one.genes) == len(genes)
