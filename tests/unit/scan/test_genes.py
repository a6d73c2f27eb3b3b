"""Which scans are shown, and that they can be drawn at any length."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.figures.tracks import draw_scan
from mirsignal.files.tracks import join_tracks, save_scans
from mirsignal.scan.genes import choose_scans, describe_totals, find_scan
from mirsignal.scan.peaks import call_peaks

TRANSCRIPTS = pd.DataFrame(
    {
        "transcript": ["t1", "t2", "t3"],
        "gene": ["G", "G", "H"],
        "length": [100, 300, 200],
    }
)
FOLD_CHANGES = pd.DataFrame(
    {
        "mirna": ["a", "a", "b", "b"],
        "gene": ["G", "H", "G", "H"],
        "log2fc": [-3.0, -2.0, -2.5, -1.0],
    }
)
NAMES = {"a": "a", "b": "b", "b2": "b"}


def choose(wanted, n=2):
    return choose_scans(wanted, FOLD_CHANGES, TRANSCRIPTS, NAMES, n)


def test_strongest_repression_each_gene_once():
    assert choose([], 1) == [("a", "t2")]
    assert choose([], 5) == [("a", "t2"), ("a", "t3")]


def test_gene_stands_for_its_longest_transcript():
    wanted = [
        {"mirna": "b", "gene": "G"},
        {"mirna": "b", "gene": "t1"},
        {"mirna": "b", "gene": "t2"},
    ]
    assert choose(wanted) == [("b", "t2"), ("b", "t1")]


def test_other_name_of_a_sequence_is_known():
    assert choose([{"mirna": "b2", "gene": "H"}]) == [("b", "t3")]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"mirna": "c", "gene": "G"}, "mirna 'c' is not in this study"),
        ({"mirna": "a", "gene": "GG"}, "gene 'GG' is not in this study; it has 'G'"),
    ],
)
def test_unknown_names_are_refused(entry, words):
    with pytest.raises(InputError, match=words):
        choose([entry])


@pytest.mark.parametrize("length", [1, 30, 300, 100_000])
@pytest.mark.parametrize("silent", [True, False])
def test_any_length_is_drawn(length, silent, rng, tmp_path):
    score = np.zeros(length) if silent else rng.random(length) ** 20
    sites = pd.DataFrame(
        {
            "start": [0],
            "end": [min(length, 7)],
            "site_type": ["7mer-m8"],
            "contextpp": [-0.2],
        }
    )
    scan = {
        "title": "a miRNA on a gene",
        "prediction": rng.random(length),
        "score": score,
        "threshold": 0.9,
        "peaks": call_peaks(score, score),
        "sites": sites[:0] if silent else sites,
        "context": sites[:0] if silent else sites,
    }
    draw_scan(scan, tmp_path / "scan.svg")
    assert 0 < (tmp_path / "scan.svg").stat().st_size < 5e6


def test_scan_of_a_gene_is_found_in_the_shard_that_holds_it(tmp_path):
    batches, channels, paths = {"0": ["b"], "1": ["a"]}, ("score", "prediction"), []
    for batch, (mirna,) in batches.items():
        for number, name in enumerate(["t1", "t2"], start=1):
            values = np.array([[number, 2 * number]]) + 10 * (mirna == "b")
            paths.append(str(tmp_path / batch / f"{name}.npz"))
            save_scans(paths[-1], [(mirna, join_tracks([name], [values], channels))])
    prediction, score = find_scan(paths, batches, "a", "t2")
    assert (prediction.tolist(), score.tolist()) == ([4], [2])
    with pytest.raises(KeyError, match="a t3"):
        find_scan(paths, batches, "a", "t3")


def test_scores_of_a_gene_in_words():
    rows = FOLD_CHANGES["log2fc"][1:2]
    scores = {"measured": rows, "two": pd.Series([-0.5, -0.25]), "table": rows[:0]}
    expected = "measured -2.00; two -0.75 (sum of 2 sites); table: none"
    assert describe_totals(scores) == expected
