"""Simulated experiments: chimeras, fold changes, variants; a table like TargetScan's."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mirsignal.axes import CENTRE, WINDOW
from mirsignal.sequences.codes import decode, encode
from mirsignal.simulation.sites import annotate_sites
from mirsignal.sites.seed_sites import SITE_TYPES

_TARGETSCAN_LIKE = dict(zip(SITE_TYPES, (-0.31, -0.16, -0.10, 0.0), strict=True))
_VARIANT_SITES, _REPORTER_NOISE_SD = 3, 0.15


def sample_chimeras(
    mirnas: pd.DataFrame,
    transcripts: dict[str, str],
    sites: pd.DataFrame,
    n_chimeras: int,
    background_share: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Sample CLASH chimeras from sites by affinity, plus ligations without a site.

    The layout is that of Helwak 2013, data S1: 1-based inclusive coordinates, the end
    extended by 25 nt beyond the sequenced part.
    """
    n_background = round(n_chimeras * background_share)
    weights = sites["affinity"].to_numpy() ** 2
    chosen = sites.iloc[
        rng.choice(len(sites), n_chimeras - n_background, p=weights / weights.sum())
    ]
    where = rng.choice(np.array(list(transcripts)), n_background)
    at = np.array([rng.integers(60, len(transcripts[name]) - 60) for name in where])
    names = pd.Series(np.r_[chosen["mirna"], rng.choice(mirnas["mirna"], n_background)])
    sequences = names.map(mirnas.set_index("mirna")["sequence"])
    mrnas = pd.Series(np.r_[chosen["transcript"], where])
    middle = pd.Series(np.r_[chosen["start"], at] + rng.integers(-12, 9, n_chimeras))
    start = (middle - rng.integers(20, 30, n_chimeras)).clip(lower=1)
    length = mrnas.map({name: len(sequence) for name, sequence in transcripts.items()})
    table = pd.DataFrame(
        {
            "seq_ID": [f"SIM{number:05d}" for number in range(1, n_chimeras + 1)],
            "microRNA_name": names,
            "miRNA_start": 1,
            "miRNA_end": sequences.str.len(),
            "miRNA_seq": sequences.str.replace("U", "T"),
            "mRNA_name": mrnas,
            "mRNA_start": start,
            "mRNA_end_extended": (2 * middle - start).clip(upper=length),
        }
    )
    return table.sample(frac=1, random_state=int(rng.integers(2**31)))


def expect_fold_changes(
    mirnas: pd.DataFrame, genes: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """Return the expected log2 fold change of every (mirna, gene).

    A transcript keeps 1 / (1 + summed affinity) of its mRNA; isoforms are averaged.
    """
    total = sites.groupby(["mirna", "transcript"])["affinity"].sum().rename("affinity")
    every = genes.merge(mirnas[["mirna"]], how="cross")
    every = every.merge(total, how="left", on=["mirna", "transcript"])
    kept = every.assign(kept=1 / (1 + every["affinity"].fillna(0)))
    kept = kept.groupby(["mirna", "gene"])["kept"].mean()
    return np.log2(kept).rename("expected_log2fc").reset_index()


def measure_fold_changes(
    pairs: pd.DataFrame, mirnas: pd.DataFrame, noise_sd: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Return noisy fold changes, one column per miRNA, 2% missing as in real arrays."""
    value = pairs["expected_log2fc"] + rng.normal(0, noise_sd, len(pairs))
    wide = pairs.assign(value=value).pivot(index="gene", columns="mirna", values="value")
    wide = wide[mirnas["mirna"]]
    return wide.mask(rng.random(wide.shape) < 0.02).round(3).reset_index()


def stand_in_for_targetscan(sites: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Score genes by their site types alone, as typical context++ values would.

    It is a stand-in for a TargetScan table: it uses neither the planted affinities nor
    the noise, and leaves out pairs without a 7mer or 8mer.
    """
    scored = sites.merge(genes, on="transcript")
    scored = scored.assign(score=scored["site_type"].map(_TARGETSCAN_LIKE))
    per_isoform = scored.groupby(["mirna", "gene", "transcript"])["score"].sum()
    table = per_isoform.groupby(["mirna", "gene"]).min().reset_index()
    return table[table["score"] < 0].round(3)


def simulate_variants(
    mirnas: pd.DataFrame,
    transcripts: dict[str, str],
    sites: pd.DataFrame,
    n_variants: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Mutate up to three planted sites of each miRNA, and measure them as reporters.

    Rows are about `n_variants` per miRNA: mirna, site_id, target (50 nt), variant and
    measured, the log2 fold repression by all sites of the miRNA in the variant,
    log2(1 + summed affinity), less that of the target, plus noise. Higher is stronger.
    """
    rows = []
    for mirna in mirnas["mirna"]:
        planted = sites[sites["planted"] & (sites["mirna"] == mirna)]
        chosen = planted.sample(min(_VARIANT_SITES, len(planted)), random_state=rng)
        for site in chosen.itertuples():
            start = (site.start + site.end) // 2 - CENTRE
            target = transcripts[site.transcript][start : start + WINDOW]
            for variant in _mutate(target, n_variants // _VARIANT_SITES, rng):
                rows.append((mirna, f"{site.transcript}:{start}", target, variant))
    columns = ["mirna", "site_id", "target", "variant"]
    table = pd.DataFrame(rows, columns=columns).drop_duplicates(ignore_index=True)
    found = annotate_sites(mirnas, {variant: variant for variant in table["variant"]})
    total = found.groupby(["mirna", "transcript"])["affinity"].sum()
    repression = {
        column: np.log2(1 + total.reindex(keys, fill_value=0.0).to_numpy())
        for column in ("target", "variant")
        for keys in [pd.MultiIndex.from_frame(table[["mirna", column]])]
    }
    noise = rng.normal(0, _REPORTER_NOISE_SD, len(table))
    change = repression["variant"] - repression["target"]
    return table.assign(measured=(change + noise).round(3))


def _mutate(target: str, n: int, rng: np.random.Generator) -> list[str]:
    """Return a target as it is, and with one or two substitutions or a deletion.

    They lie between what pairs with the 3' part of the miRNA and the end of the site.
    """
    variants = [target]
    for kind in rng.integers(0, 3, n - 1):
        codes = encode(target)
        places = rng.integers(CENTRE - 18, CENTRE + 5, 2)
        if kind == 0:
            codes = np.delete(codes, places[0])
        else:
            codes[places[:kind]] = (codes[places[:kind]] + rng.integers(1, 4, kind)) % 4
        variants.append(decode(codes))
    return variants
