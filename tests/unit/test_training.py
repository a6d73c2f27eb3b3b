"""Training on planted seed sites: the network learns them, and the scan finds one."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.attribution import Attributor
from mirsignal.backend import keras
from mirsignal.convolution import fold_network
from mirsignal.metrics import within_group_auc
from mirsignal.peaks import call_peaks
from mirsignal.scanning import make_scanner, mirna_rows, scan_transcripts, sigmoid
from mirsignal.sequences import encode, reverse_complement
from mirsignal.training import PairBatches, predict_pairs, train_binding

SETTINGS = {
    **{"network": "cnn", "encoding": "wc", "filters": [8, 8, 8], "n_hidden": 8},
    **{"dropout": 0.0, "learning_rate": 0.01, "batch_size": 64},
    **{"epochs": 6, "patience": 6},
}


@pytest.fixture(scope="module")
def pairs():
    """Return random pairs; the target of a positive pairs with nt 2-8 of its miRNA."""
    rng = np.random.default_rng(3)
    mirnas = ["".join(rng.choice(list("ACGU"), 20)) for _ in range(40)]
    rows = []
    for number in range(1600):
        mirna = mirnas[rng.integers(40)]
        target = "".join(rng.choice(list("ACGU"), 50))
        if label := number % 2:
            at = rng.integers(10, 33)
            target = target[:at] + reverse_complement(mirna[1:8]) + target[at + 7 :]
        split = "train" if number < 1000 else "validation" if number < 1300 else "test"
        rows.append((mirna, target, label, split))
    return pd.DataFrame(rows, columns=["mirna", "target", "label", "split"])


@pytest.fixture(scope="module")
def trained(pairs):
    keras.utils.set_random_seed(2)
    return train_binding(pairs, SETTINGS, seed=1)


def test_planted_sites_are_learned(trained, pairs):
    model, history = trained
    test = pairs[pairs["split"] == "test"]
    scores = predict_pairs(model, PairBatches(test, "wc", 128))
    assert within_group_auc(test["label"].to_numpy(), scores, test["mirna"]) > 0.85
    assert history["epoch"].tolist() == list(range(1, len(history) + 1))


def test_scan_and_attribution_peak_at_the_planted_site(trained, random_rna):
    model, _ = trained
    mirna = random_rna(22)
    site = reverse_complement(mirna[1:8])
    transcripts = [
        encode(random_rna(100) + site + random_rna(93 + extra)) for extra in range(20)
    ]
    rows = mirna_rows(mirna, "wc")
    logits = scan_transcripts(make_scanner(model, 1), transcripts, rows)
    p = [sigmoid(track) for track in logits]
    weights = [np.where(track > 0.5, track, 0) for track in p]
    attributor = Attributor(fold_network(model), 8)
    found = []
    for track, prediction in zip(
        attributor.attribute(transcripts, weights, rows), p, strict=True
    ):
        peaks = call_peaks(track.sum(axis=1).clip(min=0), prediction)
        found.append(len(peaks) and 99 <= peaks["summit"].iloc[0] <= 107)
    assert np.mean(found) > 0.6  # by chance: 0.05


def test_batches_hold_every_pair_once_in_an_order_of_the_seed(pairs):
    first, second = (PairBatches(pairs, "wc_gu", 500, seed=4) for _ in range(2))
    assert len(first) == 4
    assert sum(len(labels) for _, labels in map(first.__getitem__, range(4))) == 1600
    for number in range(4):
        for a, b in zip(first[number], second[number], strict=True):
            np.testing.assert_array_equal(a, b)
    before = first[0][0]
    first.on_epoch_end()
    assert not np.array_equal(before, first[0][0])
    plain = PairBatches(pairs, "wc_gu", 500)
    labels = np.concatenate([plain[number][1] for number in range(4)])
    np.testing.assert_array_equal(labels, pairs["label"])
