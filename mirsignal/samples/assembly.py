"""Sample sets: positives split by cluster and family, then negatives in each split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.logs import log
from mirsignal.samples.clusters import cluster_families, cluster_targets
from mirsignal.samples.negatives import (
    DRAWN_BEFORE_SPLIT,
    draw_background,
    draw_negatives,
)
from mirsignal.samples.splits import SPLITS, TEST_SETS, assign_splits
from mirsignal.sequences.fasta import Transcripts

PAIR_COLUMNS = ["mirna", "mirna_sequence", "family", "target", "gene", "cluster"]
PAIR_COLUMNS += ["label", "split", "round", "row"]


@dataclass(frozen=True)
class SampleRecipe:
    """A recipe of `samples`: what each value means stands in docs/configuration.md."""

    fractions: Mapping[str, float]
    cluster_kmer: int
    cluster_identity: float | None
    cluster_tool: str
    negatives: str
    ratio: int


def make_samples(
    positives: pd.DataFrame,
    recipe: SampleRecipe,
    seed: int,
    transcripts: Transcripts | None = None,
    threads: int = 1,
) -> pd.DataFrame:
    """Return labelled pairs (PAIR_COLUMNS) of `positives`, by a recipe.

    With `background` negatives, positives whose transcript is not known are left out.
    `round` is -1 for positives and numbers the nested rounds of negatives; `row` numbers
    the positives, and gives that of a negative's own positive (`nested_set`).
    Families that share a seed become one. `transcripts` are those of the positives, for
    `background` negatives. Raises InputError when a split would be empty, when no
    negative can be drawn, and when a pair would carry both labels.
    """
    if recipe.negatives == "background":
        positives = _placed(positives, transcripts)
    positives = positives.assign(
        family=cluster_families(positives["family"], positives["mirna_sequence"]),
        cluster=cluster_targets(
            positives["target"],
            _linked_by(positives),
            recipe.cluster_kmer,
            recipe.cluster_identity,
            recipe.cluster_tool,
            threads,
        ),
    )
    clusters = positives["cluster"].to_numpy()
    positives["split"] = assign_splits(
        positives["family"], clusters, recipe.fractions, seed
    )
    wanted = [s for s in SPLITS if s == "train" or recipe.fractions.get(s)]
    _refuse_small_splits(positives["split"], wanted)
    parts = [positives.assign(label=1, round=-1, row=np.arange(len(positives)))]
    if recipe.negatives in DRAWN_BEFORE_SPLIT:
        groups = {"whole": np.arange(len(positives))}
    else:
        groups = {s: np.flatnonzero(positives["split"] == s) for s in wanted}
    for number, (name, members) in enumerate(groups.items()):
        drawn = _draw(positives, members, recipe, [seed, number], transcripts)
        _report_shortage(name, len(drawn), members.size * recipe.ratio)
        parts.append(drawn)
    pairs = pd.concat(parts, ignore_index=True)[PAIR_COLUMNS]
    if recipe.negatives == "background":
        pairs = _without_repeats(pairs)
    refuse_two_labels(pairs)
    counts = pairs.groupby("split", sort=False)["label"].agg(n="size", positives="sum")
    log.info("pairs: %s", counts.to_dict("index"))
    return pairs


def nested_set(pairs: pd.DataFrame, ratio: int) -> pd.DataFrame:
    """Return the rows of a split that are its 1:ratio set.

    A positive whose partners ran out before round `ratio` is left out with its negatives,
    so that the ratio is that of every miRNA and no shortcut.
    """
    rows = pairs[pairs["round"] < ratio]
    n_negatives = rows.loc[rows["label"] == 0, "row"].value_counts()
    complete = n_negatives.index[n_negatives == ratio]
    return rows[rows["row"].isin(complete)]


def _linked_by(positives: pd.DataFrame) -> pd.DataFrame:
    """Return what positives of one cluster share: the gene, the transcript if known."""
    placed = positives["start"] >= 0 if "start" in positives else False
    if not np.any(placed):
        return positives[["gene"]]
    return positives[["gene"]].assign(transcript=positives["transcript"].where(placed))


def _placed(positives: pd.DataFrame, transcripts: Transcripts | None) -> pd.DataFrame:
    """Return the positives whose transcript is known: the others can get no negative."""
    placed = positives[positives["start"] >= 0].reset_index(drop=True)
    if transcripts is None or placed.empty:
        raise InputError(
            "config: samples: background negatives need positives that lie in known "
            "transcripts; give `transcripts` under `hybrids`"
        )
    if left_out := len(positives) - len(placed):
        log.warning(
            "left out %s of %s positives, whose place in a transcript is not known",
            f"{left_out:,}",
            f"{len(positives):,}",
        )
    return placed


def _refuse_small_splits(split_of: pd.Series, wanted: list[str]) -> None:
    for split in wanted:
        if (n := int((split_of == split).sum())) < 2:
            raise InputError(
                f"the {split} split holds {n} of {len(split_of)} positives; give more "
                "chimeras, "
                + (
                    f"or leave it out, as samples: RECIPE: fractions: {{{split}: 0}}"
                    if split in TEST_SETS
                    else "of more genes, or other samples: RECIPE: fractions"
                )
            )


def _draw(
    positives: pd.DataFrame,
    members: np.ndarray,
    recipe: SampleRecipe,
    seed: list[int],
    transcripts: Transcripts | None,
) -> pd.DataFrame:
    """Return the negatives of some rows as pairs."""
    if transcripts is not None and recipe.negatives == "background":
        drawn = draw_background(
            positives,
            members,
            transcripts,
            recipe.ratio,
            seed,
            recipe.cluster_kmer,
        )
        mirna_of = target_of = drawn["row_of"]
    else:
        drawn = draw_negatives(positives, members, recipe.negatives, recipe.ratio, seed)
        mirna_of, target_of = drawn["mirna_of"], drawn["target_of"]
    pairs = pd.concat(
        [
            part.reset_index(drop=True)
            for part in (
                positives[["mirna", "mirna_sequence", "family"]].iloc[mirna_of],
                positives[["target", "gene", "cluster"]].iloc[target_of],
                positives[["split"]].iloc[drawn["row_of"]],
            )
        ],
        axis=1,
    ).assign(label=0, round=drawn["round"].to_numpy(), row=drawn["row_of"].to_numpy())
    return pairs.assign(target=drawn["target"]) if "target" in drawn else pairs


def _report_shortage(split: str, drawn: int, wanted: int) -> None:
    """Refuse a split without any negative; warn when some are missing."""
    if not drawn:
        raise InputError(
            f"no negative can be drawn in the {split} split: each miRNA family in it "
            "binds each of its target clusters, or no positive lies in a transcript "
            "with room; give more chimeras, of more miRNAs, or other `fractions`"
        )
    if drawn < 0.98 * wanted:
        log.warning(
            "%s: only %s of %s negatives could be drawn without repeats",
            split,
            f"{drawn:,}",
            f"{wanted:,}",
        )


def _without_repeats(pairs: pd.DataFrame) -> pd.DataFrame:
    """Drop negatives whose sequences repeat a positive's or an earlier negative's."""
    ordered = pairs.sort_values("round", kind="stable")
    repeated = ordered.duplicated(["mirna_sequence", "target"]) & (ordered["label"] == 0)
    return pairs[~repeated.sort_index()].reset_index(drop=True)


def refuse_two_labels(pairs: pd.DataFrame) -> None:
    """Raise InputError when a miRNA and target have both labels."""
    keys = ["mirna_sequence", "target"]
    both = pairs.loc[pairs["label"] == 1, keys].merge(
        pairs.loc[pairs["label"] == 0, keys].drop_duplicates()
    )
    if len(both):
        mirna, target = both.iloc[0]
        name = pairs.loc[pairs["mirna_sequence"] == mirna, "mirna"].iloc[0]
        raise InputError(
            f"pair {name} ({mirna}) x {target} is positive and negative ({len(both)} "
            "such pairs); remove one label"
        )
