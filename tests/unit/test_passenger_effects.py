"""The benchmark's estimate of what passengers do finds what was planted."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.passenger_effects import fit_constants, measure_effects
from mirsignal.sequences.strands import GUIDE_LEAD, SCALE, passenger_strand
from mirsignal.sites.gene_features import GENE_FEATURES


def test_constants_are_found_again():
    difference = np.linspace(-4, 3, 30)
    ratio = np.exp((difference - GUIDE_LEAD) / SCALE)
    effects = pd.DataFrame({"difference": difference, "ratio": ratio, "error": 0.05})
    assert fit_constants(effects) == pytest.approx((GUIDE_LEAD, SCALE), abs=0.01)


def test_effect_of_passenger_sites_is_found(rng):
    genes = pd.DataFrame(rng.normal(size=(400, len(GENE_FEATURES))))
    genes.columns = list(GENE_FEATURES)
    genes.insert(0, "gene", [f"g{number}" for number in range(len(genes))])
    guide, passenger = rng.random((2, len(genes))) < 0.3
    target = -0.4 * guide - 0.1 * passenger + rng.normal(0, 0.02, len(genes))
    pairs = genes[["gene"]].assign(mirna="m", target_log2fc=target)
    sites = pd.concat(
        [
            genes.loc[guide, ["gene"]].assign(group="guide_utr"),
            genes.loc[passenger, ["gene"]].assign(group="passenger_utr"),
            genes.loc[[0], ["gene"]].assign(group="guide_orf"),
            genes.loc[[1], ["gene"]].assign(group="passenger_orf"),
        ]
    ).assign(mirna="m", contextpp=-0.2, weight=0.5)
    sequence = "UGAGGUAGUAGGUUGUAUAGUU"
    mirnas = pd.DataFrame({"mirna": ["m"], "sequence": [sequence]})
    mirnas["passenger"] = passenger_strand(sequence)
    mirnas["passenger_source"], mirnas["passenger_share"] = "table", np.nan
    found = measure_effects(mirnas, pairs, sites, genes).iloc[0]
    assert found["ratio"] == pytest.approx(0.25, abs=4 * found["error"])
    assert found["error"] < 0.02
    assert found["difference"] == pytest.approx(4.50 - 3.64, abs=0.02)
