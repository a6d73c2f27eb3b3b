"""What a ready model knows of the genome, made from real tables."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.ready.build import (
    COORDINATES,
    complete_responses,
    in_percent,
    place_in_genome,
    read_coordinates,
)
from mirsignal.repression.responses import EXPRESSION, GeneResponses
from mirsignal.sites.isoforms import lay_on_transcripts, read_polya_usage


def test_genes_of_no_data_set_respond_as_their_expression_lets_expect():
    reads = np.linspace(1, 9, 40)
    genes = [f"d:g{number}" for number in range(40)]
    table = pd.DataFrame({"gene": genes, EXPRESSION: reads})
    precision = pd.DataFrame({"d": np.where(np.arange(40) % 2, 5.0, 0.0)})
    precision.index = pd.Index([name.removeprefix("d:") for name in genes])
    learned = GeneResponses(precision, precision / 10, 0.1, 0.2, 5.0, 2.0)
    known = learned.table(table)
    asked = pd.Series({"g3": 4.0, "new": 7.0, "low": 0.0, "unknown": np.nan})
    found = complete_responses(known, asked)
    assert len(found) == 42
    assert found["g3"] == known.set_index("gene")["response"]["g3"]
    assert found["new"] == pytest.approx(1 + 0.2 * (7 - 5) / 2, abs=1e-3)
    assert found["low"] == pytest.approx(1 + 0.2 * (1 - 5) / 2, abs=1e-3)
    assert complete_responses(known.iloc[:0], asked).empty


@pytest.mark.realdata
def test_poly_a_sites_go_to_the_genome_and_come_back(shared_data):
    placed, blocks = read_coordinates(shared_data / COORDINATES)
    usage = read_polya_usage(shared_data / "transcripts/polya_usage.tsv.gz")
    genome = place_in_genome(in_percent(usage), placed, blocks)
    assert len(placed) > 7000
    back = lay_on_transcripts(genome, placed, blocks)
    keys = ["transcript", "end"]
    known = usage[usage["transcript"].isin(set(placed["transcript"]))]
    merged = known.merge(back, on=keys, how="left", suffixes=("", "_back"))
    total = merged.groupby("transcript")["reads"].transform("sum")
    share = merged["reads"] / total
    large = share > 0.01
    assert merged.loc[large, "reads_back"].notna().mean() > 0.999
    of_all = merged.groupby("transcript")["reads_back"].transform("sum")
    again = merged["reads_back"] / of_all
    assert (again - share)[large].abs().median() < 0.01
