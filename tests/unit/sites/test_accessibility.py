"""Accessibility: what is folded, and that it equals folding the whole transcript."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.sites import accessibility
from mirsignal.sites.accessibility import (
    Folding,
    find_regions,
    fold_region,
    fold_sites,
    fold_transcripts,
)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([200], [(114, 288)]),  # 14 nt from 194 on, and 80 on either side
        ([16], [(0, 104)]),
        ([392], [(306, 400)]),
        ([200, 374], [(114, 400)]),  # contexts that touch are folded together
        ([200, 375], [(114, 288), (289, 400)]),
        ([100, 120, 210], [(14, 298)]),
        ([5, 393], []),  # 14 nt that leave the transcript
        ([], []),
    ],
)
def test_regions_by_hand(places, expected):
    assert find_regions(places, 400) == expected


@pytest.mark.parametrize("length", [30, 90, 400])
@pytest.mark.parametrize("step", [1, 50, 150])
def test_sites_alone_fold_like_the_whole_transcript(random_rna, length, step):
    sequence = random_rna(length)
    places = np.arange(6, length, step)
    sites = pd.DataFrame({"transcript": "t", "p8": places[::-1]})
    table = fold_sites(sites, {"t": sequence}).set_index("p8")["accessibility"]
    whole = fold_region(sequence)
    assert len(whole) == length - 13
    for place in places:
        if place - 6 < len(whole):
            assert table[place] == pytest.approx(whole[place - 6], abs=1e-6)
        else:
            assert np.isnan(table[place])


def test_paired_nucleotides_are_less_accessible():
    stem = "GGGCGCGCGCGGGC"
    paired = "A" * 20 + stem + "AAAA" + "GCCCGCGCGCGCCC" + "A" * 20
    assert fold_region(paired)[20] < -3
    assert fold_region("A" * 72)[20] == pytest.approx(0, abs=1e-6)
    unknown = paired.replace(stem, "N" * 14)
    assert fold_region(unknown)[20] == pytest.approx(0, abs=1e-6)


def test_shortest_transcript_that_can_be_folded():
    assert fold_region("A" * 14) == pytest.approx([0], abs=1e-6)
    sites = pd.DataFrame({"transcript": ["t"], "p8": [6]})
    assert fold_sites(sites, {"t": "A" * 14})["accessibility"].notna().all()
    assert fold_sites(sites, {"t": "A" * 13})["accessibility"].isna().all()


def test_each_region_is_folded_once(random_rna, monkeypatch):
    folded = []

    def count(region):
        folded.append(region)
        return np.zeros(len(region))

    monkeypatch.setattr(accessibility, "fold_region", count)
    utr = random_rna(300)
    sites = pd.DataFrame({"transcript": ["a", "b", "a", "a"], "p8": [150, 150, 150, 299]})
    table = fold_sites(sites, {"a": utr, "b": utr[:290]})  # isoforms share a region
    assert table[["transcript", "p8"]].to_numpy().tolist() == [
        ["a", 150],
        ["a", 299],
        ["b", 150],
    ]
    assert len(folded) == 1
    assert fold_sites(sites[:0], {}).empty


@pytest.fixture
def folding(random_rna):
    sequences = {"a": random_rna(300), "b": random_rna(13), "c": random_rna(14)}
    sequences["d"] = sequences["a"]
    return fold_transcripts(sequences), sequences


def test_folding_whole_transcripts_equals_folding_sites(folding, tmp_path):
    folded, sequences = folding
    folded.save(tmp_path / "kept.npz")
    sites = pd.DataFrame(
        [(name, p8) for name in "abcd" for p8 in (-1, 5, 6, 100, 291, 292, 293, 299)],
        columns=["transcript", "p8"],
    )
    expected = fold_sites(sites, sequences).set_index(["transcript", "p8"])
    for one in (folded, Folding.load(tmp_path / "kept.npz")):
        found = one.of_sites(sites, sequences).set_index(["transcript", "p8"])
        np.testing.assert_allclose(
            found.loc[expected.index, "accessibility"],
            expected["accessibility"],
            atol=1e-6,
        )
    assert expected["accessibility"].notna().sum() == 9


def test_a_folding_of_other_sequences_is_refused(folding, tmp_path):
    folded, sequences = folding
    sites = pd.DataFrame({"transcript": ["a"], "p8": [50]})
    other = sequences | {"a": "A" + sequences["a"][1:-1] + "A" * 3}
    with pytest.raises(InputError, match="'a' was folded as another sequence"):
        folded.of_sites(sites, other)
    with pytest.raises(InputError, match="'e' was not folded"):
        folded.of_sites(sites.assign(transcript="e"), sequences)
    (tmp_path / "bad.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"bad\.npz"):
        Folding.load(tmp_path / "bad.npz")
    assert folded.of_sites(sites[:0], sequences).empty


def test_each_sequence_is_folded_once(monkeypatch, random_rna):
    told, utr = [], random_rna(40)
    monkeypatch.setattr(accessibility, "fold_region", lambda r: np.zeros(len(r) - 13))
    fold_transcripts({"a": utr, "b": utr}, told.append)
    assert told == [40]
