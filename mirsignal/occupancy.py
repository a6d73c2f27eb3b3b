"""The occupancy model: how much of the time the sites of an mRNA hold a loaded miRNA.

    log2 fold change = baseline - strength x log2(1 + sum over sites of exp(energy))

so that sites compete where there are many and add up where there are few, as in the
biochemical model of McGeary 2019 (Science 366:eaav1741). The energy of a site starts from
its context++ score (Agarwal 2015): before training, a lone weak site has about the effect
that context++ gives it. What training adds is shrunk towards that: effects of context and
site type through a small network, a difference per miRNA, strand and region, and a
baseline per miRNA that depends on the gene's composition.

An unseen miRNA has no baseline and no difference of its own; then the effect alone is
predicted, relative to an mRNA without sites. What was learned from a few miRNAs is
trusted less there: a share of the prediction is that of the model before training, since
context++ was fitted to the transfections of many more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from mirsignal.errors import InputError
from mirsignal.files import atomic_path
from mirsignal.gene_features import GENE_FEATURES
from mirsignal.site_regions import GROUPS
from mirsignal.sites import SITE_TYPES

SITE_FEATURES = ("local_au", "distance", "three_prime", "accessibility", "off6m")
"""Features of a site beside its type and group; NaN counts as the mean."""
WEAKEST = 0.003
"""Size of a context++ score at least, since a weaker site would have no logarithm."""
_PRIOR = np.log([0.7, 0.14, 0.7, 0.14])  # sites in reading frames do about a fifth
_HIGHEST = 8.0  # energy from which a site is always occupied
_STRENGTH = 0.3

Parameters = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class OccupancyModel:
    """A fitted model; `effects` needs sites alone, `predict` knows the miRNAs as well."""

    mirnas: tuple[str, ...]
    scaling: dict[str, NDArray[np.float64]]
    parameters: Parameters

    def effects(self, pairs: pd.DataFrame, sites: pd.DataFrame) -> NDArray[np.float64]:
        """Return the change (N,) that their sites make to `pairs` (mirna, gene), log2."""
        data = _tabulate(pairs, sites, self.mirnas, self.scaling)
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
        z = _gene_matrix(pairs, genes, self.scaling)
        return self.effects(pairs, sites) + _baseline(self.parameters, mirna, z)

    def site_effects(
        self, pairs: pd.DataFrame, sites: pd.DataFrame
    ) -> NDArray[np.float64]:
        """Return what each of `sites` (S,) adds to the effect of its pair, log2.

        The effect of the pair less that without the site, so that they add up to a little
        less than the whole where sites compete. NaN for sites of no pair.
        """
        data = _tabulate(pairs, sites, self.mirnas, self.scaling)
        trained = _lone_effects(self.parameters, data)
        untrained = _lone_effects(_untrained(data.x.shape[1]), data)
        result = np.full(len(sites), np.nan)
        result[data.rows] = self._mix(trained, untrained, data.mirna < 0)
        return result


def save_occupancy(path: str | Path, models: Sequence[OccupancyModel]) -> None:
    """Write models of the same miRNAs to one .npz file."""
    arrays: dict[str, Any] = {"mirnas": np.asarray(models[0].mirnas, "str")}
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
            mirnas = tuple(arrays["mirnas"].tolist())
            for key in set(arrays.files) - {"mirnas"}:
                number, part, name = key.split("/")
                model = parts.setdefault(int(number), {"scaling": {}, "parameters": {}})
                model[part][name] = arrays[key]
        return [OccupancyModel(mirnas, **parts[number]) for number in sorted(parts)]
    except OSError:
        raise
    except Exception as error:
        raise InputError(f"{path}: not an occupancy model ({error}); delete it") from None


def fit_occupancy(
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
    settings: Mapping[str, Any],
    seed: int,
    weights: NDArray[np.float64] | None = None,
) -> OccupancyModel:
    """Fit the model to `pairs` (mirna, gene, target: log2 fold change) by least squares.

    `sites` is the table of `site_regions.tabulate_regions`, `genes` has GENE_FEATURES.
    Settings: n_hidden units of the energy network; decay of its weights, mirna_decay and
    gene_decay of what is learned per miRNA and gene; prior_share, how much of the effects
    on new miRNAs is that of the untrained model. Scaling is fitted on these pairs.
    `weights` (N,) of the pairs are equal by default.
    """
    mirnas = tuple(sorted(pairs["mirna"].unique()))
    scaling = _fit_scaling(pairs, sites, genes)
    scaling["prior_share"] = np.array(float(settings["prior_share"]))
    data = _tabulate(pairs, sites, mirnas, scaling)
    z = _gene_matrix(pairs, genes, scaling)
    target = pairs["target"].to_numpy(float)
    share = np.ones(len(pairs)) if weights is None else weights
    share = share / share.sum()
    start = _start(data.x.shape[1], len(mirnas), settings["n_hidden"], target, seed)
    sizes = {name: value.shape for name, value in start.items()}

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradient = _loss(_unpack(flat, sizes), data, z, target, share, settings)
        return value, _pack(gradient)

    found = minimize(loss, _pack(start), jac=True, method="L-BFGS-B", options=_OPTIONS)
    return OccupancyModel(mirnas, scaling, _unpack(found.x, sizes))


_OPTIONS = {"maxiter": 300, "maxcor": 20, "ftol": 1e-7}


@dataclass(frozen=True)
class _Data:
    """Sites (S) of pairs (N) as arrays; `rows` are the rows of the table of sites."""

    rows: NDArray[np.int64]
    pair: NDArray[np.int64]
    group: NDArray[np.int64]
    mirna: NDArray[np.int64]  # -1 where the model does not know it
    x: NDArray[np.float64]  # S x F, standardised
    score: NDArray[np.float64]  # log of the size of the context++ score
    offset: NDArray[np.float64]  # log of the weight
    pair_mirna: NDArray[np.int64]
    n_pairs: int


def fit_seeds(
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
    settings: Mapping[str, Any],
    seed: int,
) -> list[OccupancyModel]:
    """Return `n_seeds` models that start differently; their mean is the prediction."""
    return [
        fit_occupancy(pairs, sites, genes, settings, seed + number)
        for number in range(settings["n_seeds"])
    ]


def fit_bootstrap(
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
    settings: Mapping[str, Any],
    seed: int,
) -> list[OccupancyModel]:
    """Return `n_bootstrap` models of resampled genes: how sure a prediction is."""
    names, gene = np.unique(pairs["gene"], return_inverse=True)
    models = []
    for number in range(settings["n_bootstrap"]):
        rng = np.random.default_rng([seed, number])
        drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)))
        weights = drawn[gene].astype(float)
        models.append(fit_occupancy(pairs, sites, genes, settings, seed, weights))
    return models


def _tabulate(pairs, sites, mirnas, scaling) -> _Data:
    keys = pd.MultiIndex.from_frame(pairs[["mirna", "gene"]])
    pair = keys.get_indexer(pd.MultiIndex.from_frame(sites[["mirna", "gene"]]))
    rows = np.flatnonzero(pair >= 0)
    kept = sites.iloc[rows]
    x = (_site_matrix(kept) - scaling["x_mean"]) / scaling["x_sd"]
    return _Data(
        rows=rows,
        pair=pair[rows],
        group=pd.Index(GROUPS).get_indexer(kept["group"]),
        mirna=pd.Index(mirnas).get_indexer(kept["mirna"]),
        x=np.nan_to_num(x),
        score=np.log(np.maximum(-kept["contextpp"].to_numpy(float), WEAKEST)),
        offset=np.log(kept["weight"].to_numpy(float)),
        pair_mirna=pd.Index(mirnas).get_indexer(pairs["mirna"]),
        n_pairs=len(pairs),
    )


def _site_matrix(sites: pd.DataFrame) -> NDArray[np.float64]:
    """Return features (S, F): type and group as 0 or 1, and SITE_FEATURES."""
    flags = [(sites["site_type"] == kind).to_numpy(float) for kind in SITE_TYPES[:-1]]
    flags += [(sites["group"] == group).to_numpy(float) for group in GROUPS[1:]]
    return np.column_stack([*flags, sites[list(SITE_FEATURES)].to_numpy(float)])


def _gene_matrix(pairs, genes, scaling) -> NDArray[np.float64]:
    values = genes.set_index("gene").loc[pairs["gene"], list(GENE_FEATURES)].to_numpy()
    return (values - scaling["z_mean"]) / scaling["z_sd"]


def _fit_scaling(pairs, sites, genes) -> dict[str, NDArray[np.float64]]:
    keys = pd.MultiIndex.from_frame(pairs[["mirna", "gene"]])
    known = pd.MultiIndex.from_frame(sites[["mirna", "gene"]]).isin(keys)
    x = _site_matrix(sites[known])
    of_pairs = genes[genes["gene"].isin(pairs["gene"])]
    z = of_pairs[list(GENE_FEATURES)].to_numpy(float)
    return {
        "x_mean": _mean(x),
        "x_sd": _spread(x),
        "z_mean": z.mean(axis=0),
        "z_sd": _spread(z),
    }


def _mean(values: NDArray) -> NDArray[np.float64]:
    """Return the mean of each column without its NaN, 0 where there is nothing else."""
    known = ~np.isnan(values)
    return np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


def _spread(values: NDArray) -> NDArray[np.float64]:
    """Return the standard deviation of each column, 1 where there is none."""
    spread = np.sqrt(_mean((values - _mean(values)) ** 2))
    return np.where(spread > 1e-9, spread, 1.0)


def _start(n_features, n_mirnas, n_hidden, target, seed) -> Parameters:
    rng = np.random.default_rng(seed)
    n_genes = len(GENE_FEATURES)
    return {
        "group": _PRIOR + np.log(np.log(2) / _STRENGTH),
        "slope": np.ones(1),
        "linear": np.zeros(n_features),
        "hidden": rng.normal(0, (n_features + 1) ** -0.5, (n_features + 1, n_hidden)),
        "hidden_bias": np.zeros(n_hidden),
        "output": rng.normal(0, 0.1, n_hidden),
        "mirna_group": np.zeros((n_mirnas, len(GROUPS))),
        "strength": np.full(1, np.log(_STRENGTH)),
        "constant": np.full(1, target.mean()),
        "mirna": np.zeros(n_mirnas),
        "gene": np.zeros(n_genes),
        "mirna_gene": np.zeros((n_mirnas, n_genes)),
    }


def _energies(p: Parameters, data: _Data) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Return energies (S,), occupancies (N,), hidden inputs and activations."""
    inputs = np.column_stack([data.x, data.score])
    hidden = np.tanh(inputs @ p["hidden"] + p["hidden_bias"])
    energy = data.offset + p["group"][data.group] + p["slope"] * data.score
    energy += data.x @ p["linear"] + hidden @ p["output"]
    known = (data.mirna >= 0) & (len(p["mirna_group"]) > 0)
    energy[known] += p["mirna_group"][data.mirna[known], data.group[known]]
    energy = np.minimum(energy, _HIGHEST)
    occupancy = np.bincount(data.pair, np.exp(energy), minlength=data.n_pairs)
    return energy, occupancy, inputs, hidden


