"""Sites that may repress an mRNA: of both strands, in 3' UTR and reading frame."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mirsignal.contextpp import fill_typical, score_sites, tabulate_sites
from mirsignal.strands import passenger_loading

GROUPS = ("guide_utr", "guide_orf", "passenger_utr", "passenger_orf")
"""Strand and region of a site."""
COLUMNS = (
    *("mirna", "transcript", "gene", "group", "start", "end", "site_type", "contextpp"),
    *("local_au", "distance", "three_prime", "accessibility", "off6m", "weight"),
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

    `mirnas` has mirna, sequence and passenger; `transcripts` transcript and gene;
    `sequences` the 3' UTRs and `orfs` the reading frames ("" where unknown) by
    transcript; `sites` the scored sites of the miRNAs in the 3' UTRs
    (`contextpp.tabulate_sites`, `score_sites`). The others get a context++ score in the
    same way, in which a site of a reading frame counts as one of a 3' UTR; how much less
    it does is for a model to learn. They are not folded: accessibility is NaN. `weight`
    is 1 for the miRNA and the passenger's chance to be loaded for the other strand, over
    the number of transcripts of the gene.
    """
    passengers = mirnas[["mirna"]].assign(sequence=mirnas["passenger"])
    loading = pd.Series(
        [
            passenger_loading(guide, other)
            for guide, other in zip(mirnas["sequence"], mirnas["passenger"], strict=True)
        ],
        index=pd.Index(mirnas["mirna"]),
    )
    frames = {name: orf for name, orf in orfs.items() if orf}
    tables = [sites.assign(group="guide_utr", weight=1.0)]
    for strand, drivers in (("guide", mirnas), ("passenger", passengers)):
        for region, where in (("utr", sequences), ("orf", frames)):
            group = f"{strand}_{region}"
            if group == "guide_utr" or not where:
                continue
            found = tabulate_sites(drivers, where, orfs, ta_sps)
            scores = score_sites(fill_typical(found, coefficients), coefficients)
            weight = 1.0 if strand == "guide" else loading.loc[found["mirna"]].array
            tables.append(found.assign(group=group, contextpp=scores, weight=weight))
    joined = pd.concat(tables, ignore_index=True)
    genes = transcripts.set_index("transcript")["gene"]
    joined["gene"] = genes.loc[joined["transcript"]].array
    joined["weight"] /= genes.value_counts().loc[joined["gene"]].array
    return joined[list(COLUMNS)]
