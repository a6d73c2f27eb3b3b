"""Simulate a whole study whose truth is known: the embedded demo.

Random 3' UTR-like transcripts get planted miRNA sites; chimeras are sampled from sites
by their affinity, fold changes follow from the occupancy of all sites of a transcript.
Chimeras come from transcripts of their own, so that no network has seen what it scans.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mirsignal.simulation.experiments import (
    expect_fold_changes,
    measure_fold_changes,
    sample_chimeras,
    simulate_variants,
    stand_in_for_targetscan,
)
from mirsignal.simulation.sites import annotate_sites, plant_transcripts


@dataclass(frozen=True)
class Sizes:
    """How much to simulate; lengths in nt."""

    n_transcripts: int = 300
    shortest: int = 200
    longest: int = 20_000
    giant: int = 100_000
    n_clash_transcripts: int = 700
    n_chimeras: int = 3000
    background_share: float = 0.1
    noise_sd: float = 0.4
    n_variants: int = 40


@dataclass(frozen=True)
class Study:
    """Tables and sequences of a simulated study; sequences are RNA strings."""

    transcripts: dict[str, str]
    genes: pd.DataFrame
    clash_transcripts: dict[str, str]
    hybrids: pd.DataFrame
    fold_changes: pd.DataFrame
    targetscan: pd.DataFrame
    sites: pd.DataFrame
    pairs: pd.DataFrame
    variants: pd.DataFrame


def simulate_study(
    mirnas: pd.DataFrame, clash_mirnas: pd.DataFrame, sizes: Sizes, seed: int
) -> Study:
    """Simulate a study of `mirnas` (scanned) with chimeras of `clash_mirnas`.

    Both tables have the columns mirna and sequence.
    """
    rng = np.random.default_rng(seed)
    transcripts, planted, genes = _scanned_transcripts(mirnas, sizes, rng)
    sites = annotate_sites(mirnas, transcripts)
    core_end = sites["end"] - sites["site_type"].isin(["8mer", "7mer-A1"])
    found = sites[["mirna", "transcript"]].assign(core_end=core_end)
    sites["planted"] = pd.MultiIndex.from_frame(found).isin(
        pd.MultiIndex.from_frame(planted)
    )
    lengths = rng.integers(400, 3000, sizes.n_clash_transcripts)
    clash_transcripts, _ = plant_transcripts("CLASH", lengths, clash_mirnas, 8, rng)
    pairs = expect_fold_changes(mirnas, genes, sites)
    return Study(
        transcripts=transcripts,
        genes=genes,
        clash_transcripts=clash_transcripts,
        hybrids=sample_chimeras(
            clash_mirnas,
            clash_transcripts,
            annotate_sites(clash_mirnas, clash_transcripts),
            sizes.n_chimeras,
            sizes.background_share,
            rng,
        ),
        fold_changes=measure_fold_changes(pairs, mirnas, sizes.noise_sd, rng),
        targetscan=stand_in_for_targetscan(sites, genes),
        sites=sites,
        pairs=pairs,
        variants=simulate_variants(
            mirnas, transcripts, sites, sizes.n_variants, rng.spawn(1)[0]
        ),
    )


def _scanned_transcripts(
    mirnas: pd.DataFrame, sizes: Sizes, rng: np.random.Generator
) -> tuple[dict[str, str], pd.DataFrame, pd.DataFrame]:
    """Simulate the transcripts to be scanned; every 20th gene has a shorter isoform."""
    drawn = rng.lognormal(np.log(1000), 0.9, sizes.n_transcripts).astype(int)
    lengths = np.clip(drawn, sizes.shortest, sizes.longest)
    lengths[:3] = sizes.shortest, sizes.longest, sizes.giant
    sequences, planted = plant_transcripts("DEMO", lengths, mirnas, 2, rng)
    genes = [
        (name, name.removesuffix(".1").replace("DEMO", "GENE")) for name in sequences
    ]
    for name, gene in genes[5::20]:
        isoform = name.removesuffix(".1") + ".2"
        sequences[isoform] = sequences[name][: max(len(sequences[name]) // 2, 200)]
        genes.append((isoform, gene))
        planted = pd.concat(
            [planted, planted[planted["transcript"] == name].assign(transcript=isoform)]
        )
    return sequences, planted, pd.DataFrame(genes, columns=["transcript", "gene"])
