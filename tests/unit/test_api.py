"""The public interface: thin over the rooms, cheap to import, told in types."""

import ast
import inspect
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import mirsignal
from mirsignal.errors import InputError
from mirsignal.files import resources

LET7 = "TGAGGTAGTAGGTTGTATAGTT"
UTR = "ACG" * 10 + "CTACCTCA" + "GAU" * 20 + "UACCUC" + "C" * 30


def test_import_is_cheap():
    code = (
        "import sys, mirsignal; heavy = {'numpy', 'pandas', 'keras', 'tensorflow', "
        "'RNA', 'mirsignal.api'}; sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_seed_sites_need_no_tensorflow():
    code = (
        "import sys, mirsignal; mirsignal.find_seed_sites('UGAGGUAGUAGGUUGUAUAGUU', "
        "'CUACCUCA'); sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_every_public_name_is_typed_and_explained(root):
    stub = ast.parse((root / "mirsignal/__init__.pyi").read_text())
    told = [a.name for n in stub.body if isinstance(n, ast.ImportFrom) for a in n.names]
    assert told == mirsignal.__all__ == sorted(mirsignal.__all__)
    assert set(mirsignal.__all__) <= set(dir(mirsignal))
    for name in mirsignal.__all__:
        function = getattr(mirsignal, name)
        signature = inspect.signature(function)
        assert function.__doc__, name
        assert signature.return_annotation is not signature.empty, name
        for parameter in signature.parameters.values():
            assert parameter.annotation is not parameter.empty, (name, parameter)


def test_unknown_name_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'read_everything'"):
        mirsignal.read_everything  # noqa: B018


def test_sequences_are_read_as_rna(table_of):
    path = table_of(">a first\nacgt\nnn\n>b\nGGTT\n", "utr.fa")
    assert mirsignal.read_sequences(path) == {"a": "ACGUNN", "b": "GGUU"}


def test_mirnas_are_read_with_seed_and_passenger(table_of):
    table = mirsignal.read_mirnas(table_of(f"mirna\tsequence\nlet-7a\t{LET7}\n"))
    assert table.loc[0, ["mirna", "seed"]].tolist() == ["let-7a", "GAGGUAG"]
    assert table.loc[0, "passenger_source"] == "assumed"


def test_seed_sites_are_found_in_rna_and_dna():
    sites = mirsignal.find_seed_sites(LET7, UTR)
    assert sites.values.tolist() == [[30, 38, "8mer"], [98, 104, "6mer"]]
    pd.testing.assert_frame_equal(
        sites, mirsignal.find_seed_sites(LET7.replace("T", "U"), UTR.lower())
    )


@pytest.mark.parametrize("accessibility", [False, True])
def test_contextpp_of_a_utr_has_the_sites_and_their_scores(accessibility):
    scored = mirsignal.score_contextpp(LET7, UTR, accessibility=accessibility)
    assert scored["site_type"].tolist() == ["8mer", "6mer"]
    assert scored["start"].tolist() == [30, 98]
    assert scored["accessibility"].notna().all() == accessibility
    assert scored.loc[0, "contextpp"] < scored.loc[1, "contextpp"] <= 0


def test_contextpp_without_sites_is_an_empty_table():
    assert mirsignal.score_contextpp(LET7, "C" * 200)["contextpp"].sum() == 0


def test_pairs_are_scored_one_by_one_or_together(network):
    targets = ["CTACCTCA" + "ACGTA" * 8, "G" * 50]
    scores = mirsignal.score_pairs(network, LET7, targets)
    assert scores.shape == (2,)
    assert ((scores >= 0) & (scores <= 1)).all()
    for target, score in zip(targets, scores, strict=True):
        single = mirsignal.score_pairs(network, [LET7.lower()], [target])
        assert single == pytest.approx([score], abs=1e-6)
    with pytest.raises(InputError, match="1 miRNAs for 2 targets"):
        mirsignal.score_pairs(network, [LET7], targets)


def test_scan_is_the_score_of_each_window(network):
    sequence = "ACGUA" * 10 + "CUACCUCA" + "GGCAU" * 10
    signal = mirsignal.scan_transcript(network, LET7, sequence, threshold=0)
    assert list(signal) == ["prediction", "seed", "centre", "three_prime", "score"]
    assert len(signal) == len(sequence)
    at = [25, 54, 83]
    windows = [sequence[i - 25 : i + 25] for i in at]
    alone = mirsignal.score_pairs(network, LET7, windows)
    assert signal["prediction"][at].to_numpy() == pytest.approx(alone, abs=2e-4)
    plain = mirsignal.scan_transcript(network, LET7, sequence, 0, mode="prediction")
    assert plain["score"].equals(signal["prediction"])
    peaks = mirsignal.find_peaks(plain)
    assert peaks["height"].is_monotonic_decreasing
    assert peaks["summit"].between(0, len(sequence) - 1).all()


def test_network_of_several_sources_prefers_seed_matches_and_scans(root, random_rna):
    model = mirsignal.load_binding_model(root / "resources/binding_human.keras")
    empty = [random_rna(50) for _ in range(40)]
    sites = [f"{text[:21]}CUACCUCA{text[29:]}" for text in empty]
    scores = mirsignal.score_pairs(model, LET7, sites + empty).reshape(2, 40)
    assert (scores[0] > scores[1]).mean() > 0.9
    signal = mirsignal.scan_transcript(model, LET7, sites[0] * 2, mode="prediction")
    alone = mirsignal.score_pairs(model, LET7, [(sites[0] * 2)[25:75]])
    assert signal["prediction"][50] == pytest.approx(alone[0], abs=2e-4)


def test_explanation_adds_up_to_the_logit(network, random_rna):
    background = pd.DataFrame(
        {"mirna_sequence": [LET7] * 5, "target": [random_rna(50) for _ in range(5)]}
    )
    explained = mirsignal.explain_pair(network, LET7, "CTACCTCA" * 6, background)
    assert explained.values.shape == (50, 20)
    assert explained.residual < 1e-3
    total = explained.base + explained.values.sum()
    assert total == pytest.approx(explained.logit, abs=1e-3)
    p = mirsignal.score_pairs(network, LET7, ["CTACCTCA" * 6])[0]
    assert np.log(p / (1 - p)) == pytest.approx(explained.logit, abs=1e-3)


def test_networks_of_another_kind_are_refused(tmp_path):
    from mirsignal.networks.backend import keras

    inputs = keras.Input((7,))
    other = keras.Model(inputs, keras.layers.Dense(1)(inputs))
    other.save(tmp_path / "other.keras")
    (tmp_path / "text.keras").write_text("no network")
    with pytest.raises(InputError, match=r"other\.keras: not a binding network"):
        mirsignal.load_binding_model(tmp_path / "other.keras")
    with pytest.raises(InputError, match=r"text\.keras: not a Keras model"):
        mirsignal.load_binding_model(tmp_path / "text.keras")


def test_of_a_file_of_several_networks_the_first_is_loaded(tmp_path):
    from mirsignal.binding.models import BINDING_NETWORKS
    from mirsignal.binding.models.averaging import join_networks

    small = {"encoding": "wc", "filters": [2, 2, 2], "n_hidden": 2}
    networks = [BINDING_NETWORKS["cnn"](**small) for _ in range(2)]
    expected = mirsignal.score_pairs(networks[0], LET7, [UTR[:50]])
    join_networks(networks).save(tmp_path / "members.keras")
    loaded = mirsignal.load_binding_model(tmp_path / "members.keras")
    np.testing.assert_allclose(mirsignal.score_pairs(loaded, LET7, [UTR[:50]]), expected)


def test_study_without_an_occupancy_model_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"model\.npz: no such file; run"):
        mirsignal.load_occupancy_model(tmp_path)


def test_coefficients_are_found_in_clone_and_package(tmp_path, monkeypatch):
    assert resources.resource(resources.COEFFICIENTS).exists()
    package = tmp_path / "mirsignal"
    (package / "resources").mkdir(parents=True)
    (package / "resources/contextpp_coefficients.tsv").touch()
    monkeypatch.setattr(resources, "__file__", str(package / "files/resources.py"))
    assert resources.resource(resources.COEFFICIENTS).is_relative_to(package)
