"""The occupancy model: how much of the time the sites of an mRNA hold a loaded miRNA.

    log2 fold change = baseline - repression

with the repression of `equation`: sites add up where there are few and compete where
there are many. exp(energy) is what a site does alone while it is weak (log2). It starts
from its context++ score (Agarwal 2015): before training, a lone weak site has about the
effect that context++ gives it. What training adds is shrunk towards that: effects of
context and site type through a small network, a difference per miRNA, strand and region,
and a baseline per miRNA that depends on the gene's composition.

An unseen miRNA has no baseline and no difference of its own; then the effect alone is
predicted, relative to an mRNA without sites. What was learned from a few miRNAs
counts less there: a share of the prediction is that of the model before training, since
context++ was fitted to the transfections of many more.

Fitted to several data sets at once, effects of sites are shared. What differs between
experiments belongs to each: baselines, noise, and how much the sites of a strand and
region do. A data set weighs by the root of its number of pairs, so that the largest does
not decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from mirsignal.errors import InputError
from mirsignal.files.atomic import atomic_path
from mirsignal.logs import log
from mirsignal.repression import equation
from mirsignal.sites.gene_features import GENE_FEATURES, fit_scale
from mirsignal.sites.regions import GROUPS
from mirsignal.sites.seed_sites import SITE_TYPES

SITE_FEATURES = ("local_au", "distance", "three_prime", "accessibility", "off6m")
"""Features of a site beside its type and group; NaN counts as the mean."""
WEAKEST_SCORE = 0.003
"""Size of a context++ score at least, since a weaker site would have no logarithm."""
_PRIOR = np.log([0.7, 0.14, 0.7, 0.14])  # sites in reading frames do about a fifth
_FIRST_STRENGTH = 0.3  # log2, before training

Parameters = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class OccupancyTraining:
    """The settings of `occupancy` (docs/configuration.md).

    n_hidden units of the energy network; decay of its weights, and mirna_decay,
    gene_decay and dataset_decay of what is learned per miRNA, gene and data set;
    prior_share, how much of the effects on new miRNAs is that of the untrained model;
    n_seeds models whose mean is the prediction; leave_one_mirna_out, whether miRNAs are
    predicted without themselves as well; tolerance, the relative change of the error at
    which a fit ends; features of sites that are learned from, of which a table may lack
    some; gene_response, whether genes differ in how they respond (`responses`), which
    several data sets tell.
    """

    n_hidden: int
    decay: float
    mirna_decay: float
    gene_decay: float
    prior_share: float
    n_seeds: int = 1
    leave_one_mirna_out: bool = False
    dataset_decay: float = 0.1
    tolerance: float = 1e-8
    features: tuple[str, ...] = SITE_FEATURES
    gene_response: bool = False


@dataclass(frozen=True)
class OccupancyModel:
    """A fitted model; `effects` needs sites alone, `predict` knows the miRNAs as well."""

    mirnas: tuple[str, ...]
    datasets: tuple[str, ...]
    """Data set of each of `mirnas`, whose names differ between data sets."""
    features: tuple[str, ...]
    scaling: dict[str, NDArray[np.float64]]
    parameters: Parameters
    n_iterations: int = 0

    @property
    def strength(self) -> float:
        """Repression (log2) at which the sites of an mRNA begin to compete."""
        return float(np.exp(self.parameters["strength"][0]))

    def effects(self, pairs: pd.DataFrame, sites: pd.DataFrame) -> NDArray[np.float64]:
        """Return the change (N,) that their sites make to `pairs` (mirna, gene), log2."""
        data = _tabulate(pairs, sites, self)
        trained = _forward(self.parameters, data)[0]
        untrained = _forward(_untrained(data.x.shape[1]), data)[0]
        return self._mix(trained, untrained, data.pair_mirna < 0)

    def _mix(self, trained, untrained, is_new) -> NDArray[np.float64]:
        share = self.scaling["prior_share"] * is_new
        return (1 - share) * trained + share * untrained

    def predict(
        self, pairs: pd.DataFrame, sites: pd.DataFrame, genes: pd.DataFrame
    ) -> NDArray[np.float64]:
        """Return log2 fold changes (N,) of `pairs` of miRNAs that the model knows.

        `genes` has gene and GENE_FEATURES. Raises KeyError for an unknown miRNA or gene.
        """
        mirna = pd.Index(self.mirnas).get_indexer(pairs["mirna"])
        if (mirna < 0).any():
            raise KeyError(pairs["mirna"].iloc[int(mirna.argmin())])
        changes = self.effects(pairs, sites)
        of_pair = np.asarray(self.datasets)[mirna]
        for name in dict.fromkeys(self.datasets):
            own = np.flatnonzero(of_pair == name)
            mirnas = [
                m for m, d in zip(self.mirnas, self.datasets, strict=True) if d == name
            ]
            design = _design(pairs.iloc[own], genes, mirnas, self.scaling)
            changes[own] += design @ self.parameters[f"baseline_{name}"]
        return changes

    def site_effects(
        self, pairs: pd.DataFrame, sites: pd.DataFrame
    ) -> NDArray[np.float64]:
        """Return what each of `sites` (S,) adds to the effect of its pair, log2.

        The effect of the pair less that without the site, so that they add up to a little
        less than the whole where sites compete. NaN for sites of no pair.
        """
        data = _tabulate(pairs, sites, self)
        trained = _lone_effects(self.parameters, data)
        untrained = _lone_effects(_untrained(data.x.shape[1]), data)
        result = np.full(len(sites), np.nan)
        result[data.rows] = self._mix(trained, untrained, data.mirna < 0)
        return result


def save_occupancy(path: str | Path, models: Sequence[OccupancyModel]) -> None:
    """Write models of the same miRNAs and features to one .npz file."""
    arrays: dict[str, Any] = {
        name: np.asarray(getattr(models[0], name), "str") for name in _NAMES
    }
    for number, model in enumerate(models):
        for part in ("scaling", "parameters"):
            for name, value in getattr(model, part).items():
                arrays[f"{number}/{part}/{name}"] = value
    with atomic_path(path) as temporary, temporary.open("wb") as handle:
        np.savez(handle, **arrays)


def load_occupancy(path: str | Path) -> list[OccupancyModel]:
    """Load what `save_occupancy` wrote; raises InputError for a broken or other file."""
    parts: dict[int, dict[str, Parameters]] = {}
    try:
        with np.load(path) as arrays:
            mirnas, datasets, features = (arrays[name].tolist() for name in _NAMES)
            for key in set(arrays.files) - set(_NAMES):
                number, part, name = key.split("/")
                model = parts.setdefault(int(number), {"scaling": {}, "parameters": {}})
                model[part][name] = arrays[key]
        ordered = [parts[number] for number in sorted(parts)]
        names = tuple(mirnas), tuple(datasets), tuple(features)
        return [OccupancyModel(*names, p["scaling"], p["parameters"]) for p in ordered]
    except OSError:
        raise
    except Exception as error:
        raise InputError(f"{path}: not an occupancy model ({error}); delete it") from None


_NAMES = ("mirnas", "datasets", "features")


def fit_occupancy(
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
    training: OccupancyTraining,
    seed: int,
) -> OccupancyModel:
    """Fit the model to `pairs` (mirna, gene, target_log2fc) by least squares.

    `sites` is the table of `regions.tabulate_regions`, with further features of
    `training` where they are known; `genes` has GENE_FEATURES. Pairs of several data sets
    (`datasets.stack_datasets`) have a column dataset. Scaling is fitted on these pairs.
    A fit that does not converge is logged; InputError for one that is not finite.
    """
    dataset_of = _dataset_of(pairs).groupby(pairs["mirna"]).first()
    model = OccupancyModel(
        mirnas=tuple(dataset_of.index),
        datasets=tuple(dataset_of),
        features=tuple(training.features),
        scaling=_fit_scaling(pairs, sites, genes, training.features),
        parameters={},
    )
    model.scaling["prior_share"] = np.array(float(training.prior_share))
    data = _tabulate(pairs, sites, model)
    baseline = _Baseline(pairs, genes, model, training)
    start = _start(
        data.x.shape[1],
        len(model.mirnas),
        training.n_hidden,
        seed,
        len(baseline.parts) if len(baseline.parts) > 1 else 0,
    )
    sizes = {name: value.shape for name, value in start.items()}

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradient = _loss(_unpack(flat, sizes), data, baseline, training)
        return value, _pack(gradient)

    options = _OPTIONS | {"ftol": training.tolerance}
    found = minimize(loss, _pack(start), jac=True, method="L-BFGS-B", options=options)
    if not found.success:
        log.warning(
            "an occupancy model did not converge in %d iterations (%s); raise "
            "`occupancy: decay`, or look for values that stand out",
            found.nit,
            found.message,
        )
    if not np.isfinite(found.x).all() or not np.isfinite(found.fun):
        raise InputError(
            "an occupancy model has no fit; look for missing or infinite values among "
            "fold changes, context++ scores and features of genes"
        )
    parameters = _unpack(found.x, sizes)
    weights = baseline.fit(_forward(parameters, data)[0])
    return replace(model, parameters=parameters | weights, n_iterations=found.nit)


_OPTIONS = {"maxiter": 5000, "maxfun": 10000, "maxcor": 30, "gtol": 1e-6}


@dataclass(frozen=True)
class _Data:
    """Sites (S) of pairs (N) as arrays; `rows` are the rows of the table of sites."""

    rows: NDArray[np.int64]
    pair: NDArray[np.int64]
    group: NDArray[np.int64]
    mirna: NDArray[np.int64]  # -1 where the model does not know it
    dataset: NDArray[np.int64]  # the same
    x: NDArray[np.float64]  # S x F, standardised
    log_contextpp: NDArray[np.float64]  # log of the size of the context++ score
    inputs: NDArray[np.float64]  # both, S x (F + 1)
    offset: NDArray[np.float64]  # log of the weight
    pair_mirna: NDArray[np.int64]
    n_pairs: int


def fit_seeds(
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
    training: OccupancyTraining,
    seed: int,
) -> list[OccupancyModel]:
    """Return `n_seeds` models that start differently; their mean is the prediction."""
    return [
        fit_occupancy(pairs, sites, genes, training, seed + number)
        for number in range(training.n_seeds)
    ]


def _dataset_of(table: pd.DataFrame) -> pd.Series:
    """Return the data set of each row: one without a name where the study has one."""
    return table["dataset"] if "dataset" in table else pd.Series("", index=table.index)


def _tabulate(pairs, sites, model: OccupancyModel) -> _Data:
    keys = pd.MultiIndex.from_frame(pairs[["mirna", "gene"]])
    pair = keys.get_indexer(pd.MultiIndex.from_frame(sites[["mirna", "gene"]]))
    rows = np.flatnonzero(pair >= 0)
    kept = sites.iloc[rows]
    x = _scale(_site_matrix(kept, model.features), model.scaling, "x")
    log_contextpp = np.log(np.maximum(-kept["contextpp"].to_numpy(float), WEAKEST_SCORE))
    return _Data(
        rows=rows,
        pair=pair[rows],
        group=pd.Index(GROUPS).get_indexer(kept["group"]),
        mirna=pd.Index(model.mirnas).get_indexer(kept["mirna"]),
        dataset=pd.Index(dict.fromkeys(model.datasets)).get_indexer(_dataset_of(kept)),
        x=x,
        log_contextpp=log_contextpp,
        inputs=np.column_stack([x, log_contextpp]),
        offset=np.log(kept["weight"].to_numpy(float)),
        pair_mirna=pd.Index(model.mirnas).get_indexer(pairs["mirna"]),
        n_pairs=len(pairs),
    )


def _site_matrix(sites: pd.DataFrame, features: Sequence[str]) -> NDArray[np.float64]:
    """Return all features (S, F): type and group as 0 or 1, and `features`."""
    flags = [(sites["site_type"] == kind).to_numpy(float) for kind in SITE_TYPES[:-1]]
    flags += [(sites["group"] == group).to_numpy(float) for group in GROUPS[1:]]
    return np.column_stack(
        [*flags, sites.reindex(columns=list(features)).to_numpy(float)]
    )


def _design(pairs, genes, mirnas, scaling) -> csr_array:
    """Return the columns (N, K + G + KG) of the baseline: constants of miRNAs, features
    of genes, and features by miRNA; a row has 1 + 2G numbers that are not 0."""
    values = genes.set_index("gene").loc[pairs["gene"], list(GENE_FEATURES)].to_numpy()
    z = _scale(values, scaling, "z")
    n, n_features = z.shape
    n_mirnas = len(mirnas)
    mirna = pd.Index(mirnas).get_indexer(pairs["mirna"])
    own = n_mirnas + n_features + n_features * mirna[:, None]
    columns = np.column_stack(
        [
            mirna,
            np.broadcast_to(n_mirnas + np.arange(n_features), z.shape),
            own + np.arange(n_features),
        ]
    )
    filled = np.column_stack([np.ones(n), z, z])
    rows = np.arange(0, filled.size + 1, filled.shape[1])
    width = n_mirnas + n_features * (1 + n_mirnas)
    return csr_array((filled.ravel(), columns.ravel(), rows), shape=(n, width))


class _Baseline:
    """The baselines of training pairs, solved for whatever effects of sites are given.

    They are linear, so that their best weights follow at once (variable projection, Golub
    and Pereyra 1973): the search is left with the parameters of sites, and is shorter.
    """

    def __init__(self, pairs, genes, model: OccupancyModel, training) -> None:
        of_pair = _dataset_of(pairs).to_numpy()
        rows = {name: np.flatnonzero(of_pair == name) for name in model.datasets}
        total = sum(np.sqrt(len(own)) for own in rows.values())
        self.parts = {}
        for name, own in rows.items():
            mirnas = [
                mirna
                for mirna, dataset in zip(model.mirnas, model.datasets, strict=True)
                if dataset == name
            ]
            design = _design(pairs.iloc[own], genes, mirnas, model.scaling)
            target = pairs["target_log2fc"].to_numpy(float)[own]
            share = np.sqrt(len(own)) / total
            decay = share * training.gene_decay
            self.parts[name] = own, _DatasetBaseline(design, target, mirnas, share, decay)

    def fit(self, effects: NDArray[np.float64]) -> Parameters:
        """Return the weights of the baselines that are best for `effects` (N,)."""
        return {
            f"baseline_{name}": part.fit(effects[own])
            for name, (own, part) in self.parts.items()
        }

    def loss(self, effects: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """Return the error of effects (N,) with the best baselines, as a share of the
        variance, with penalties, and its gradient (N,)."""
        value, gradient = 0.0, np.empty(len(effects))
        for own, part in self.parts.values():
            added, gradient[own] = part.loss(effects[own])
            value += added
        return value, gradient


class _DatasetBaseline:
    """The baseline of one data set: by miRNA, and by what the gene is like."""

    def __init__(self, design, target, mirnas, share, decay) -> None:
        self._design, self._target = design, target
        self._turned = design.T.tocsr()
        variance = max(float(target.var()), 1e-6)  # 0 where all are clipped
        self._unit = share / (len(target) * variance)
        n_mirnas, n_genes = len(mirnas), len(GENE_FEATURES)
        decay = 0.01 * decay / variance
        penalty = np.repeat(
            [0, decay, 10 * decay], [n_mirnas, n_genes, n_mirnas * n_genes]
        )
        self._penalty = penalty
        normal = self._unit * (self._turned @ design).toarray() + np.diag(penalty)
        self._solution = np.linalg.pinv(normal, hermitian=True)

    def fit(self, effects: NDArray[np.float64]) -> NDArray[np.float64]:
        wanted = self._turned @ (self._target - effects)
        return self._solution @ wanted * self._unit

    def loss(self, effects: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = self.fit(effects)
        error = effects + self._design @ weights - self._target
        value = float(self._penalty @ weights**2) + self._unit * (error**2).sum()
        return value, 2 * self._unit * error


def _scale(values, scaling, name) -> NDArray[np.float64]:
    """Return standardised features. Beyond all of training one counts as the last there,
    so that nothing is extrapolated; one that is not known has the mean, 0."""
    inside = np.clip(values, scaling[f"{name}_low"], scaling[f"{name}_high"])
    return np.nan_to_num((inside - scaling[f"{name}_mean"]) / scaling[f"{name}_sd"])


def _fit_scaling(pairs, sites, genes, features) -> dict[str, NDArray[np.float64]]:
    keys = pd.MultiIndex.from_frame(pairs[["mirna", "gene"]])
    known = pd.MultiIndex.from_frame(sites[["mirna", "gene"]]).isin(keys)
    of_pairs = genes[genes["gene"].isin(pairs["gene"])]
    z = of_pairs[list(GENE_FEATURES)].to_numpy(float)
    features = {"x": _site_matrix(sites[known], features), "z": z}
    scaling: dict[str, NDArray[np.float64]] = {}
    for name, values in features.items():
        mean, spread = fit_scale(values)
        known = ~np.isnan(values)
        low = np.where(known, values, np.inf).min(axis=0, initial=np.inf)
        high = np.where(known, values, -np.inf).max(axis=0, initial=-np.inf)
        empty = low > high
        scaling |= {f"{name}_mean": mean, f"{name}_sd": spread}
        scaling[f"{name}_low"] = np.where(empty, mean, low)
        scaling[f"{name}_high"] = np.where(empty, mean, high)
    return scaling


def _start(n_features, n_mirnas, n_hidden, seed, n_datasets=0) -> Parameters:
    """Return the parameters of sites before training."""
    rng = np.random.default_rng(seed)
    return {
        "group": _PRIOR.copy(),
        "slope": np.ones(1),
        "linear": np.zeros(n_features),
        "hidden": rng.normal(0, (n_features + 1) ** -0.5, (n_features + 1, n_hidden)),
        "hidden_bias": np.zeros(n_hidden),
        "output": rng.normal(0, 0.1, n_hidden),
        "mirna_group": np.zeros((n_mirnas, len(GROUPS))),
        "dataset_group": np.zeros((n_datasets, len(GROUPS))),
        "strength": np.full(1, np.log(_FIRST_STRENGTH)),
    }


def _energies(p: Parameters, data: _Data) -> tuple[NDArray, NDArray, NDArray]:
    """Return energies (S,), their sums exp(energy) by pair (N,) and activations."""
    hidden = np.tanh(_times(data.inputs, p["hidden"]) + p["hidden_bias"])
    energy = data.offset + p["group"][data.group] + p["slope"] * data.log_contextpp
    energy += _times(data.x, p["linear"]) + _times(hidden, p["output"])
    for name, of_site in (("mirna", data.mirna), ("dataset", data.dataset)):
        known = (of_site >= 0) & (len(p[f"{name}_group"]) > 0)
        energy[known] += p[f"{name}_group"][of_site[known], data.group[known]]
    energy = np.minimum(energy, equation.HIGHEST_ENERGY)
    summed = np.bincount(data.pair, np.exp(energy), minlength=data.n_pairs)
    return energy, summed, hidden


def _times(of_sites: NDArray, weights: NDArray) -> NDArray[np.float64]:
    """Return their product, to the last bit the same of a site whatever the others are
    (which a matrix product of BLAS is not), so that predictions in parts equal those at
    once."""
    return np.einsum("sf,f...->s...", of_sites, weights)


def _untrained(n_features: int) -> Parameters:
    return _start(n_features, 0, 0, seed=0)


def _strength(p: Parameters) -> float:
    """Return the strength of `equation.compete`, in natural logarithms."""
    return (np.exp(p["strength"]) / np.log(2)).item()


def _repression(p: Parameters, summed: NDArray) -> NDArray[np.float64]:
    return equation.saturate(equation.compete(summed, _strength(p)))


def _lone_effects(p: Parameters, data: _Data) -> NDArray[np.float64]:
    """Return the effect of each site's pair less that without the site (S,)."""
    energy, summed = _energies(p, data)[:2]
    whole = summed[data.pair]
    without = np.maximum(whole - np.exp(energy), 0)
    return _repression(p, without) - _repression(p, whole)


