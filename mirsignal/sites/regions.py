"""Sites that may repress an mRNA: of both strands, in 3' UTR and reading frame."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mirsignal.sites.accessibility import Folding, fold_sites
from mirsignal.sites.context import SiteContext
from mirsignal.sites.contextpp import (
    fill_typical,
    score_folded,
    score_sites,
    tabulate_sites,
)
from mirsignal.sites.surroundings import mark_neighbours

GROUPS = ("guide_utr", "guide_orf", "passenger_utr", "passenger_orf")
"""Strand and region of a site."""
COLUMNS = ["mirna", "transcript", "gene", "group", "start", "end", "site_type"]
COLUMNS += ["contextpp", "local_au", "distance", "three_prime", "accessibility"]
COLUMNS += ["off6m", "neighbour", "overlapping", "weight"]


def find_regions(
    mirnas: pd.DataFrame,
    transcripts: pd.DataFrame,
    sequences: Mapping[str, str],
    orfs: pd.Series,
    coefficients: pd.DataFrame,
    ta_sps: pd.DataFrame | None,
    accessibility: bool | Folding,
    context: SiteContext | None = None,
) -> pd.DataFrame:
    """Return the table of `tabulate_regions` from sequences.

    With `accessibility` the sites of guides in 3' UTRs are folded, about 10 ms each, or
    looked up in what was folded before. Where `context` knows PCT, it is part of their
    context++ score.
    """
    found = tabulate_sites(mirnas, sequences, orfs, ta_sps)
    if context is not None:
        found = context.add_pct(found, mirnas)
    folded = None
    if isinstance(accessibility, Folding):
        folded = accessibility.of_sites(found, sequences)
    elif accessibility:
        folded = fold_sites(found, sequences)
    scored = score_folded(found, folded, coefficients)
    return tabulate_regions(
        mirnas, transcripts, sequences, orfs, scored, ta_sps, coefficients
    )


def tabulate_regions(
    mirnas: pd.DataFrame,
    transcripts: pd.DataFrame,
    sequences: Mapping[str, str],
    orfs: pd.Series,
    sites: pd.DataFrame,
    ta_sps: pd.DataFrame | None,
    coefficients: pd.DataFrame,
) -> pd.DataFrame:
    """Return the sites of miRNAs and their passengers in 3' UTRs and reading frames.

    `mirnas` has mirna, sequence, passenger and passenger_share (`strands.load_strands`);
    `transcripts` transcript and gene, and `share` of the gene's mRNAs, where it is known
    (`expression.weigh_isoforms`; else all count alike); `sequences` the 3' UTRs and
    `orfs` the reading frames ("" where unknown) by transcript; `sites` the scored sites
    of the miRNAs in the 3' UTRs (`contextpp.tabulate_sites`, `score_sites`). The others
    get a context++ score in the same way, in which a site of a reading frame counts as
    one of a 3' UTR; a model learns how much weaker it is. They are not folded:
    accessibility is NaN.
    `weight` is the share of duplexes that load the strand, times that of the transcript
    among the gene's. A passenger that is never loaded has no sites.
    """
    share = mirnas.set_index("mirna")["passenger_share"]
    loaded = mirnas[mirnas["passenger_share"] > 0]
    passengers = loaded[["mirna"]].assign(sequence=loaded["passenger"])
    frames = {name: orf for name, orf in orfs.items() if orf}
    tables = [sites.assign(group="guide_utr")]
    for strand, loading in (("guide", mirnas), ("passenger", passengers)):
        for region, where in (("utr", sequences), ("orf", frames)):
            group = f"{strand}_{region}"
            if group == "guide_utr" or not where or loading.empty:
                continue
            found = tabulate_sites(loading, where, orfs, ta_sps)
            scores = score_sites(fill_typical(found, coefficients), coefficients)
            tables.append(found.assign(group=group, contextpp=scores))
    joined = pd.concat(tables, ignore_index=True)
    genes = transcripts.set_index("transcript")["gene"]
    joined["gene"] = genes.loc[joined["transcript"]].array
    of_passenger = share.loc[joined["mirna"]].to_numpy()
    is_guide = joined["group"].str.startswith("guide")
    loading = np.where(is_guide, 1 - of_passenger, of_passenger)
    shares = isoform_shares(transcripts).loc[joined["transcript"]].to_numpy()
    joined["weight"] = loading * shares
    return joined.join(mark_neighbours(joined))[COLUMNS]


def isoform_shares(transcripts: pd.DataFrame) -> pd.Series:
    """Return the share of each transcript among those of its gene, by its id."""
    by_id = transcripts.set_index("transcript")
    if "share" in by_id:
        return by_id["share"]
    return 1 / by_id["gene"].map(by_id["gene"].value_counts())
