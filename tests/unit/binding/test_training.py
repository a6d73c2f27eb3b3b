"""Training on planted seed sites: the network learns them, and the scan finds one."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from mirsignal.binding.batches import (
    PairBatches,
    TaughtBatches,
    mirna_weights,
    predict_pairs,
    shift_windows,
)
from mirsignal.binding.heads import LABELS, has_heads, sum_networks
from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.binding.pairing import pair_matrix
from mirsignal.binding.training import BindingTraining, train_binding
from mirsignal.errors import InputError
from mirsignal.networks.backend import keras
from mirsignal.networks.checkpoints import Checkpoint, make_checkpoint
from mirsignal.scan.attribution import Attributor, attribute_window
from mirsignal.scan.convolution import list_bodies
from mirsignal.scan.peaks import call_peaks
from mirsignal.scan.scanning import (
    WindowedScanner,
    make_scanner,
    mirna_reference,
    mirna_rows,
    scan_transcripts,
    sigmoid,
)
from mirsignal.sequences.codes import encode, encode_many, reverse_complement
from mirsignal.statistics.metrics import within_group_auc

TRAINING = BindingTraining(
    network="cnn",
    encoding="wc",
    filters=[8, 8, 8],
    n_hidden=8,
    dropout=0.1,
    max_shift=3,
    class_balance="mirna",
    random_windows=0.5,
    learning_rate=0.01,
    batch_size=64,
    epochs=10,
    patience=10,
)


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
        rows.append((mirna, target, label, split, -label))
    columns = ["mirna_sequence", "target", "label", "split", "round"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def trained(pairs):
    keras.utils.set_random_seed(2)
    return train_binding(pairs, TRAINING, seed=1)


def test_planted_sites_are_learned(trained, pairs):
    model, history = trained
    test = pairs[pairs["split"] == "test"]
    scores = predict_pairs(model, test, "wc")
    labels, mirnas = test["label"].to_numpy(), test["mirna_sequence"]
    assert within_group_auc(labels, scores, mirnas) > 0.85
    assert history["epoch"].tolist() == list(range(1, len(history) + 1))


def test_scan_and_attribution_peak_at_the_planted_site(trained, random_rna):
    model, _ = trained
    mirna = random_rna(22)
    site = reverse_complement(mirna[1:8])
    transcripts = [
        encode(random_rna(100) + site + random_rna(93 + extra)) for extra in range(20)
    ]
    rows = mirna_rows(mirna, "wc")
    reference = mirna_reference(mirna, "wc")
    logits = scan_transcripts(make_scanner(model, 1), transcripts, rows)
    p = [sigmoid(track) for track in logits]
    weights = [np.where(track > 0.5, track, 0) for track in p]
    attributor = Attributor(list_bodies(model), 8)
    found = []
    for track, prediction in zip(
        attributor.attribute(transcripts, weights, rows, reference), p, strict=True
    ):
        peaks = call_peaks(track.max(axis=1).clip(min=0), prediction)
        found.append(len(peaks) and 99 <= peaks["summit"].iloc[0] <= 107)
    assert np.mean(found) > 0.6  # by chance: 0.05


@pytest.fixture
def rounds(pairs):
    """Return the pairs with three rounds of negatives for the same positives."""
    negatives = [pairs[pairs["label"] == 0].assign(round=number) for number in range(3)]
    return pd.concat([pairs[pairs["label"] == 1], *negatives], ignore_index=True)


def epoch_of(batches):
    """Return matrices, labels and weights of a whole epoch."""
    parts = [batches[number] for number in range(len(batches))]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def test_every_epoch_has_all_positives_and_its_own_round(rounds):
    mirnas = ["ACGU"[number + 1] * 20 for number in rounds["round"]]
    table = rounds.assign(mirna_sequence=mirnas)
    batches = PairBatches(table, 4, "wc", 300, class_balance="mirna")
    assert len(batches) == 6
    for epoch in range(4):
        matrix, labels, weights = epoch_of(batches)
        assert len(labels) == 1600
        assert labels.sum() == 800
        letter = "CGU"[epoch % 3]
        other = table["mirna_sequence"].str[0].isin(["A", letter])
        expected = pair_matrix(
            encode_many(table.loc[other, "target"], 50),
            encode_many(table.loc[other, "mirna_sequence"], 20),
            "wc",
        )
        assert matrix.sum() == expected.sum()
        assert not weights[labels == 0].any()  # these miRNAs have no positive
        batches.on_epoch_end()


def test_epoch_of_a_short_round_is_filled_up(rounds):
    short = rounds[(rounds["round"] != 2) | (rounds.index % 4 == 0)]
    batches = PairBatches(short, 4, "wc", 64, max_shift=3, epoch=2)
    sizes = [len(batches[number][1]) for number in range(len(batches))]
    assert sizes == [64] * 25  # as in the other epochs
    labels = epoch_of(batches)[1]
    assert labels.sum() >= 800


def test_random_windows_are_new_negatives_every_epoch(pairs):
    batches = PairBatches(pairs, 4, "wc", 64, random_windows=1.5)
    matrix, labels, weights = epoch_of(batches)
    n = (pairs["label"] == 1).sum()
    assert len(labels) == len(matrix) == len(pairs) + 1.5 * n
    assert labels.sum() == n
    assert weights[labels == 1].tolist() == [1] * n
    batches.on_epoch_end()
    assert len(epoch_of(batches)[1]) == len(labels)
    known = {row.tobytes() for row in matrix}
    new = [row.tobytes() not in known for row in epoch_of(batches)[0]]
    assert sum(new) == 1.5 * n  # the pairs come again, the random windows do not


@pytest.fixture
def taught(pairs):
    """Return windows of one miRNA, labelled at random."""
    windows = pd.DataFrame({"target": pairs["target"].iloc[:70]})
    mirna = pairs["mirna_sequence"].iloc[0]
    logit, energy = np.linspace(-3, 4, 70), np.linspace(5, 30, 70)
    return windows.assign(mirna_sequence=mirna, logit=logit, energy=energy)


def test_taught_windows_come_as_they_are_with_what_is_learned(taught):
    batches = TaughtBatches(taught, 4, "wc", 64, 150)
    mirnas, windows = (
        encode_many(taught[name], size)
        for name, size in (("mirna_sequence", 20), ("target", 50))
    )
    known = pair_matrix(windows, mirnas, "wc"), taught[list(LABELS)].to_numpy("float32")

    def pairs_of(*both):
        return {(a.tobytes(), b.tobytes()) for a, b in zip(*both, strict=True)}

    first = [batches[index] for index in range(len(batches))]
    assert [len(matrix) for matrix, _ in first] == [64, 64, 22]
    for shown in first:
        assert pairs_of(*shown) <= pairs_of(*known)
    np.testing.assert_array_equal(first[1][1], batches[1][1])  # in any order
    batches.on_epoch_end()
    later = TaughtBatches(taught, 4, "wc", 64, 150, epoch=1)
    assert not np.array_equal(first[0][1], batches[0][1])
    np.testing.assert_array_equal(later[2][1], batches[2][1])
    alone = TaughtBatches(taught, 4, "wc", 64, 150, ["teacher"])
    np.testing.assert_array_equal(alone[0][1], first[0][1] * [1, 0])


def outputs(network, layer, test):
    """Return what a layer of a network gives for pairs."""
    up_to = keras.Model(network.input, network.get_layer(layer).output)
    matrix = pair_matrix(
        encode_many(test["target"], 50), encode_many(test["mirna_sequence"], 20), "wc"
    )
    return np.asarray(up_to(matrix))


@pytest.fixture(scope="module")
def signs(pairs):
    """Return windows of a teacher that thinks as the pairs do, and calls all bound."""
    is_bound = pairs["label"] == 1
    return pairs.assign(
        logit=np.where(is_bound, 6.0, 3.0), energy=np.where(is_bound, 20.0, 17.0)
    )


STUDENT = replace(TRAINING, taught_windows=1500, epochs=6, patience=1)


def test_a_student_learns_what_windows_tell_and_nothing_of_pairs(pairs, signs):
    keras.utils.set_random_seed(2)
    network, history = train_binding(pairs, STUDENT, 1, taught=signs)
    test = pairs[pairs["split"] == "test"]
    heads, logit = (outputs(network, name, test) for name in ("heads", "logit"))
    np.testing.assert_allclose(logit[:, 0], heads[:, 0], atol=1e-5)
    labels = test["label"].to_numpy()
    for head in heads.T:
        assert within_group_auc(labels, head, test["mirna_sequence"]) > 0.75
    assert abs(heads[:, 0].mean() - 4.5) < 1
    assert abs(heads[:, 1].mean() - 18.5) < 1
    assert len(history) == 6  # no epoch is chosen by pairs; the last one is kept
    assert history["validation_ap"].notna().tolist() == [False] * 5 + [True]
    assert history["validation_loss"].iloc[-1] < history["validation_loss"].iloc[0]
    flipped = pairs.assign(label=1 - pairs["label"])
    keras.utils.set_random_seed(2)
    other, _ = train_binding(flipped, STUDENT, 1, taught=signs)
    np.testing.assert_array_equal(outputs(other, "logit", test), logit)


def test_an_energy_that_is_left_out_counts_as_0(pairs, signs):
    network, _ = train_binding(
        pairs, replace(STUDENT, heads=["teacher"]), 1, taught=signs
    )
    found = outputs(network, "heads", pairs[:50])
    assert abs(found[:, 1].mean()) < 0.5
    assert abs(found[:, 0].mean() - 4.5) < 1


def test_a_sum_of_networks_has_the_logit_and_heads_of_all(
    pairs, signs, trained, tmp_path
):
    """Also where a scan slides it after it was saved."""
    student, _ = train_binding(pairs, STUDENT, 1, taught=signs)
    of_pairs, _ = trained
    again = keras.models.clone_model(of_pairs)
    again.set_weights(of_pairs.get_weights())
    summed = sum_networks([of_pairs, student, again], [0.3, 0.6, 0.1])
    logits = [outputs(network, "logit", pairs[:50]) for network in (of_pairs, student)]
    expected = 0.4 * logits[0] + 0.6 * logits[1]
    np.testing.assert_allclose(outputs(summed, "logit", pairs[:50]), expected, atol=1e-5)
    heads = np.hstack([logits[0], outputs(student, "heads", pairs[:50])])
    np.testing.assert_allclose(outputs(summed, "heads", pairs[:50]), heads, atol=1e-4)
    summed.save(tmp_path / "model.keras")
    summed = keras.models.load_model(tmp_path / "model.keras")
    assert len(list_bodies(summed)) == 3
    codes = np.random.default_rng(1).integers(0, 5, 200).astype(np.uint8)
    rows = mirna_rows(pairs["mirna_sequence"].iloc[0], "wc")
    found = make_scanner(summed, n_channels=1).scan(codes, rows)
    np.testing.assert_allclose(
        found, WindowedScanner(summed).scan(codes, rows), atol=1e-4
    )
    plain = sum_networks([of_pairs, of_pairs], [0.5, 0.5])
    assert has_heads(summed)
    assert not has_heads(plain)
    np.testing.assert_allclose(outputs(plain, "logit", pairs[:50]), logits[0], atol=1e-5)


def test_attributions_of_a_sum_are_those_of_its_networks(trained, pairs):
    network, _ = trained
    both = sum_networks([network, network], [0.25, 0.5])
    mirna = pairs["mirna_sequence"].iloc[0]
    rows, reference = mirna_rows(mirna, "wc"), mirna_reference(mirna, "wc")
    codes = encode_many(pairs["target"][:1], 50)[0]
    one, two = (
        attribute_window(Attributor(list_bodies(each), 4), codes, rows, reference)
        for each in (network, both)
    )
    np.testing.assert_allclose(two, 0.75 * one, atol=1e-5)


def test_networks_that_have_no_common_sum_are_refused(trained):
    network, _ = trained
    with pytest.raises(InputError, match="different encodings"):
        sum_networks([network, BINDING_NETWORKS["cnn"]("onehot")], [0.5, 0.5])
    summed = sum_networks([network, network], [0.5, 0.5])
    with pytest.raises(InputError, match="is one of several sources itself"):
        sum_networks([network, summed], [0.5, 0.5])


def test_order_depends_on_seed_and_epoch_alone(pairs):
    first, second, other = (
        PairBatches(pairs, seed, "wc", 64, max_shift=3, random_windows=0.5, epoch=epoch)
        for seed, epoch in ((4, 0), (4, 1), (5, 1))
    )
    first.on_epoch_end()
    for a, b in zip(epoch_of(first), epoch_of(second), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(epoch_of(first)[0], epoch_of(other)[0])


def test_weights_balance_every_mirna():
    labels = np.array([1, 1, 0, 1, 0, 0, 0, 0])
    mirna = np.array([0, 0, 0, 1, 1, 1, 1, 2])
    weights = mirna_weights(labels, mirna)
    assert weights.tolist() == pytest.approx([1, 1, 2, 1, 1 / 3, 1 / 3, 1 / 3, 0])


def test_shifted_windows_by_hand():
    windows = np.array([[0, 1, 2, 3], [0, 1, 2, 3], [0, 1, 2, 3]], np.uint8)
    moved = shift_windows(windows, np.array([0, 1, -2]))
    assert moved.tolist() == [[0, 1, 2, 3], [1, 2, 3, 4], [4, 4, 0, 1]]


class Killed(Exception):
    pass


@pytest.mark.parametrize(("after", "n_taught"), [(1, 0), (3, 0), (2, 300)])
def test_killed_training_goes_on_with_the_same_result(
    pairs, taught, tmp_path, monkeypatch, caplog, after, n_taught
):
    caplog.set_level("INFO")
    training = replace(TRAINING, epochs=4, taught_windows=n_taught)

    def train(checkpoint=None):
        keras.utils.set_random_seed(2)
        return train_binding(pairs, training, 1, checkpoint, taught)

    model, history = train()
    checkpoint = make_checkpoint(tmp_path / "checkpoint", pairs, training, 1)
    save = Checkpoint.save

    def save_and_die(self, model, rows, best_weights):
        save(self, model, rows, best_weights)
        if len(rows) == after:
            raise Killed

    monkeypatch.setattr(Checkpoint, "save", save_and_die)
    with pytest.raises(Killed):
        train(checkpoint)
    monkeypatch.setattr(Checkpoint, "save", save)
    (tmp_path / "checkpoint/.unfinished-x.keras").write_text("half a file")
    caplog.clear()
    resumed, resumed_history = train(checkpoint)
    assert f"going on after epoch {after}" in caplog.text
    times = ["seconds", "cpu_seconds"]
    pd.testing.assert_frame_equal(
        resumed_history.drop(columns=times), history.drop(columns=times)
    )
    for a, b in zip(model.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    checkpoint.remove()
    assert not (tmp_path / "checkpoint").exists()


@pytest.mark.parametrize("name", ["state.json", "1.keras", "1.npz"])
def test_damaged_checkpoint_is_not_trusted(pairs, tmp_path, name):
    model, history = train_binding(pairs, replace(TRAINING, epochs=1), 1)
    rows = history.to_dict("records")
    checkpoint = make_checkpoint(tmp_path, pairs, TRAINING, 1)
    checkpoint.save(model, rows, model.get_weights())
    whole = (tmp_path / name).read_bytes()
    rng = np.random.default_rng(0)
    for at in rng.integers(0, len(whole), 50):
        changed = bytes([whole[at] ^ 1 << rng.integers(8)])
        for damaged in (whole[:at] + changed + whole[at + 1 :], whole[:at]):
            (tmp_path / name).write_bytes(damaged)
            assert checkpoint.load() is None
    (tmp_path / name).unlink()
    assert checkpoint.load() is None
    (tmp_path / name).write_bytes(whole)
    assert checkpoint.load() is not None


def test_checkpoint_of_other_settings_or_data_is_not_trusted(pairs, tmp_path):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    rows = [{"validation_ap": 0.5, "epoch": 1}]
    make_checkpoint(tmp_path, pairs, TRAINING, 1).save(model, rows, model.get_weights())
    assert make_checkpoint(tmp_path, pairs, TRAINING, 1).load() is not None
    for other in (
        make_checkpoint(tmp_path, pairs, replace(TRAINING, epochs=7), 1),
        make_checkpoint(tmp_path, pairs, TRAINING, 2),
        make_checkpoint(tmp_path, pairs.iloc[1:], TRAINING, 1),
        make_checkpoint(tmp_path, pairs.iloc[::-1], TRAINING, 1),
        make_checkpoint(tmp_path, pairs, TRAINING, 1, code="other"),
    ):
        assert other.load() is None
    (tmp_path / "state.json").write_text('{"fingerprint"')
    assert make_checkpoint(tmp_path, pairs, TRAINING, 1).load() is None


def test_settings_that_are_unknown_or_missing_are_named():
    given = asdict(TRAINING)
    with pytest.raises(TypeError, match="'momentum'"):
        BindingTraining(**given, momentum=0.9)
    del given["dropout"]
    with pytest.raises(TypeError, match="'dropout'"):
        BindingTraining(**given)


def test_training_stops_when_validation_is_stale(pairs):
    keras.utils.set_random_seed(2)
    training = replace(TRAINING, learning_rate=1e-9, patience=2, epochs=9)
    _, history = train_binding(pairs, training, seed=1)
    assert len(history) - history["validation_ap"].idxmax() - 1 == 2


def test_training_that_ends_at_a_constant_is_refused(pairs):
    training = replace(TRAINING, learning_rate=30.0, epochs=2)
    with pytest.raises(InputError, match=r"each of 300 validation pairs.* lower"):
        train_binding(pairs, training, 1)


@pytest.mark.parametrize("rate", [1e30, float("nan")])
def test_training_that_is_not_finite_stops_and_keeps_nothing(pairs, tmp_path, rate):
    training = replace(TRAINING, learning_rate=rate, epochs=2)
    checkpoint = make_checkpoint(tmp_path / "checkpoint", pairs, training, 1)
    with pytest.raises(
        InputError, match=r"epoch 1: train loss is .*lower `learning_rate"
    ):
        train_binding(pairs, training, 1, checkpoint)
    assert checkpoint.load() is None