def _untrained(n_features: int) -> Parameters:
    return _start(n_features, 0, 0, np.zeros(1), seed=0)


def _lone_effects(p: Parameters, data: _Data) -> NDArray[np.float64]:
    """Return the effect of each site's pair less that without the site (S,)."""
    energy, occupancy = _energies(p, data)[:2]
    without = np.log1p(np.maximum(occupancy[data.pair] - np.exp(energy), 0))
    gain = np.log1p(occupancy[data.pair]) - without
    return -np.exp(p["strength"]) / np.log(2) * gain


def _forward(p: Parameters, data: _Data) -> tuple[NDArray, tuple]:
    parts = _energies(p, data)
    return -np.exp(p["strength"]) * np.log1p(parts[1]) / np.log(2), parts


def _baseline(p: Parameters, mirna: NDArray, z: NDArray) -> NDArray[np.float64]:
    per_gene = z @ p["gene"] + (z * p["mirna_gene"][mirna]).sum(axis=1)
    return p["constant"] + p["mirna"][mirna] + per_gene


def _loss(
    p: Parameters,
    data: _Data,
    z: NDArray[np.float64],
    target: NDArray[np.float64],
    share: NDArray[np.float64],
    settings: Mapping[str, Any],
) -> tuple[float, Parameters]:
    """Return the penalised error, as a share of the target's variance, and its gradient.

    Penalties are hundredths of squared weights; of what differs per miRNA and gene they
    are ten times those of what all miRNAs share.
    """
    effect, (energy, occupancy, inputs, hidden) = _forward(p, data)
    error = effect + _baseline(p, data.pair_mirna, z) - target
    variance = target.var()
    by_pair = 2 * error * share / variance
    by_energy = np.exp(energy) * (energy < _HIGHEST)
    strength = np.exp(p["strength"]) / np.log(2)
    by_energy *= (-strength * by_pair / (1 + occupancy))[data.pair]
    by_hidden = np.outer(by_energy, p["output"]) * (1 - hidden**2)
    n_mirnas, n_groups = p["mirna_group"].shape
    cell = data.mirna * n_groups + data.group
    per_mirna = np.zeros_like(p["mirna_gene"])
    np.add.at(per_mirna, data.pair_mirna, by_pair[:, None] * z)
    gradient = {
        "group": np.bincount(data.group, by_energy, minlength=n_groups),
        "slope": np.array([by_energy @ data.score]),
        "linear": data.x.T @ by_energy,
        "hidden": inputs.T @ by_hidden,
        "hidden_bias": by_hidden.sum(axis=0),
        "output": hidden.T @ by_energy,
        "mirna_group": np.bincount(
            cell, by_energy, minlength=n_mirnas * n_groups
        ).reshape(n_mirnas, n_groups),
        "strength": np.array([by_pair @ effect]),
        "constant": np.array([by_pair.sum()]),
        "mirna": np.bincount(data.pair_mirna, by_pair, minlength=n_mirnas),
        "gene": z.T @ by_pair,
        "mirna_gene": per_mirna,
    }
    value = (share * error**2).sum() / variance
    gene_decay = settings["gene_decay"] / variance
    for name, weight, centre in (
        *((name, settings["decay"], 0.0) for name in ("linear", "hidden", "output")),
        ("slope", 10 * settings["decay"], 1.0),
        ("group", settings["decay"], _PRIOR + np.log(np.log(2) / _STRENGTH)),
        ("mirna_group", settings["mirna_decay"], 0.0),
        ("gene", gene_decay, 0.0),
        ("mirna_gene", 10 * gene_decay, 0.0),
    ):
        distance = p[name] - centre
        value += 0.01 * weight * (distance**2).sum()
        gradient[name] = gradient[name] + 0.02 * weight * distance
    return float(value), gradient


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
