"""Simulate a whole study whose truth is known: the embedded demo.

Random 3' UTR-like transcripts get planted miRNA sites; chimeras are sampled from sites
by their affinity, fold changes follow from the occupancy of all sites of a transcript.
Chimeras come from transcripts of their own, so that a network never saw what it scans.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import CENTRE, WINDOW
from mirsignal.sequences.codes import decode, encode, reverse_complement
from mirsignal.sequences.composition import random_transcripts
from mirsignal.sites.seed_sites import SITE_TYPES, match_sites

# Next-nucleotide probabilities (rows: A, C, G, U now) of 3,298 human 3' UTRs.
_TRANSITIONS = np.array(
    [
        [0.318, 0.175, 0.252, 0.255],
        [0.312, 0.284, 0.058, 0.346],
        [0.258, 0.219, 0.267, 0.256],
        [0.199, 0.191, 0.263, 0.347],
    ]
)
_AFFINITY = dict(zip(SITE_TYPES, (0.60, 0.35, 0.20, 0.06), strict=True))
_PLANTED_SHARE = dict(zip(SITE_TYPES, (0.3, 0.35, 0.2, 0.15), strict=True))
_TARGETSCAN_LIKE = dict(zip(SITE_TYPES, (-0.31, -0.16, -0.10, 0.0), strict=True))
_VARIANT_SITES, _REPORTER_NOISE_SD = 3, 0.15
_STRETCH = slice(12, 18)  # miRNA nt 13-18 may pair beside the seed (Grimson 2007)


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
    sites["planted"] = _marks(sites).isin(_marks(planted))
    clash_transcripts, _ = _plant_transcripts(
        "CLASH",
        rng.integers(400, 3000, sizes.n_clash_transcripts),
        clash_mirnas,
        8,
        rng,
    )
    clash_sites = annotate_sites(clash_mirnas, clash_transcripts)
    hybrids = _sample_chimeras(clash_mirnas, clash_transcripts, clash_sites, sizes, rng)
    pairs = _occupancy(mirnas, genes, sites)
    noise = rng.normal(0, sizes.noise_sd, len(pairs))
    fold_changes = pairs.assign(value=pairs["expected_log2fc"] + noise)
    return Study(
        transcripts=transcripts,
        genes=genes,
        clash_transcripts=clash_transcripts,
        hybrids=hybrids,
        fold_changes=_wide_with_gaps(fold_changes, mirnas, rng),
        targetscan=_targetscan_stand_in(sites, genes),
        sites=sites,
        pairs=pairs,
        variants=simulate_variants(
            mirnas, transcripts, sites, sizes.n_variants, rng.spawn(1)[0]
        ),
    )


def annotate_sites(mirnas: pd.DataFrame, transcripts: dict[str, str]) -> pd.DataFrame:
    """Return all canonical sites, planted or by chance, with their affinity.

    The affinity starts from the site type, doubles with every third pair of the 3' part
    and rises with the share of A and U within 30 nt.
    """
    rows = []
    for name, sequence in transcripts.items():
        au_before = np.r_[0, np.cumsum(np.isin(encode(sequence), (0, 3)))]
        for mirna, driver in zip(mirnas["mirna"], mirnas["sequence"], strict=True):
            for start, end, kind in match_sites(driver, sequence):
                left, right = max(start - 30, 0), min(end + 30, len(sequence))
                local_au = (au_before[right] - au_before[left]) / (right - left)
                paired = supplementary_pairs(driver, sequence, start)
                rows.append((mirna, name, start, end, kind, paired, local_au))
    sites = pd.DataFrame(
        rows,
        columns=[
            "mirna",
            "transcript",
            "start",
            "end",
            "site_type",
            "paired_3p",
            "local_au",
        ],
    )
    sites["affinity"] = (
        sites["site_type"].map(_AFFINITY)
        * 2 ** (sites["paired_3p"] / 3)
        * np.exp(2 * (sites["local_au"] - 0.55))
    )
    return sites


def supplementary_pairs(mirna: str, transcript: str, start: int) -> int:
    """Return the longest run of pairs between miRNA nt 13-18 and the site's upstream.

    `start` is that of the site; up to 8 nt may be looped out on the target side.
    """
    stretch = reverse_complement(mirna[_STRETCH])
    upstream = transcript[max(start - 18, 0) : max(start - 1, 0)]
    for size in range(len(stretch), 2, -1):
        for offset in range(len(stretch) - size + 1):
            if stretch[offset : offset + size] in upstream:
                return size
    return 0


def _scanned_transcripts(
    mirnas: pd.DataFrame, sizes: Sizes, rng: np.random.Generator
) -> tuple[dict[str, str], pd.DataFrame, pd.DataFrame]:
    """Simulate the transcripts to be scanned; every 20th gene has a shorter isoform."""
    drawn = rng.lognormal(np.log(1000), 0.9, sizes.n_transcripts).astype(int)
    lengths = np.clip(drawn, sizes.shortest, sizes.longest)
    lengths[:3] = sizes.shortest, sizes.longest, sizes.giant
    sequences, planted = _plant_transcripts("DEMO", lengths, mirnas, 2, rng)
    genes = [
        (name, name.replace("DEMO", "GENE").removesuffix(".1")) for name in sequences
    ]
    for name, gene in genes[5::20]:
        isoform = name.removesuffix(".1") + ".2"
        sequences[isoform] = sequences[name][: max(len(sequences[name]) // 2, 200)]
        genes.append((isoform, gene))
        planted = pd.concat(
            [planted, planted[planted["transcript"] == name].assign(transcript=isoform)]
        )
    return sequences, planted, pd.DataFrame(genes, columns=["transcript", "gene"])


def _plant_transcripts(
    prefix: str,
    lengths: NDArray[np.integer],
    mirnas: pd.DataFrame,
    sites_per_transcript: int,
    rng: np.random.Generator,
) -> tuple[dict[str, str], pd.DataFrame]:
    """Make transcripts with about `sites_per_transcript` planted sites (fewer if short).

    Sites keep 60 nt between them, so that each has a window of its own.
    """
    drivers = mirnas["sequence"].to_numpy()
    sequences, planted = {}, []
    drawn = random_transcripts(_TRANSITIONS, np.asarray(lengths), rng)
    for number, codes in enumerate(drawn, start=1):
        name = f"{prefix}{number:04d}.1"
        slots = np.arange(WINDOW, len(codes) - WINDOW, 60)
        wanted = min(rng.poisson(sites_per_transcript), len(slots))
        for end in rng.choice(slots, wanted, replace=False):
            which = rng.integers(len(drivers))
            _plant_site(codes, int(end), drivers[which], rng)
            planted.append((mirnas["mirna"].iloc[which], name, int(end)))
        sequences[name] = decode(codes)
    return sequences, pd.DataFrame(planted, columns=["mirna", "transcript", "core_end"])


def _plant_site(
    codes: NDArray[np.uint8], end: int, mirna: str, rng: np.random.Generator
) -> None:
    """Write a site in place whose match to nt 2-7 ends before position `end`."""
    kinds = list(_PLANTED_SHARE)
    kind = kinds[rng.choice(len(kinds), p=list(_PLANTED_SHARE.values()))]
    codes[end - 6 : end] = encode(reverse_complement(mirna[1:7]))
    m8 = encode(reverse_complement(mirna[7]))[0]
    codes[end - 7] = m8 if kind in ("8mer", "7mer-m8") else (m8 + rng.integers(1, 4)) % 4
    codes[end] = 0 if kind in ("8mer", "7mer-A1") else rng.integers(1, 4)
    size = int(rng.choice([0, 3, 4, 5, 6], p=[0.3, 0.2, 0.2, 0.15, 0.15]))
    if size:
        stretch = encode(reverse_complement(mirna[_STRETCH][:size]))
        stop = end - 7 - int(rng.integers(3, 7))
        codes[stop - size : stop] = stretch


def _marks(table: pd.DataFrame) -> pd.Series:
    """Name each site by miRNA, transcript and the end of its match to nt 2-7."""
    if "core_end" in table:
        end = table["core_end"]
    else:
        end = table["end"] - table["site_type"].isin(["8mer", "7mer-A1"])
    return table["mirna"] + "|" + table["transcript"] + "|" + end.astype(str)


def _sample_chimeras(
    mirnas: pd.DataFrame,
    transcripts: dict[str, str],
    sites: pd.DataFrame,
    sizes: Sizes,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Sample chimeras from sites by affinity, plus ligations without a site.

    The layout is that of Helwak 2013, data S1: 1-based inclusive coordinates, the end
    extended by 25 nt beyond the sequenced part.
    """
    sequence_of = dict(zip(mirnas["mirna"], mirnas["sequence"], strict=True))
    n_background = round(sizes.n_chimeras * sizes.background_share)
    weights = sites["affinity"].to_numpy() ** 2
    chosen = sites.iloc[
        rng.choice(len(sites), sizes.n_chimeras - n_background, p=weights / weights.sum())
    ]
    names = np.array(list(transcripts))
    where = rng.choice(names, n_background)
    at = np.array([rng.integers(60, len(transcripts[name]) - 60) for name in where])
    rows = pd.DataFrame(
        {
            "microRNA_name": np.r_[
                chosen["mirna"], rng.choice(mirnas["mirna"], n_background)
            ],
            "mRNA_name": np.r_[chosen["transcript"], where],
            "middle": np.r_[chosen["start"], at] + rng.integers(-12, 9, sizes.n_chimeras),
        }
    )
    length = rows["mRNA_name"].map({name: len(s) for name, s in transcripts.items()})
    start = (rows["middle"] - rng.integers(20, 30, len(rows))).clip(lower=1)
    end = (2 * rows["middle"] - start).clip(upper=length)
    table = pd.DataFrame(
        {
            "seq_ID": [f"SIM{number:05d}" for number in range(1, len(rows) + 1)],
            "microRNA_name": rows["microRNA_name"],
            "miRNA_start": 1,
            "miRNA_end": rows["microRNA_name"].map(sequence_of).str.len(),
            "miRNA_seq": rows["microRNA_name"].map(sequence_of).str.replace("U", "T"),
            "mRNA_name": rows["mRNA_name"],
            "mRNA_start": start,
            "mRNA_end_extended": end,
        }
    )
    return table.sample(frac=1, random_state=int(rng.integers(2**31)))


