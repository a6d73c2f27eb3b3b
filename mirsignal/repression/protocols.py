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

from mirsignal.logs import log
from mirsignal.repression.datasets import bare_names
from mirsignal.repression.occupancy import OccupancyModel, OccupancyTraining, fit_seeds
from mirsignal.samples.clusters import cluster_families
from mirsignal.statistics.metrics import pearson

PROTOCOLS = ("genes", "families", "datasets", "datasets_families")
INNER_PARTS = 3
"""Parts of the training families by which a model's penalty is chosen."""
INNER_TOLERANCE = 1e-5
"""Relative change of the error at which these fits end: ten times as fast as 1e-6."""


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
) -> pd.DataFrame:
    """Return the pairs of a part with `effect`, what their sites do by models that never
    saw them, and `occupancy`: with the baseline of the gene where the miRNA is known.

    Of `decays` each model takes the one that predicts families of its own training pairs
    best (`choose_decay`).
    """
    found = []
    for trains, is_asked in split_part(pairs, protocol, part):
        train, asked = pairs[trains], pairs[is_asked]
        chosen = choose_decay(train, sites, genes, training, decays, seed)
        models = fit_seeds(train, sites_of(sites, train), genes, chosen, seed)
        own = sites_of(sites, asked)
        effect = np.mean([model.effects(asked, own) for model in models], axis=0)
        whole = effect
        if protocol == "genes":
            whole = np.mean(
                [model.predict(asked, own, genes) for model in models], axis=0
            )
        found.append(asked.assign(effect=effect, occupancy=whole, decay=chosen.decay))
        log.info(
            "%s pairs of %d data sets -> %s pairs, decay %g",
            f"{len(train):,}",
            train["dataset"].nunique(),
            f"{len(asked):,}",
            chosen.decay,
        )
    return pd.concat(found, ignore_index=True)


def choose_decay(
    pairs: pd.DataFrame,
    sites: pd.DataFrame,
    genes: pd.DataFrame,
    training: OccupancyTraining,
    decays: Sequence[float],
    seed: int,
) -> OccupancyTraining:
    """Return `training` with the decay that predicts left-out families best.

    Families of `pairs` are dealt into INNER_PARTS; what counts is r of the effects of
    sites, the mean over data sets, so that the largest does not decide.
    """
    if len(decays) == 1:
        return replace(training, decay=decays[0])
    part_of = pairs["family"].map(deal(pairs["family"].unique(), INNER_PARTS, seed))
    scores = []
    for decay in decays:
        tolerance = max(training.tolerance, INNER_TOLERANCE)
        one = replace(training, decay=decay, n_seeds=1, tolerance=tolerance)
        effect = np.full(len(pairs), np.nan)
        for number in range(INNER_PARTS):
            inside = (part_of == number).to_numpy()
            train, asked = pairs[~inside], pairs[inside]
            model = fit_seeds(train, sites_of(sites, train), genes, one, seed)[0]
            effect[inside] = model.effects(asked, sites_of(sites, asked))
        scores.append(mean_over_datasets(pairs, effect))
        log.info("decay %g: r of left-out families %.4f", decay, scores[-1])
    return replace(training, decay=decays[int(np.argmax(scores))])


def mean_over_datasets(pairs: pd.DataFrame, effect: NDArray[np.float64]) -> float:
    """Return r of `effect` (N,) and the target, the mean over data sets."""
    groups = pairs.assign(effect=effect).groupby("dataset")
    return float(
        np.mean(
            [
                pearson(own["target_log2fc"].to_numpy(), own["effect"].to_numpy())
                for _, own in groups
            ]
        )
    )


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
