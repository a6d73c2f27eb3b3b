"""The model that comes along: whole, small, and sensible on sequences made by hand."""

import numpy as np
import pandas as pd
import pytest

import mirsignal
from mirsignal.errors import InputError
from mirsignal.files.resources import resource
from mirsignal.ready.cards import HUMAN
from mirsignal.ready.models import load_ready_model
from mirsignal.sequences.codes import reverse_complement

LET7 = "UGAGGUAGUAGGUUGUAUAGUU"


def test_it_is_loaded_by_default_and_small():
    model = load_ready_model()
    assert not model.needs_network
    assert model.seeds.notna().all(axis=None)
    assert len(model.card["trained_on"]) == 9
    for reached in ("reached_on_new_experiments_and_families", "reached_so_with_a_scan"):
        assert set(model.card[reached]) == set(model.card["trained_on"])
    assert len(model.card["commit"]) == 40
    size = sum(path.stat().st_size for path in HUMAN.iterdir())
    assert size < 3_000_000


def test_its_binding_network_tells_sites_from_other_windows():
    network = mirsignal.load_binding_model()
    rng = np.random.default_rng(6)
    other = ["".join(rng.choice(list("ACGU"), 50)) for _ in range(40)]
    bound = [text[:20] + reverse_complement(LET7)[:22] + text[42:] for text in other]
    p, p_other = (mirsignal.score_pairs(network, LET7, t) for t in (bound, other))
    assert np.median(p) > 0.9
    assert np.median(p_other) < 0.3


@pytest.mark.filterwarnings("error::UserWarning")
def test_sites_have_what_the_network_makes_of_them_and_predictions_stay(ready):
    utrs = mirsignal.read_sequences(resource("utrs_human_excerpt.fa.gz"))
    given = (["let-7a"], utrs)
    plain = mirsignal.predict_targets(*given, accessibility=False)
    found = mirsignal.predict_targets(*given, accessibility=False, binding=True)
    pd.testing.assert_frame_equal(found.genes, plain.genes)
    assert found.sites["binding"].notna().all()
    pairs_nt8 = found.sites["site_type"].isin(["8mer", "7mer-m8"])
    with_nt8, without = (found.sites.loc[m, "binding"] for m in (pairs_nt8, ~pairs_nt8))
    assert with_nt8.mean() > without.mean()
    with pytest.raises(InputError, match="no binding network"):
        mirsignal.predict_targets(*given, model=load_ready_model(ready), binding=True)


def test_a_scan_adds_what_the_network_finds_alike_alone_and_among_others(ready):
    utrs = mirsignal.read_sequences(resource("utrs_human_excerpt.fa.gz"))
    mirnas = ["let-7a", "miR-155"]
    whole = mirsignal.predict_targets(mirnas, utrs, accessibility=False, scan=True)
    plain = mirsignal.predict_targets(mirnas, utrs, accessibility=False)
    assert whole.genes["status"].equals(plain.genes["status"])
    r = np.corrcoef(whole.genes["predicted_log2fc"], plain.genes["predicted_log2fc"])
    assert 0.7 < r[0, 1] < 0.999
    without = whole.genes[whole.genes["status"] == "no site"]["predicted_log2fc"]
    assert abs(without.mean()) < 0.02  # their average is what effects count from
    assert without.std() > 0.002
    own = {gene: utrs[gene] for gene in list(utrs)[3:40:7]}
    part = mirsignal.predict_targets(mirnas[1:], own, accessibility=False, scan=True)
    keys = ["mirna", "gene"]
    alike = whole.genes.set_index(keys).loc[part.genes.set_index(keys).index]
    found = part.genes.set_index(keys)["predicted_log2fc"]
    assert np.abs(found - alike["predicted_log2fc"]).max() < 1e-6
    with pytest.raises(InputError, match="no binding network"):
        mirsignal.predict_targets(mirnas, own, model=load_ready_model(ready), scan=True)


def test_sites_of_stronger_types_repress_more_and_more_sites_more():
    rng = np.random.default_rng(4)
    flank = ["".join(rng.choice(list("AU"), 200)) for _ in range(2)]
    seed = reverse_complement(LET7[1:8])
    inserts = {
        "8mer": f"{seed}A",
        "7mer-m8": f"{seed}G",
        "7mer-A1": f"G{seed[1:]}A",
        "6mer": f"G{seed[1:]}G",
        "none": "GGGGGGGG",
        "two": f"{seed}A" + "AU" * 20 + f"{seed}A",
    }
    utrs = {name: flank[0] + text + flank[1] for name, text in inserts.items()}
    found = mirsignal.predict_targets([LET7], utrs, accessibility=False).genes
    effect = found.set_index("gene")["predicted_log2fc"]
    order = ["two", "8mer", "7mer-m8", "7mer-A1", "6mer", "none"]
    assert effect[order].is_monotonic_increasing
    assert effect["none"] == 0
    assert -1.5 < effect["8mer"] < -0.1


def test_the_excerpt_of_the_demo_is_predicted():
    utrs = mirsignal.read_sequences(resource("utrs_human_excerpt.fa.gz"))
    found = mirsignal.predict_targets(["let-7a", "miR-155"], utrs, accessibility=False)
    best = found.genes.groupby("mirna")["predicted_log2fc"].min()
    assert (best < -0.1).all()
    assert isinstance(found.sites, pd.DataFrame)
    assert found.genes["predicted_log2fc"].max() == pytest.approx(0)


def test_a_gene_is_predicted_alike_alone_and_among_others_to_the_last_bit():
    utrs = mirsignal.read_sequences(resource("utrs_human_excerpt.fa.gz"))
    mirnas = ["let-7a", "miR-155", "miR-21", "miR-16-5p"]
    whole = mirsignal.predict_targets(mirnas, utrs, accessibility=False)
    genes = list(whole.genes["gene"].unique())
    for number in range(5):
        own = {gene: utrs[gene] for gene in genes[number::5]}
        part = mirsignal.predict_targets(mirnas, own, accessibility=False)
        for table, expected in zip(part, whole, strict=True):
            alike = expected[expected["gene"].isin(own)].reset_index(drop=True)
            columns = [c for c in alike if c not in ("rank", "percentile")]
            pd.testing.assert_frame_equal(
                table[columns], alike[columns], check_exact=True
            )
