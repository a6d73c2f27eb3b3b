"""Sites that a binding network finds along 3' UTRs, without any annotation.

They stand in the place of seed sites in the occupancy model, which then knows of a site
what the network makes of its window and what lies around it, but neither type nor
context++ score: what the network is worth by itself.

miRNAs differ in how high the outputs of a network are at all, which tells little of how
strongly they repress; so a site also has what its outputs are above those of the summits
of the same miRNA in random 3' UTRs (`random_utrs`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mirsignal.repression.site_logits import SiteNetwork
from mirsignal.scan.scores import make_scorer
from mirsignal.sequences.codes import decode, encode
from mirsignal.signals.windows import tabulate_candidates
from mirsignal.sites.regions import isoform_shares
from mirsignal.sites.surroundings import au_around_nucleotides, distance_of_nucleotides

FIRST_EFFECT = -0.02
"""Effect (log2) of each site before training, in the place of a context++ score."""
EXCESSES = {
    "binding": "binding_excess",
    "seed_binding": "seed_excess",
    "energy": "energy_excess",
}
"""What a site has above the mean of summits in random 3' UTRs, by the output's name."""
_AROUND = 3  # nucleotides to each side of a position, as of a seed match of nt 2-7
_N_RANDOM, _RANDOM_LENGTH = 40, 1000
_STEPS = np.array(  # P(next nucleotide) after A, C, G and U in 10,255 human 3' UTRs of
    [  # RefSeq and Ensembl (table human_3utr_all of docs/data.md)
        [0.316, 0.178, 0.257, 0.249],
        [0.312, 0.289, 0.061, 0.338],
        [0.258, 0.222, 0.273, 0.247],
        [0.195, 0.199, 0.267, 0.339],
    ]
)


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
    summit (`sites.surroundings`), what the network makes of the window around it
    (`SiteNetwork.score`), and EXCESSES. A site is the 6 nt around its summit, as many as
    there are.
    """
    sites = _find_summits(network, mirnas, transcripts, sequences, n, workers)
    texts = random_utrs()
    unrelated = pd.DataFrame({"transcript": list(texts), "gene": list(texts)})
    by_chance = _find_summits(network, mirnas, unrelated, texts, n, workers)
    known = [name for name in EXCESSES if name in sites]
    usual = by_chance.groupby("mirna")[known].mean().reindex(sites["mirna"])
    excesses = sites[known] - usual.to_numpy()
    return sites.join(excesses.rename(columns=EXCESSES).astype("float32"))


def random_utrs() -> dict[str, str]:
    """Return 40 random 3' UTRs of 1,000 nt, each nucleotide drawn by the one before it as
    often as in human 3' UTRs, which so have few CpG."""
    rng, steps = np.random.default_rng(1), _STEPS.cumsum(axis=1)
    codes = np.empty((_N_RANDOM, _RANDOM_LENGTH), int)
    codes[:, 0] = rng.integers(len(_STEPS), size=_N_RANDOM)
    drawn = rng.random(codes.shape)
    for at in range(1, _RANDOM_LENGTH):
        codes[:, at] = (drawn[:, [at]] > steps[codes[:, at - 1], :-1]).sum(axis=1)
    return {f"random_{number}": decode(row) for number, row in enumerate(codes)}


def _find_summits(
    network: SiteNetwork,
    mirnas: pd.DataFrame,
    transcripts: pd.DataFrame,
    sequences: Mapping[str, str],
    n: int,
    workers: int,
) -> pd.DataFrame:
    """Return the sites of `scan_sites` without EXCESSES."""
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
