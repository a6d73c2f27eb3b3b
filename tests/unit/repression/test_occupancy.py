"""The occupancy model: its gradient, what it learns, and what it leaves to context++."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import check_grad

from mirsignal.errors import InputError
from mirsignal.repression import occupancy
from mirsignal.repression.datasets import stack_datasets
from mirsignal.repression.equation import CEILING
from mirsignal.repression.held_out import predict_held_out
from mirsignal.repression.occupancy import (
    OccupancyTraining,
    fit_occupancy,
    fit_seeds,
    load_occupancy,
    save_occupancy,
)
from mirsignal.sites.gene_features import GENE_FEATURES
from mirsignal.sites.regions import GROUPS
from mirsignal.sites.seed_sites import SITE_TYPES

TRAINING = OccupancyTraining(
    n_hidden=3,
    decay=0.15,
    mirna_decay=0.05,
    gene_decay=0.05,
    prior_share=0.5,
    n_seeds=2,
)
N = 400


@pytest.fixture
def genes(rng):
    values = rng.normal(size=(N, len(GENE_FEATURES)))
    table = pd.DataFrame(values, columns=list(GENE_FEATURES))
    return table.assign(gene=[f"g{number}" for number in range(N)])


@pytest.fixture
def sites(rng):
    """Return 1,200 sites of two miRNAs, with scores between -0.5 and 0."""
    n = 1200
    return pd.DataFrame(
        {
            "mirna": rng.choice(["a", "b"], n),
            "transcript": "t",
            "gene": [f"g{number}" for number in rng.integers(0, N // 2, n)],
            "group": rng.choice(GROUPS, n),
            "site_type": rng.choice(SITE_TYPES, n),
            "contextpp": -rng.uniform(0, 0.5, n),
            "local_au": rng.uniform(0, 1, n),
            "distance": rng.uniform(0, 3, n),
            "three_prime": rng.uniform(0, 6, n),
            "accessibility": np.where(rng.random(n) < 0.5, np.nan, rng.normal(size=n)),
            "off6m": rng.integers(0, 3, n),
            "weight": rng.choice([0.1, 1.0], n),
        }
    )


@pytest.fixture
def pairs(rng, sites):
    """Return all pairs: repression is 0.6 of the summed scores, and noise."""
    every = pd.MultiIndex.from_product(
        [["a", "b"], [f"g{number}" for number in range(N)]], names=["mirna", "gene"]
    )
    done = sites["contextpp"] * sites["weight"]
    total = done.groupby([sites["mirna"], sites["gene"]]).sum().reindex(every).fillna(0)
    table = (0.6 * total).rename("target_log2fc").reset_index()
    table["target_log2fc"] += rng.normal(0, 0.05, len(table))
    return table


def baseline_of(pairs, sites, genes):
    """Return data and baseline of an untrained model."""
    dataset_of = occupancy._dataset_of(pairs).groupby(pairs["mirna"]).first()
    features = TRAINING.features
    scaling = occupancy._fit_scaling(pairs, sites, genes, features)
    names = tuple(dataset_of.index), tuple(dataset_of)
    model = occupancy.OccupancyModel(*names, features, scaling, {})
    data = occupancy._tabulate(pairs, sites, model)
    return model, data, occupancy._Baseline(pairs, genes, model, TRAINING)


def in_two_datasets(table):
    """Return a table with each miRNA in a data set of its own."""
    return table.assign(dataset="of " + table["mirna"])


@pytest.mark.parametrize("spread", [pd.DataFrame.copy, in_two_datasets])
def test_gradient_is_that_of_the_loss(pairs, sites, genes, rng, spread):
    pairs, sites = spread(pairs), spread(sites)
    _, data, baseline = baseline_of(pairs, sites, genes)
    n_datasets = len(baseline.parts)
    start = occupancy._start(data.x.shape[1], 2, 3, seed=1, n_datasets=n_datasets)
    shapes = {name: value.shape for name, value in start.items()}

    def loss(flat):
        parameters = occupancy._unpack(flat, shapes)
        return occupancy._loss(parameters, data, baseline, TRAINING)

    for moved in (0.05, 0.5):  # repression in its straight part, and near the ceiling
        point = occupancy._pack(start)
        point = point + rng.normal(0, moved, len(point)) + 2 * (moved > 0.1)
        gradient = occupancy._pack(loss(point)[1])
        error = check_grad(
            lambda f: loss(f)[0], lambda f: occupancy._pack(loss(f)[1]), point
        )
        assert error < 1e-5 * np.linalg.norm(gradient) + 1e-5


def test_baseline_is_the_best_for_given_effects(pairs, sites, genes, rng):
    """No other weights make the penalised error smaller."""
    model, _, baseline = baseline_of(pairs, sites, genes)
    design = occupancy._design(pairs, genes, model.mirnas, model.scaling)
    effects = rng.normal(-0.2, 0.1, len(pairs))
    target = pairs["target_log2fc"].to_numpy()
    _, part = baseline.parts[""]
    least, _ = part.loss(effects)
    best, variance = part.fit(effects), target.var()
    for _ in range(20):
        weights = best + rng.normal(0, 0.01, len(best))
        other = np.mean((effects + design @ weights - target) ** 2) / variance
        assert other + part._penalty @ weights**2 > least


def test_design_has_constants_features_and_features_by_mirna(pairs, sites, genes):
    model, _, _ = baseline_of(pairs, sites, genes)
    found = occupancy._design(pairs, genes, model.mirnas, model.scaling).toarray()
    values = genes.set_index("gene").loc[pairs["gene"], list(GENE_FEATURES)].to_numpy()
    z = occupancy._scale(values, model.scaling, "z")
    is_mirna = pairs["mirna"].to_numpy()[:, None] == np.array(model.mirnas)
    by_mirna = (is_mirna[:, :, None] * z[:, None]).reshape(len(z), -1)
    np.testing.assert_array_equal(found, np.column_stack([is_mirna, z, by_mirna]))


def test_datasets_have_baselines_of_their_own_and_share_sites(pairs, sites, genes):
    """The second data set is twice as strong and shifted; both are predicted."""
    twice = pairs.assign(target_log2fc=2 * pairs["target_log2fc"] + 0.3)
    parts = {"d1": (pairs, sites, genes), "d2": (twice, sites, genes)}
    pairs, sites, genes = (
        stack_datasets({name: part[number] for name, part in parts.items()})
        for number in range(3)
    )
    held_out = pairs["gene"].str.endswith("7")
    model = fit_occupancy(pairs[~held_out], sites, genes, TRAINING, seed=1)
    asked = pairs[held_out]
    predicted = model.predict(asked, sites, genes)
    for name, own in asked.groupby("dataset"):
        at = (asked["dataset"] == name).to_numpy()
        error = predicted[at] - own["target_log2fc"]
        assert abs(error.mean()) < 0.05, name
        assert error.var() < 0.15 * own["target_log2fc"].var(), name
    offsets = model.parameters["dataset_group"]
    assert (offsets[1] > offsets[0] + 0.2).all()
    new, as_new = (
        table[table["mirna"] == "d1:a"].assign(mirna="new", dataset="d3")
        for table in (asked, sites)
    )
    assert (model.effects(new, as_new) <= 0).all()


def test_before_training_a_weak_lone_site_does_what_contextpp_says():
    start = occupancy._start(1, 1, 0, seed=0)
    summed = np.exp(start["group"] + np.log(0.01))
    effect = -occupancy._repression(start, summed)
    assert effect == pytest.approx([-0.007, -0.0014, -0.007, -0.0014], rel=0.02)


def test_learns_other_genes(pairs, sites, genes):
    held_out = pairs["gene"].isin([f"g{number}" for number in range(0, N, 2)])
    model = fit_occupancy(pairs[~held_out], sites, genes, TRAINING, seed=1)
    predicted = model.predict(pairs[held_out], sites, genes)
    assert np.corrcoef(predicted, pairs.loc[held_out, "target_log2fc"])[0, 1] > 0.9


def test_effect_is_0_without_sites_and_needs_no_known_mirna(pairs, sites, genes):
    model = fit_occupancy(pairs[pairs["mirna"] == "a"], sites, genes, TRAINING, seed=1)
    other = pairs[pairs["mirna"] == "b"]
    effects = model.effects(other, sites)
    has_site = other["gene"].isin(sites.loc[sites["mirna"] == "b", "gene"]).to_numpy()
    assert (effects[~has_site] == 0).all()
    assert (effects[has_site] < 0).all()
    assert np.corrcoef(effects, other["target_log2fc"])[0, 1] > 0.85
    with pytest.raises(KeyError):
        model.predict(other, sites, genes)


def test_untrained_share_counts_for_new_mirnas_only(pairs, sites, genes):
    known, new = (pairs[pairs["mirna"] == name] for name in "ab")
    effects = {}
    for share in (0, 0.5, 1):
        training = replace(TRAINING, prior_share=share)
        model = fit_occupancy(known, sites, genes, training, seed=1)
        effects[share] = model.effects(new, sites)
        parts = model.site_effects(new, sites)
        lone = ~sites.duplicated(["mirna", "gene"], keep=False) & (sites["mirna"] == "b")
        at = new.set_index("gene").index.get_indexer(sites.loc[lone, "gene"])
        assert effects[share][at] == pytest.approx(parts[lone.to_numpy()])
        effects["known", share] = model.effects(known, sites)
    assert (effects["known", 0] == effects["known", 1]).all()
    assert effects[0.5] == pytest.approx((effects[0] + effects[1]) / 2)
    assert np.abs(effects[0] - effects[1]).max() > 0.01


def test_strong_decay_keeps_the_order_of_contextpp(pairs, sites, genes):
    stiff = replace(TRAINING, decay=1e6, mirna_decay=1e6)
    model = fit_occupancy(pairs, sites, genes, stiff, seed=1)
    lone = sites.iloc[:20].assign(
        gene=[f"g{number}" for number in range(20)], group="guide_utr", weight=1.0
    )
    effects = model.effects(lone[["mirna", "gene"]], lone)
    order = np.argsort(lone["contextpp"].to_numpy())
    assert (np.diff(effects[order]) > 0).all()


def test_sites_of_a_pair_share_its_effect(pairs, sites, genes):
    model = fit_occupancy(pairs, sites, genes, TRAINING, seed=1)
    parts = model.site_effects(pairs, sites)
    assert (parts < 0).all()
    of_pairs = (
        pd.Series(parts).groupby([sites["mirna"], sites["gene"]]).agg(["sum", "size"])
    )
    keys = pd.MultiIndex.from_frame(pairs[["mirna", "gene"]])
    whole = pd.Series(model.effects(pairs, sites), index=keys)[of_pairs.index]
    assert (whole <= of_pairs["sum"] + 1e-9).all()
    lone = of_pairs["size"] == 1
    assert whole[lone].to_numpy() == pytest.approx(of_pairs.loc[lone, "sum"].to_numpy())
    assert np.isnan(model.site_effects(pairs[:0], sites)).all()


def test_order_of_rows_does_not_matter(pairs, sites, genes):
    model = fit_occupancy(pairs, sites, genes, TRAINING, seed=1)
    mixed = sites.sample(frac=1, random_state=3)
    assert model.effects(pairs, mixed) == pytest.approx(model.effects(pairs, sites))


def test_same_seed_gives_the_same_numbers(pairs, sites, genes):
    first, again = (fit_occupancy(pairs, sites, genes, TRAINING, 1) for _ in range(2))
    assert (first.effects(pairs, sites) == again.effects(pairs, sites)).all()


def test_saved_models_come_back(pairs, sites, genes, tmp_path):
    models = fit_seeds(pairs, sites, genes, TRAINING, seed=1)
    save_occupancy(tmp_path / "model.npz", models)
    for model, loaded in zip(models, load_occupancy(tmp_path / "model.npz"), strict=True):
        expected = model.predict(pairs, sites, genes)
        assert (loaded.predict(pairs, sites, genes) == expected).all()
    effects = [tuple(model.effects(pairs, sites)) for model in models]
    assert len(set(effects)) == 2


def test_more_sites_repress_more_but_never_beyond_the_ceiling(pairs, sites, genes):
    model = fit_occupancy(pairs, sites, genes, TRAINING, seed=1)
    counts = [1, 2, 5, 20, 100, 1000]
    strong = sites[sites["contextpp"] < -0.4].iloc[[0]].assign(weight=1.0, mirna="a")
    many = pd.concat(
        [pd.concat([strong.assign(gene=f"n{n}")] * n) for n in counts], ignore_index=True
    )
    asked = pd.DataFrame({"mirna": "a", "gene": [f"n{n}" for n in counts]})
    effects = model.effects(asked, many)
    assert (np.diff(effects) < 0).all()
    assert effects[0] > -1
    assert -CEILING < effects[-1] < -2


def test_a_gene_unlike_any_of_training_counts_as_the_last_that_was(pairs, sites, genes):
    model = fit_occupancy(pairs, sites, genes, TRAINING, seed=1)
    values = genes[list(GENE_FEATURES)]
    odd = pd.DataFrame([values.max() + 50, values.max()]).assign(gene=["g0", "g1"])
    asked = pd.DataFrame({"mirna": "a", "gene": ["g0", "g1"]})
    giant, largest = model.predict(asked, sites[:0], odd)
    assert giant == pytest.approx(largest)


def test_unknown_feature_is_the_mean_of_training_genes(pairs, sites, genes):
    """What a held-out gene is like changes nothing of a model, known or not."""
    held_out = pairs["gene"].isin([f"g{number}" for number in range(50)])
    genes.loc[[0, 60], "orf_gc"] = np.nan
    other = genes.assign(orf_gc=genes["orf_gc"].mask(genes.index < 50, 99.0))
    models = [
        fit_occupancy(pairs[~held_out], sites, table, TRAINING, seed=1)
        for table in (genes, other)
    ]
    trained = [model.predict(pairs[~held_out], sites, genes) for model in models]
    assert np.isfinite(trained).all()
    assert (trained[0] == trained[1]).all()
    mean = genes.loc[50:, "orf_gc"].mean()
    filled = genes.assign(orf_gc=genes["orf_gc"].fillna(mean))
    expected = models[0].predict(pairs, sites, filled)
    assert models[0].predict(pairs, sites, genes) == pytest.approx(expected)


def test_fits_converge_and_a_fit_that_does_not_is_logged(
    pairs, sites, genes, caplog, monkeypatch
):
    model = fit_occupancy(pairs, sites, genes, TRAINING, seed=1)
    assert 10 < model.n_iterations < 2000
    assert not caplog.records
    further = occupancy._OPTIONS | {"ftol": 1e-12}
    monkeypatch.setattr(occupancy, "_OPTIONS", further)
    there = fit_occupancy(pairs, sites, genes, TRAINING, seed=1).effects(pairs, sites)
    moved = model.effects(pairs, sites) - there
    assert np.sqrt(np.mean(moved**2)) < 0.01  # noise of the data is 0.05
    monkeypatch.setattr(occupancy, "_OPTIONS", further | {"maxiter": 3})
    fit_occupancy(pairs, sites, genes, TRAINING, seed=1)
    assert "did not converge in 3 iterations" in caplog.text


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_broken_model_is_refused(table_of, content):
    with pytest.raises(InputError, match=r"model\.npz: not an occupancy model"):
        load_occupancy(table_of(content, "model.npz"))


def test_sites_without_any_hidden_unit_or_site(pairs, sites, genes):
    linear = replace(TRAINING, n_hidden=0)
    assert fit_occupancy(pairs, sites, genes, linear, 1).effects(pairs, sites).min() < 0
    none = fit_occupancy(pairs, sites[:0], genes, TRAINING, 1)
    assert (none.effects(pairs, sites[:0]) == 0).all()


def test_fold_changes_that_are_all_clipped_are_predicted_as_they_are(pairs, sites, genes):
    model = fit_occupancy(pairs.assign(target_log2fc=0.0), sites, genes, TRAINING, 1)
    assert np.isfinite(model.predict(pairs, sites, genes)).all()


def test_no_model_saw_the_genes_and_none_the_mirnas_that_it_predicts(pairs, sites, genes):
    pairs["fold"] = pairs["gene"].str[1:].astype(int) % 3
    training = replace(TRAINING, n_seeds=1, leave_one_mirna_out=True)
    arguments = (sites, genes, 0, 1, training, 1)
    found = predict_held_out(pairs, *arguments)
    fold = found["part"].map({"test": 0, "validation": 1})
    assert found["fold"].tolist() == fold.tolist()
    assert len(found) == (pairs["fold"] < 2).sum()
    assert found.loc[found["part"] == "validation", "unseen"].isna().all()
    changed = pairs["target_log2fc"].where(pairs["fold"] != 0, 5.0)
    again = predict_held_out(pairs.assign(target_log2fc=changed), *arguments)
    for column in ("occupancy", "effect", "unseen"):
        np.testing.assert_array_equal(again[column], found[column])
    without = pairs["target_log2fc"].where(pairs["mirna"] != "a", 5.0)
    other = predict_held_out(pairs.assign(target_log2fc=without), *arguments)
    rows = (found["mirna"] == "a").to_numpy()
    np.testing.assert_array_equal(other["unseen"][rows], found["unseen"][rows])
    assert (other["unseen"] != found["unseen"])[~rows & (fold == 0)].any()


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_fit_that_is_not_finite_is_an_error(pairs, sites, genes, value):
    broken = pairs.assign(
        target_log2fc=pairs["target_log2fc"].where(pairs.index > 0, value)
    )
    with pytest.raises(InputError, match="has no fit; look for missing or infinite"):
        fit_occupancy(broken, sites, genes, TRAINING, seed=1)
