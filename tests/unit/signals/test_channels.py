"""Channels by hand, at positions and around them; a new one joins as one function."""

import contextlib

import numpy as np
import pandas as pd
import pyBigWig
import pytest

from mirsignal.errors import InputError
from mirsignal.files.tracks import join_tracks
from mirsignal.sequences.codes import encode
from mirsignal.sequences.places import Places
from mirsignal.sequences.wiggles import Wiggle, average_tracks, check_tracks
from mirsignal.signals.channels import (
    CHANNELS,
    FLANK,
    N_LANGUAGE,
    Channel,
    Scan,
    compute_channels,
    list_columns,
    list_scans,
    sample_channels,
)
from mirsignal.signals.stretches import conserved_stretches, protein_stretches
from mirsignal.sites.context import SiteContext

LET7 = "UGAGGUAGUAGGUUGUAUAGUU"
CONSERVED = pd.DataFrame(
    {
        "transcript": ["T1", "T1", "T1", "T2"],
        "seed": ["GAGGUAG", "GAGGUAG", "CAGGUAG", "GAGGUAG"],
        "start": [2, 4, 20, 0],
        "conserved": [1.0, 0.5, 1.0, 1.0],
        "branch_length": [3.0, np.nan, 1.0, 1.0],
        "pct": [0.8, 0.0, 0.1, 0.1],
    }
)
UTR = "GGCUACCUCG" + "G" * 10 + "CUACCUG"  # the first and the third site are in it
PEAKS = pd.DataFrame(
    {
        "transcript": ["T1", "T1", "T1", "T2"],
        "start": [0, 3, 2, 0],
        "end": [4, 6, 5, 9],
        "protein": ["QKI", "QKI", "PUM2", "QKI"],
    }
)
STRETCHES = {
    "conserved_sites": conserved_stretches(
        SiteContext(conserved=CONSERVED), ["GAGGUAG"], {"T1": UTR}
    ),
    "peaks": protein_stretches(PEAKS),
    "motifs": protein_stretches(PEAKS.assign(protein=PEAKS["protein"] + " motif")),
}


def scan_of(sequence, prediction=None, **wiggles):
    """Return a scan of threshold 0.5; P is 0.25 everywhere unless it is given."""
    codes = encode(sequence)
    p = np.full(len(codes), 0.25) if prediction is None else np.asarray(prediction)
    tracks = {"prediction": p, "score": np.arange(len(codes), dtype=float)}
    detail = np.zeros((len(codes), 20))
    language = np.zeros((len(codes), N_LANGUAGE))
    mirna = encode(LET7[:20])
    return Scan("T1", codes, mirna, tracks, detail, 0.5, wiggles, language, STRETCHES)