def _forward(p: Parameters, data: _Data) -> tuple[NDArray, tuple]:
    parts = _energies(p, data)
    return -_repression(p, parts[1]), parts


def _loss(
    p: Parameters, data: _Data, baseline: _Baseline, training: OccupancyTraining
) -> tuple[float, Parameters]:
    """Return the penalised error, as a share of the target's variance, and its gradient.

    The baseline is the best for these parameters, so that it does not change with them
    to first order. Penalties are hundredths of squared weights; of what differs per gene
    they are ten times those of what all miRNAs share.
    """
    effects, (energy, summed, hidden) = _forward(p, data)
    value, by_effect = baseline.loss(effects)
    by_repression = -by_effect
    repression = equation.compete(summed, _strength(p))
    by_repression *= equation.slope_of_saturation(repression)
    share = equation.slope_of_competition(summed, _strength(p))  # of each site's effect
    by_summed = (by_repression * share)[data.pair]
    by_energy = np.exp(energy) * (energy < equation.HIGHEST_ENERGY) * by_summed
    by_strength = np.array([by_repression @ (repression - summed * share)])
    gradient = _gradient(p, data, by_energy, hidden) | {"strength": by_strength}
    for name, weight, centre in _penalties(training):
        distance = p[name] - centre
        value += 0.01 * weight * (distance**2).sum()
        gradient[name] = gradient[name] + 0.02 * weight * distance
    return float(value), {name: gradient[name] for name in p}


