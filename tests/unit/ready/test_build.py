"""What a ready model knows of the genome, made from real tables."""

import pandas as pd
import pytest

from mirsignal.ready.build import (
    COORDINATES,
    in_percent,
    place_in_genome,
    read_coordinates,
    write_responses,
    write_usage,
)
from mirsignal.repression.responses import read_responses
from mirsignal.sites.isoforms import lay_on_transcripts, read_polya_usage


def test_names_that_only_one_file_has_are_left_out(tmp_path):
    responses = pd.Series({"TP53": 1.2, "11-Sep": 0.8, "A1BG": 1.0004})
    write_responses(tmp_path / "responses.tsv.gz", responses)
    assert read_responses(tmp_path / "responses.tsv.gz").to_dict() == {
        **{"A1BG": 1.0, "TP53": 1.2}
    }
    names = ["ENST00000264893", "TCONS_00000055", "10077", "NM_019106"]
    usage = pd.DataFrame({"transcript": names, "end": 9, "reads": 5})
    write_usage(tmp_path / "usage.tsv.gz", usage)
    kept = read_polya_usage(tmp_path / "usage.tsv.gz")
    assert kept["transcript"].tolist() == ["ENST00000264893", "NM_019106"]


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