def test_context_channels_by_hand():
    scan = scan_of("GGAUC")
    values = compute_channels(["position", "distance", "length"], scan)
    np.testing.assert_allclose(values[:, 0], [0, 0.2, 0.4, 0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose(values[:, 1], np.log10([1, 2, 3, 2, 1]), rtol=1e-6)
    np.testing.assert_allclose(values[:, 2], np.log10(5), rtol=1e-6)


def test_pairing_by_hand_and_at_the_best_row_of_a_window():
    utr = "C" * 30 + "CUACCUCA" + "C" * 30  # an 8mer; its A (37) is opposite nt 1
    scan = scan_of(utr)
    row = compute_channels(["pairing"], scan)[37]
    # A, then G:C A:U G:C G:C U:A A:U G:C; beyond nt 8 C pairs with the G of UAGGUUGUAUAG.
    strong = [1, 1, 2 / 3, 1, 1, 2 / 3, 2 / 3, 1]
    np.testing.assert_allclose(row[:8], strong, rtol=1e-6)
    assert row[8:20].tolist() == [0, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 1]
    seed = 2 / 3 + 2 / 3 + 1 + 2 / 3 + 4 / 9 + 2 / 3
    assert row[20] == pytest.approx(seed + 0.3 * (1 + 1), rel=1e-6)
    centres = np.array([20, 60, 67])  # windows [-5, 45), [35, 85), [42, 92)
    found = sample_channels(["pairing"], scan, centres)
    np.testing.assert_array_equal(found[:2], [row, row])
    assert found[2, 20] < row[20] / 2
    assert list_columns(["pairing"])[-2:] == ("pairing_20", "stacking")


def test_wobble_and_unknown_nucleotides_in_pairing():
    assert compute_channels(["pairing"], scan_of("U" + "A"))[1, 1] == pytest.approx(1 / 3)
    assert not compute_channels(["pairing"], scan_of("N" * 30)).any()


def test_logit_is_zero_at_the_threshold_and_finite_at_the_ends():
    logit = compute_channels(["logit"], scan_of("AAAA", [0, 0.25, 0.5, 1]))[:, 0]
    expected = [-np.log(4095), np.log(0.25 / 0.75), 0, np.log(4095)]
    np.testing.assert_allclose(logit, expected, rtol=1e-6, atol=1e-7)


def test_values_are_taken_at_the_position_or_highest_in_its_window():
    scan = scan_of("A" * 100)
    scan.attribution[[30, 54, 55], [1, 2, 3]] = [0.5, 0.25, 9]
    at = np.array([30, 99])
    values = sample_channels(["position", "score", "attribution"], scan, at)
    np.testing.assert_allclose(values[:, 0], at / 100, rtol=1e-6)
    assert values[:, 1].tolist() == [54, 99]  # windows [5, 55) and [74, 124)
    assert values[0, 2:6].tolist() == [0, 0.5, 0.25, 0]
    assert not values[1, 2:].any()
    assert sample_channels(["au", "attribution"], scan, at[:0]).shape == (0, 21)


def test_sparse_attribution_goes_to_its_transcript():
    detail = np.arange(60, dtype=np.float16).reshape(3, 20)
    tracks = join_tracks(
        ["T1", "T2"],
        [np.zeros((4, 2), np.float32), np.ones((3, 2), np.float32)],
        ["prediction", "score"],
        attribution_at=np.array([3, 4, 6]),
        attribution=detail,
    )
    codes = {"T1": encode("ACGU"), "T2": encode("ACG")}
    first, second = list_scans(tracks, codes, encode(LET7[:20]), 0.5, {})
    np.testing.assert_array_equal(first.attribution[3], detail[0])
    assert not first.attribution[:3].any()
    np.testing.assert_array_equal(second.attribution[[0, 2]], detail[1:])
    assert second.tracks["score"].tolist() == [1, 1, 1]


@pytest.mark.parametrize("name", [name for name in CHANNELS if name != "seed"])
def test_every_channel_has_a_row_per_nucleotide_and_its_columns(name):
    scan = scan_of("ACGUACGU")
    scan.tracks.update(centre=np.ones(8), three_prime=np.ones(8))
    assert compute_channels([name], scan).shape == (8, len(list_columns([name])))
    assert sample_channels([name], scan, np.array([0, 7])).shape[0] == 2


def test_conserved_sites_and_proteins_along_a_transcript():
    scan = scan_of("A" * 60)
    values = compute_channels(["conserved", "branch_length", "pct"], scan)
    expected = np.zeros((60, 3))
    expected[4:11, 0] = 0.5  # the start and seven nucleotides from it on
    expected[2:9] = [1, 3, 0.8]
    np.testing.assert_allclose(values, expected, rtol=1e-6)
    names = ["proteins", "protein:QKI", "protein:PUM2", "motif:QKI", "motif:X"]
    values = compute_channels(names, scan)
    assert values[:7, 0].tolist() == [1, 1, 2, 2, 2, 1, 0]
    assert values[:7, 1].tolist() == [1, 1, 1, 1, 1, 1, 0]
    assert values[:7, 2].tolist() == [0, 0, 1, 1, 1, 0, 0]
    np.testing.assert_array_equal(values[:, 3], values[:, 1])
    assert not values[:, 4].any()
    assert list_columns(names) == tuple(names)
    wider = protein_stretches(PEAKS, flank=2)
    assert wider.count("T1", 9).tolist() == [2, 2, 2, 2, 2, 2, 2, 1, 0]
    assert wider.along("present", "T1", "PUM2", 9).tolist() == [1] * 7 + [0, 0]
    found = sample_channels(["pct", "proteins"], scan, np.array([29, 35]))
    np.testing.assert_allclose(found, [[0.8, 2], [0, 0]])  # windows from 4 and from 10


def test_stretches_know_versions_of_ids():
    context = SiteContext(conserved=CONSERVED[:3].assign(transcript="ENST00000000001"))
    sequences = {"ENST00000000001.9": UTR}
    known = conserved_stretches(context, ["GAGGUAG"], sequences)
    assert known.along("conserved", "ENST00000000001.9", "GAGGUAG", 4).any()
    assert not known.along("conserved", "ENST00000000001", "GAGGUAG", 4).any()


def test_no_site_is_conserved_where_a_transcript_has_other_nucleotides():
    sequences = {"T1": UTR, "T2": "A" * 20}
    known = conserved_stretches(SiteContext(conserved=CONSERVED), ["GAGGUAG"], sequences)
    assert known.along("conserved", "T1", "GAGGUAG", 9).any()
    assert not known.along("conserved", "T2", "GAGGUAG", 9).any()


def test_flanks_are_those_of_the_best_seed_match_of_a_window():
    utr = "C" * 30 + "CUACCUCA" + "G" * 30  # the A opposite nt 1 is at 37
    found = sample_channels(["flanks"], scan_of(utr), np.array([20, 40]))
    by_column = dict(zip(list_columns(["flanks"]), found.T, strict=True))
    assert by_column["is_A_+0"].tolist() == [1, 1]
    assert by_column["is_C_-1"].tolist() == [1, 1]
    assert by_column["is_G_+1"].tolist() == by_column["is_G_+15"].tolist() == [1, 1]
    assert by_column["is_C_-15"].tolist() == [1, 1]
    assert len(by_column) == 4 * (2 * FLANK + 1) + 1


def test_new_channel_joins_as_one_function(monkeypatch):
    gc = Channel(lambda scan: np.isin(scan.codes, encode("GC")))
    monkeypatch.setitem(CHANNELS, "is_gc", gc)
    values = compute_channels(["position", "is_gc"], scan_of("AGCU"))
    assert values[:, 1].tolist() == [0, 1, 1, 0]
    assert list_columns(["position", "is_gc"]) == ("position", "is_gc")


@pytest.fixture
def conservation(tmp_path):
    """Return a bigWig of T1 (6 nt), of which nt 2-4 have a value."""
    path = tmp_path / "conservation.bw"
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("T1", 6)])
        file.addEntries(["T1"], [2], ends=[5], values=[0.5])
    return path


