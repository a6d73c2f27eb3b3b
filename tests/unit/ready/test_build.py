"""What a ready model knows of the genome, made from real tables."""

import pytest

from mirsignal.ready.build import (
    COORDINATES,
    in_percent,
    place_in_genome,
    read_coordinates,
)
from mirsignal.sites.isoforms import lay_on_transcripts, read_polya_usage


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
