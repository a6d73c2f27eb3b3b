"""What is new in a prediction: genes, miRNA families, experiments, or all of these.

A model is good for what it was tested on. Each protocol splits the pairs of all data
sets into parts that are predicted by models trained without them, the same for every
model:

- `genes`: a part of the genes is new, in all data sets at once; miRNAs are known;
- `families`: a part of the miRNA families is new, in all data sets at once. miRNAs are of
  one family if they share a seed (nt 2-8), be it that of a passenger;
- `datasets`: a whole experiment is new;
- `datasets_families`: a whole experiment is new, and the family of each of its miRNAs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.repression.datasets import bare_names
from mirsignal.repression.occupancy import OccupancyModel, OccupancyTraining, fit_seeds
from mirsignal.repression.proteins import ProteinEffects, fit_proteins
from mirsignal.repression.responses import GeneResponses, fit_responses
from mirsignal.samples.clusters import cluster_families

PROTOCOLS = ("genes", "families", "datasets", "datasets_families")


def find_families(mirnas: pd.DataFrame) -> pd.Series:
    """Return the family of each miRNA, by its name.

    `mirnas` (mirna, sequence, passenger) may hold a name several times, with other
    passengers: then all of its duplexes are of one family.
    """
    passengers = mirnas[["mirna", "passenger"]].dropna()
    strands = pd.concat(
        [
            mirnas[["mirna", "sequence"]],
            passengers.set_axis(["mirna", "sequence"], axis=1),
        ],
        ignore_index=True,
    )
    families = cluster_families(strands["mirna"], strands["sequence"])
    return families.groupby(strands["mirna"]).first()


def deal(names: Sequence, n_parts: int, seed: int) -> dict:
    """Deal names into parts (0 ... n_parts - 1) of equal size at random."""
    ordered = sorted(names)
    order = np.random.default_rng(seed).permutation(len(ordered))
    return {name: int(part) % n_parts for name, part in zip(ordered, order, strict=True)}


def label_parts(
    pairs: pd.DataFrame,
    families: pd.Series,
    n_gene_parts: int,
    n_family_parts: int,
    seed: int,
) -> pd.DataFrame:
    """Return stacked `pairs` with family, and the number of its part by genes and by
    families (gene_part, family_part)."""
    genes = bare_names(pairs["gene"])
    family = bare_names(pairs["mirna"]).map(families)
    of_gene = deal(genes.unique(), n_gene_parts, seed)
    of_family = deal(family.unique(), n_family_parts, seed)
    return pairs.assign(
        family=family, gene_part=genes.map(of_gene), family_part=family.map(of_family)
    )


def split_part(
    pairs: pd.DataFrame, protocol: str, part: str
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Yield which of labelled `pairs` (N,) a model of a part trains on, and predicts.

    `part` is the number of a part, or the name of a data set. Pairs whose column `trains`
    is False, of data sets that are only predicted, are trained on by none.
    """
    trains = pairs["trains"].to_numpy()
    is_new = (pairs["dataset"] == part).to_numpy()
    family_part = pairs["family_part"].to_numpy()
    if protocol == "datasets":
        yield trains & ~is_new, is_new
    elif protocol == "datasets_families":
        for number in np.unique(family_part[is_new]):
            of_part = family_part == number
            yield trains & ~is_new & ~of_part, is_new & of_part
    else:
        column = "gene_part" if protocol == "genes" else "family_part"
        of_part = (pairs[column] == int(part)).to_numpy()
        yield trains & ~of_part, trains & of_part


