"""Responses of genes: what experiments agree on is learned, what one shows is not."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.repression.responses import (
    LEAST,
    GeneResponses,
    fit_responses,
    read_responses,
)

DATASETS, N_GENES, N_MIRNAS = ("d1", "d2", "d3"), 400, 8


@pytest.fixture
def simulate(rng):
    """Return a function that makes pairs, effects and genes with known responses."""

    def simulate(sd=0.0, slope=0.0, own_sd=0.0, shift=0.0, noise=0.2, datasets=DATASETS):
        shared = rng.normal(0, sd, N_GENES)
        reads = rng.normal(8, 2, N_GENES)
        parts, effects = [], []
        for name in datasets:
            response = 1 + shared + slope * (reads - 8) / 2
            response += rng.normal(0, own_sd, N_GENES)
            moved = rng.normal(0, shift, N_GENES)
            for number in range(N_MIRNAS):
                effect = -rng.uniform(0.1, 0.6, N_GENES) * (rng.random(N_GENES) < 0.5)
                genes = [f"{name}:g{gene}" for gene in range(N_GENES)]
                table = pd.DataFrame({"gene": genes, "dataset": name})
                table["mirna"] = f"{name}:m{number}"
                measured = response * effect + moved + rng.normal(0, noise, N_GENES)
                parts.append(table.assign(target_log2fc=measured))
                effects.append(effect)
        genes = pd.DataFrame(
            [
                (f"{name}:g{gene}", count)
                for name in datasets
                for gene, count in enumerate(reads)
            ],
            columns=["gene", "log_reads"],
        )
        return pd.concat(parts, ignore_index=True), np.concatenate(effects), genes, shared

    return simulate


def fit(pairs, effects, genes):
    return fit_responses(pairs, effects, effects, genes)


def test_what_experiments_share_is_learned(simulate):
    pairs, effects, genes, truth = simulate(sd=0.4, shift=0.1)
    responses = fit(pairs, effects, genes)
    assert responses.variance**0.5 == pytest.approx(0.4, abs=0.08)
    learned = responses.learned().loc[[f"g{gene}" for gene in range(N_GENES)]]
    assert np.corrcoef(learned, truth)[0, 1] > 0.7
    table = responses.table(genes).set_index("gene")
    assert table["response"].min() >= LEAST
    assert set(table["n_datasets"]) <= {2, 3}


@pytest.mark.parametrize("only", [{"own_sd": 0.4}, {"shift": 0.2}, {}])
def test_what_one_experiment_shows_is_not(simulate, only):
    pairs, effects, genes, _ = simulate(**only)
    responses = fit(pairs, effects, genes)
    assert responses.variance < 0.02
    assert responses.learned().abs().max() < 0.15


def test_no_experiment_tells_of_its_own_genes(simulate):
    """Responses in an experiment stay as they are, whatever was measured in it."""
    pairs, effects, genes, _ = simulate(sd=0.4)
    responses = fit(pairs, effects, genes)
    in_first = responses.precision.assign(d1=0.0), responses.product.assign(d1=0.0)
    blind = GeneResponses(
        *in_first, responses.variance, responses.slope, responses.mean_reads, 2.0
    )
    pd.testing.assert_series_equal(responses.learned(without="d1"), blind.learned())
    sites = pairs.assign(weight=0.5)
    weighed = responses.weigh(sites, genes)
    factor = weighed["weight"] / 0.5
    own = pairs["dataset"] == "d1"
    reads = genes.set_index("gene")["log_reads"].loc[pairs["gene"][own]]
    bare = pairs["gene"][own].str.removeprefix("d1:")
    expected = responses.expected(reads.to_numpy()) + bare.map(blind.learned())
    np.testing.assert_allclose(factor[own], np.maximum(expected, LEAST), rtol=1e-12)


def test_one_experiment_tells_of_expression_alone(simulate):
    pairs, effects, genes, _ = simulate(sd=0.4, slope=0.2, datasets=("d1",))
    responses = fit(pairs, effects, genes)
    assert responses.variance == 0
    assert responses.slope == pytest.approx(0.2, abs=0.1)
    assert (responses.learned() == 0).all()


def test_expression_is_learned_and_unknown_is_average(simulate):
    pairs, effects, genes, _ = simulate(slope=0.2)
    responses = fit(pairs, effects, genes)
    assert responses.slope == pytest.approx(0.2, abs=0.03)
    found = responses.expected(np.array([8.0, 10.0, np.nan, 99.0]))
    assert found[:3] == pytest.approx([1, 1.2, 1], abs=0.05)
    assert found[3] == pytest.approx(1 + 3 * responses.slope)
    unknown = fit(pairs, effects, genes.assign(log_reads=np.nan))
    assert unknown.slope == 0
    assert (unknown.table(genes)["response"] > 0).all()


def test_genes_of_no_data_set_respond_as_their_expression_lets_expect(simulate):
    pairs, effects, genes, _ = simulate(slope=0.2)
    responses = fit(pairs, effects, genes)
    others = pd.Series({"g3": 99.0, "new": 10.0, "unknown": np.nan})
    table = responses.table(genes, others).set_index("gene")
    assert len(table) == N_GENES + 2
    pd.testing.assert_series_equal(
        table.loc["g3"], responses.table(genes).set_index("gene").loc["g3"]
    )
    assert table.loc["new", "response"] == pytest.approx(1.2, abs=0.05)
    assert table.loc["new", "n_datasets"] == table.loc["new", "learned"] == 0
    assert table.loc["unknown", "response"] == 1


def test_without_responses_all_genes_are_alike(simulate, tmp_path):
    genes = simulate()[2]
    table = GeneResponses.none().table(genes)
    assert list(table["gene"]) == sorted(f"g{gene}" for gene in range(N_GENES))
    assert (table["response"] == 1).all()
    assert (table["n_datasets"] == 0).all()
    table.to_csv(tmp_path / "responses.tsv", sep="\t", index=False)
    assert (read_responses(tmp_path / "responses.tsv") == 1).all()
