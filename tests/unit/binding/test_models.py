"""Every binding network of the registry builds, saves, loads and keeps its contract."""

import numpy as np
import pytest

from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.binding.models.seed_match import MATCHES
from mirsignal.binding.pairing import ENCODINGS, pair_matrix
from mirsignal.networks.backend import keras
from mirsignal.sequences.codes import encode_many, reverse_complement


@pytest.mark.parametrize("name", BINDING_NETWORKS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_binding_network_keeps_its_contract(name, encoding, tmp_path, rng, unsettle):
    model = BINDING_NETWORKS[name](encoding, filters=(8, 8, 8), n_hidden=16, dropout=0.2)
    model = unsettle(model)
    n_channels = ENCODINGS[encoding].shape[-1]
    pairs = rng.integers(0, 2, (4, 50, 20, n_channels)).astype("float32")
    p = np.asarray(model(pairs))
    assert p.shape == (4, 1)
    logit = keras.Model(model.input, model.get_layer("logit").output)(pairs)
    np.testing.assert_allclose(p, keras.ops.sigmoid(logit), atol=1e-6)
    assert np.ptp(logit) > 0
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(p, again(pairs))


@pytest.mark.parametrize("encoding", ["wc", "au_gc_gu_a", "onehot"])
def test_seed_match_counts_matches_by_hand(encoding, random_rna):
    model = BINDING_NETWORKS["seed_match"](encoding)
    found = keras.Model(model.input, model.get_layer("logit").input)
    mirna = "UGAGGUAGUAGGUUGUAUAG"
    targets = []
    for first, stop in MATCHES.values():
        site = reverse_complement(mirna[first:stop])
        targets.append(site + "G" * (50 - len(site)))  # at the very end of a window
        targets.append("G" * 20 + site + "G" * (30 - len(site)))
    matrix = pair_matrix(encode_many(targets, 50), encode_many([mirna] * 8, 20), encoding)
    expected = {"2-7": [1, 0, 0, 0], "3-8": [0, 1, 0, 0]}
    expected |= {"2-8": [1, 1, 1, 0], "1-8": [1, 1, 1, 1]}
    rows = [row for row in expected.values() for _ in range(2)]
    np.testing.assert_array_equal(found(matrix), rows)