def _occupancy(
    mirnas: pd.DataFrame, genes: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """Return the expected log2 fold change of every (mirna, gene).

    A transcript keeps 1 / (1 + summed affinity) of its mRNA; isoforms are averaged.
    """
    total = sites.groupby(["mirna", "transcript"])["affinity"].sum().rename("affinity")
    every = genes.merge(mirnas[["mirna"]], how="cross").merge(
        total, how="left", on=["mirna", "transcript"]
    )
    every["kept"] = 1 / (1 + every["affinity"].fillna(0))
    kept = every.groupby(["mirna", "gene"], as_index=False)["kept"].mean()
    return kept.assign(expected_log2fc=np.log2(kept["kept"])).drop(columns="kept")


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


def _wide_with_gaps(
    pairs: pd.DataFrame, mirnas: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return one column per miRNA, 2% of the values missing as in real arrays."""
    wide = pairs.pivot(index="gene", columns="mirna", values="value")[mirnas["mirna"]]
    return wide.mask(rng.random(wide.shape) < 0.02).round(3).reset_index()


def _targetscan_stand_in(sites: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Score genes by their site types alone, as typical context++ values would.

    It is a stand-in for a TargetScan table: it knows neither the planted affinities nor
    the noise, and leaves out pairs without a 7mer or 8mer.
    """
    scored = sites.merge(genes, on="transcript")
    scored["score"] = scored["site_type"].map(_TARGETSCAN_LIKE)
    per_isoform = scored.groupby(["mirna", "gene", "transcript"])["score"].sum()
    table = per_isoform.groupby(["mirna", "gene"]).min().reset_index()
    return table[table["score"] < 0].round(3)
