"""Sites that a binding network finds along 3' UTRs, without any annotation.

They stand in the place of seed sites in the occupancy model, which then knows of a site
what the network makes of its window and what lies around it, but neither type nor
context++ score: what the network is worth by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mirsignal.repression.site_logits import SiteNetwork
from mirsignal.scan.scores import make_scorer
from mirsignal.sequences.codes import encode
from mirsignal.signals.windows import tabulate_candidates
from mirsignal.sites.regions import isoform_shares
from mirsignal.sites.surroundings import au_around_nucleotides, distance_of_nucleotides

FIRST_EFFECT = -0.02
"""Effect (log2) of each site before training, in the place of a context++ score."""
_AROUND = 3  # nucleotides to each side of a position, as of a seed match of nt 2-7


def scan_sites(
    network: SiteNetwork,
    mirnas: pd.DataFrame,
    transcripts: pd.DataFrame,
    sequences: Mapping[str, str],
    n: int,
    workers: int = 1,
) -> pd.DataFrame:
    """Return the `n` highest summits of P(binding) of each guide and 3' UTR as sites.

    `mirnas` (mirna, sequence, passenger, passenger_share), `transcripts` (transcript,
    gene, share where it is known) and `sequences` are as for `regions.find_regions`.
    Columns are those that the occupancy model reads, `local_au` and `distance` of the
    summit (`sites.surroundings`), and what the network makes of the window around it
    (`SiteNetwork.score`). A site is the 6 nt around its summit, as many as there are.
    """
    scorer = make_scorer(network.model, network.encoding, "prediction", workers=workers)
    names = list(transcripts["transcript"])
    codes = [encode(sequences[name]) for name in names]
    au = dict(zip(names, map(au_around_nucleotides, codes), strict=True))
    distances = {
        name: distance_of_nucleotides(np.arange(len(own)), len(own))
        for name, own in zip(names, codes, strict=True)
    }
    tables = []
    for mirna, guide in zip(mirnas["mirna"], mirnas["sequence"], strict=True):
        tracks, _ = scorer.score(codes, guide, 0.0)
        predictions = (track[:, 0] for track in tracks)
        found = tabulate_candidates(zip(names, predictions, strict=True), n)
        at = list(zip(found["transcript"], found["position"].astype(int), strict=True))
        found["local_au"] = [au[name][p] for name, p in at]
        found["distance"] = [distances[name][p] for name, p in at]
        tables.append(found.assign(mirna=mirna))
    sites = pd.concat(tables, ignore_index=True)
    gene = sites["transcript"].map(transcripts.set_index("transcript")["gene"])
    share = sites["transcript"].map(isoform_shares(transcripts))
    loaded = 1 - mirnas.set_index("mirna")["passenger_share"]
    position = sites.pop("position").astype(int)
    lengths = sites["transcript"].map({name: len(sequences[name]) for name in names})
    sites = sites.drop(columns="prediction").assign(
        gene=gene,
        group="guide_utr",
        start=position - _AROUND,
        end=position + _AROUND,
        site_type="",
        contextpp=FIRST_EFFECT,
        weight=sites["mirna"].map(loaded) * share,
    )
    sites = sites.join(network.score(sites, mirnas, sequences))  # of whole windows
    return sites.assign(
        start=sites["start"].clip(lower=0), end=np.minimum(sites["end"], lengths)
    )