def predict_part(
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
    protocol: str,
    part: str,
    training: OccupancyTraining,
    decays: Sequence[float],
    seed: int,
    peaks: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the pairs of a part with `effect`, what their sites do by models that never
    saw them, and `occupancy`: with the baseline of the gene where the miRNA is known.

    What predicts is the mean of models with different `decays` (`fit_decays`). Where they
    learn how genes respond, there is `all_alike`, the effect if all did the same; where
    they learn what proteins do from `peaks` (`read_peaks_of_sites`), there are
    `no_proteins`, without them, and `other_peaks`, with those of other mRNAs instead.
    """
    found = []
    for trains, is_asked in split_part(pairs, protocol, part):
        train, asked = pairs[trains], pairs[is_asked]
        if train.empty:
            raise InputError(
                f"{protocol}, part {part}: no pair is left to train on; give data sets "
                "with more miRNA families, or fewer parts (config: transfer)"
            )
        of_train = sites_of(sites, train)
        models = fit_decays(train, of_train, genes, training, decays, seed)
        own = sites_of(sites, asked)
        added = {}
        if training.gene_response:
            added["all_alike"] = mean_effects(models, asked, own)
            responses = learn_responses(models, train, of_train, genes)
            own, of_train = (responses.weigh(t, genes) for t in (own, of_train))
        if peaks is not None:
            added["no_proteins"] = mean_effects(models, asked, own)
            weighed = {
                shuffled: learn_proteins(models, train, of_train, genes, there).weigh(
                    own, there
                )
                for shuffled, there in peaks.groupby("shuffled")
            }
            added["other_peaks"] = mean_effects(models, asked, weighed[True])
            own = weighed[False]
        effect = whole = mean_effects(models, asked, own)
        if protocol == "genes":
            whole = _mean_predictions(models, asked, own, genes)
        found.append(asked.assign(effect=effect, occupancy=whole, **added))
        log.info(
            "%s pairs of %d data sets -> %s pairs",
            f"{len(train):,}",
            train["dataset"].nunique(),
            f"{len(asked):,}",
        )
    return pd.concat(found, ignore_index=True)


def fit_decays(
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
    training: OccupancyTraining,
    decays: Sequence[float],
    seed: int,
) -> list[OccupancyModel]:
    """Return models of `training` with each of `decays`; their mean is the prediction.

    A few families do not tell which penalty suits new ones. The mean of models that
    shrink more and less is as good as the best of them (docs/transfer.md).
    """
    return [
        model
        for decay in decays
        for model in fit_seeds(pairs, sites, genes, replace(training, decay=decay), seed)
    ]


def mean_effects(
    models: Sequence[OccupancyModel], pairs: pd.DataFrame, sites: pd.DataFrame
) -> NDArray[np.float64]:
    """Return what `sites` do to `pairs` (N,), the mean of `models`."""
    return np.mean([model.effects(pairs, sites) for model in models], axis=0)


def _mean_predictions(models, pairs, sites, genes) -> NDArray[np.float64]:
    return np.mean([model.predict(pairs, sites, genes) for model in models], axis=0)


def learn_responses(
    models: Sequence[OccupancyModel],
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
) -> GeneResponses:
    """Return how genes respond, from the pairs that the `models` were fitted to."""
    return fit_responses(
        pairs,
        mean_effects(models, pairs, sites),
        _mean_predictions(models, pairs, sites, genes),
        genes,
    )


def learn_proteins(
    models: Sequence[OccupancyModel],
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
    peaks: pd.DataFrame,
) -> ProteinEffects:
    """Return what proteins add, from the pairs that the `models` were fitted to."""
    effects = np.mean([model.site_effects(pairs, sites) for model in models], axis=0)
    predicted = _mean_predictions(models, pairs, sites, genes)
    return fit_proteins(pairs, sites, effects, predicted, peaks)


def sites_of(sites: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the sites of the miRNAs of `pairs`, which saves searching the others."""
    return sites[sites["mirna"].isin(set(pairs["mirna"]))]


def without_baseline(models: Sequence[OccupancyModel]) -> list[OccupancyModel]:
    """Return models that keep nothing of the experiments that they were fitted to, for
    other miRNAs and cells."""
    kept = []
    for model in models:
        parameters = {
            name: value
            for name, value in model.parameters.items()
            if not name.startswith("baseline_")
        }
        kept.append(replace(model, parameters=parameters))
    return kept