def _gradient(p, data: _Data, by_energy: NDArray, hidden: NDArray) -> Parameters:
    """Return the gradient of what makes energies, from that of energies (S,)."""
    by_hidden = np.outer(by_energy, p["output"]) * (1 - hidden**2)
    n_groups = len(GROUPS)

    def by_cell(name: str, of_site: NDArray[np.int64]) -> NDArray[np.float64]:
        cell = of_site * n_groups + data.group
        size = p[name].size
        return np.bincount(cell, by_energy, minlength=size)[:size].reshape(p[name].shape)

    return {
        "group": np.bincount(data.group, by_energy, minlength=n_groups),
        "slope": np.array([by_energy @ data.log_contextpp]),
        "linear": data.x.T @ by_energy,
        "hidden": data.inputs.T @ by_hidden,
        "hidden_bias": by_hidden.sum(axis=0),
        "output": hidden.T @ by_energy,
        "mirna_group": by_cell("mirna_group", data.mirna),
        "dataset_group": by_cell("dataset_group", data.dataset),
    }


def _penalties(training: OccupancyTraining) -> list[tuple[str, float, Any]]:
    """Return parameters, the weight of their penalty and where it is 0."""
    decay = training.decay
    return [
        *((name, decay, 0.0) for name in ("linear", "hidden", "output")),
        ("slope", 10 * decay, 1.0),
        ("group", decay, _PRIOR),
        ("strength", decay, np.log(_FIRST_STRENGTH)),
        ("mirna_group", training.mirna_decay, 0.0),
        ("dataset_group", training.dataset_decay, 0.0),
    ]


def _pack(parameters: Parameters) -> NDArray[np.float64]:
    return np.concatenate([value.ravel() for value in parameters.values()])


def _unpack(
    flat: NDArray[np.float64], sizes: Mapping[str, tuple[int, ...]]
) -> Parameters:
    parts, at = {}, 0
    for name, shape in sizes.items():
        size = int(np.prod(shape))
        parts[name] = flat[at : at + size].reshape(shape)
        at += size
    return parts
