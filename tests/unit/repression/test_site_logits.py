"""What a binding network makes of seed sites, strand by strand."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.binding.batches import predict_codes
from mirsignal.binding.heads import join_heads, split_logit, sum_networks
from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.binding.models.averaging import join_networks
from mirsignal.networks.backend import keras
from mirsignal.repression.site_logits import SiteNetwork
from mirsignal.scan.convolution import list_bodies
from mirsignal.scan.scanning import logit_model
from mirsignal.sequences.codes import encode_many

GUIDE, PASSENGER = "UGAGGUAGUAGGUUGUAUAGUU", "CUAUACAACCUACUACCUCAUU"


@pytest.fixture
def utr(random_rna):
    return random_rna(200)


@pytest.fixture
def sites():
    rows = [("guide_utr", 90, 97), ("guide_orf", 60, 66), ("passenger_utr", 3, 11)]
    table = pd.DataFrame(rows, columns=["group", "start", "end"], index=[4, 7, 9])
    return table.assign(mirna="let-7a", transcript="t")


@pytest.fixture
def plain():
    keras.utils.set_random_seed(1)
    return BINDING_NETWORKS["cnn"](encoding="wc", filters=[4, 4, 4], n_hidden=4)


def score(network, sites, utr, guide=GUIDE):
    mirnas = {"mirna": ["let-7a"], "sequence": [guide], "passenger": [PASSENGER]}
    return SiteNetwork(network, "wc").score(sites, pd.DataFrame(mirnas), {"t": utr})


def test_each_strand_has_the_logit_of_its_own_window(plain, sites, utr):
    found = score(plain, sites, utr)
    windows = [utr[93 - 25 : 93 + 25], "N" * 18 + utr[: 7 + 25]]
    expected = predict_codes(
        logit_model(plain),
        encode_many(windows, 50),
        encode_many([GUIDE[:20], PASSENGER[:20]], 20),
        "wc",
    )
    assert found.index.tolist() == [4, 7, 9]
    assert found.columns.tolist() == ["binding", "seed_binding"]
    assert np.isnan(found.loc[7, "binding"])
    np.testing.assert_allclose(found.loc[[4, 9], "binding"], expected, rtol=1e-5)


def test_the_logit_of_the_seed_knows_nothing_of_the_rest(plain, sites, utr):
    of_utr = sites[sites["group"] == "guide_utr"]
    found = score(plain, of_utr, utr)
    other = score(plain, of_utr, utr, guide=GUIDE[:8] + "ACGUACGUACGU")
    by_hand = score(plain, of_utr, utr, guide=GUIDE[:8] + "N" * 12)
    assert found["seed_binding"].tolist() == other["seed_binding"].tolist()
    assert found["seed_binding"].tolist() == by_hand["binding"].tolist()
    assert found["binding"].tolist() != other["binding"].tolist()
    seed = score(plain, of_utr, utr, guide="C" + GUIDE[1:])["seed_binding"]
    assert seed.tolist() != found["seed_binding"].tolist()


def test_a_network_with_heads_gives_them_too(plain, sites, utr, tmp_path):
    heads = split_logit(plain, [0.5, 12.0])
    found = score(join_heads(heads), sites, utr).dropna()
    assert found.columns.tolist() == ["binding", "teacher", "energy", "seed_binding"]
    np.testing.assert_allclose(found["binding"], found["teacher"], rtol=1e-5)
    assert found["energy"].sub(12).abs().max() < 3
    second = BINDING_NETWORKS["cnn"](encoding="wc", filters=[4, 4, 4], n_hidden=4)
    keras.utils.clear_session()  # which numbers layers anew, as a new process does
    summed = sum_networks([second, join_heads(heads)], [0.4, 0.6])
    both = score(summed, sites, utr)
    of_pairs = score(second, sites, utr)["binding"]
    expected = 0.4 * of_pairs + 0.6 * found["teacher"]
    np.testing.assert_allclose(both["binding"], expected, rtol=1e-4)
    others = ["teacher", "energy"]
    np.testing.assert_allclose(both[others].dropna(), found[others], rtol=1e-4)
    summed.save(tmp_path / "sum.keras")
    keras.utils.clear_session()
    again = score(keras.models.load_model(tmp_path / "sum.keras"), sites, utr)
    pd.testing.assert_frame_equal(again, both)


def test_networks_of_several_seeds_count_as_their_mean(plain, sites, utr, tmp_path):
    keras.utils.set_random_seed(2)
    second = BINDING_NETWORKS["cnn"](encoding="wc", filters=[4, 4, 4], n_hidden=4)
    networks = [
        join_heads(split_logit(network, [0.5, 12.0])) for network in (plain, second)
    ]
    expected = [score(network, sites, utr) for network in networks]
    join_networks(networks).save(tmp_path / "members.keras")
    loaded = SiteNetwork.load(tmp_path / "members.keras", "wc")
    assert len(loaded.others) == 1
    list_bodies(loaded.model)  # the first one scans
    mirnas = {"mirna": ["let-7a"], "sequence": [GUIDE], "passenger": [PASSENGER]}
    found = loaded.score(sites, pd.DataFrame(mirnas), {"t": utr})
    assert expected[0].loc[4, "binding"] != expected[1].loc[4, "binding"]
    np.testing.assert_allclose(found, (expected[0] + expected[1]) / 2, rtol=1e-5)