def test_track_of_the_study_is_a_channel(conservation):
    scan = scan_of("ACGUAC", conservation=Wiggle(conservation))
    values = compute_channels(["track:conservation", "position"], scan)
    assert values[:, 0].tolist() == [0, 0, 0.5, 0.5, 0.5, 0]
    assert list_columns(["track:conservation"]) == ("track:conservation",)


def test_track_of_the_study_is_a_feature_of_sites(conservation):
    sites = pd.DataFrame(
        {
            "transcript": ["T1", "T1", "T1"],
            "group": ["guide_utr", "guide_orf", "passenger_utr"],
            "start": [1, 0, 2],
            "end": [5, 2, 4],
        }
    )
    wiggles = {"mine": Wiggle(conservation)}
    assert wiggles["mine"].knows("T1")
    found = average_tracks(sites, wiggles, {"T1": 6})
    np.testing.assert_allclose(found["track:mine"], [0.375, np.nan, 0.5])
    with pytest.raises(InputError, match="'T1' has 6 nt, in the study 7"):
        average_tracks(sites, wiggles, {"T1": 7})


def test_features_of_tracks_behind_high_values_and_without_a_place(tmp_path):
    path = tmp_path / "steep.bw"
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("chr1", 40_000)])
        starts, ends = [0, 10_000], [10_000, 30_000]
        file.addEntries(["chr1"] * 2, starts, ends=ends, values=[200_000.0, 3.0])
    places = places_of(
        ("T1", "chr1", "+", [(0, 20_000)]), ("T2", "chrUn", "+", [(0, 200)])
    )
    sites = pd.DataFrame(
        {
            "transcript": ["T1", "T2", "T3"],
            "group": "guide_utr",
            "start": [15_000, 20, 20],
            "end": [15_007, 27, 27],
        }
    )
    lengths = {"T1": 20_000, "T2": 200, "T3": 200}
    found = average_tracks(sites, {"steep": Wiggle(path, places)}, lengths)
    np.testing.assert_allclose(found["track:steep"], [3, np.nan, np.nan])


def test_sequence_is_one_hot_and_of_a_window_its_composition():
    scan = scan_of("ACGUN" + "A" * 60)
    values = compute_channels(["sequence"], scan)
    assert (values[:4] == np.eye(4)).all()
    assert not values[4].any()
    assert list_columns(["sequence"]) == ("is_A", "is_C", "is_G", "is_U")
    found = sample_channels(["sequence"], scan, np.array([25, 40]))
    assert found[0] == pytest.approx([46 / 50, 1 / 50, 1 / 50, 1 / 50])
    assert found[1] == pytest.approx([1, 0, 0, 0])
    scan = scan_of("AAA" + "G" * 60 + "CC")
    found = sample_channels(["sequence"], scan, np.array([0, 64]))
    assert found[0] == pytest.approx([3 / 25, 0, 22 / 25, 0]), "25 nt are there"
    assert found[1] == pytest.approx([0, 2 / 26, 24 / 26, 0])


@pytest.fixture
def genome(tmp_path):
    """Return a bigWig of a genome, whose value at each nucleotide is its place."""
    path = tmp_path / "genome.bw"
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("chr1", 100), ("chr2", 50)])
        starts = list(range(100))
        ends = [start + 1 for start in starts]
        file.addEntries(
            ["chr1"] * 100, starts, ends=ends, values=[float(s) for s in starts]
        )
    return path


def places_of(*rows):
    table = pd.DataFrame(rows, columns=["transcript", "chrom", "strand", "blocks"])
    blocks = dict(zip(table["transcript"], table.pop("blocks"), strict=True))
    return Places(table, blocks)


def test_track_of_a_genome_is_lifted_to_transcripts(genome):
    places = places_of(
        ("T1", "1", "+", [(10, 12), (20, 23)]),  # as Ensembl names chr1
        ("T2", "chr1", "-", [(10, 12), (20, 23)]),
        ("T3", "chrUn", "+", [(0, 5)]),
    )
    wiggle = Wiggle(genome, places)
    assert wiggle.values("T1", 5).tolist() == [10, 11, 20, 21, 22]
    assert wiggle.values("T2", 5).tolist() == [22, 21, 20, 11, 10]
    for unknown in ("T3", "T4"):  # on a contig that the track lacks; without a place
        assert wiggle.values(unknown, 5).tolist() == [0] * 5


def test_track_of_another_genome_is_refused(genome):
    transcripts = pd.DataFrame({"transcript": ["T1"], "length": [5]})
    beyond = places_of(("T1", "chr1", "+", [(98, 103)]))
    with pytest.raises(InputError, match="T1 ends at 103 of chr1, which has 100 nt th"):
        check_tracks([genome], transcripts, beyond)
    other = places_of(("T1", "I", "+", [(8, 13)]))
    with pytest.raises(InputError, match=r"none of the contigs .* `coordinates`: I\)"):
        check_tracks([genome], transcripts, other)
    some = transcripts.merge(
        pd.DataFrame({"transcript": ["T1", "T2", "T3"]}), how="right"
    )
    placed = places_of(
        ("T1", "1", "+", [(8, 13)]),
        *((name, "3", "+", [(8, 13)]) for name in ("T2", "T3")),
    )
    with pytest.raises(InputError, match="has values of 1 of 3 transcripts"):
        check_tracks([genome], some, placed)


def test_track_that_does_not_fit_the_transcripts_is_refused(conservation, tmp_path):
    wiggle = Wiggle(conservation)
    with pytest.raises(InputError, match=r"n.bw: no transcript 'T2' \(it has 'T1'"):
        wiggle.values("T2", 6)
    with pytest.raises(InputError, match=r"bw: 'T1' has 6 nt, in the study 7; make"):
        wiggle.values("T1", 7)
    (tmp_path / "text.bw").write_text("chr1 0 5 1.0\n")
    with pytest.raises(InputError, match=r"text.bw: not a bigWig file"):
        Wiggle(tmp_path / "text.bw")


def test_track_of_a_genome_is_refused_before_its_values_are_read(conservation, tmp_path):
    genome = tmp_path / "genome.bw"
    with pyBigWig.open(str(genome), "w") as file:
        file.addHeader([("chr1", 10**6), ("chr2", 10**6)])
        file.addEntries(["chr1"], [2], ends=[5], values=[0.5])
    transcripts = pd.DataFrame({"transcript": ["T1"], "length": [6]})
    assert check_tracks([conservation], transcripts) == 1
    with pytest.raises(InputError, match=r"genome.bw: .* \(it has 'chr1', .* genome"):
        check_tracks([conservation, genome], transcripts)
    with pytest.raises(InputError, match="has 6 nt, in the study 8"):
        check_tracks([conservation], transcripts.assign(length=8))


def test_damaged_track_is_an_error_and_no_crash(conservation, tmp_path):
    """The C library that reads bigWig crashes on some files that are cut off."""
    whole = conservation.read_bytes()
    damaged = tmp_path / "damaged.bw"
    for size in range(40, len(whole), 25):
        damaged.write_bytes(whole[:size])
        with contextlib.suppress(InputError):
            Wiggle(damaged).values("T1", 6)
