"""Conservation of sites: over which branch length they are kept, and what that means.

From an alignment of 3' UTRs, with a tree for each of ten bins of conservation of the
whole 3' UTR, as TargetScan has it (Friedman 2009, Genome Res 19:92; Agarwal 2015, eLife
4:e05005): a site is kept in the species that have a site of its type, or one that holds
it, at the same place; its branch length is that of the smallest tree that connects them.
From it follows the probability of conserved targeting (PCT) of the seed and type of site.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from mirsignal.errors import InputError
from mirsignal.files.identifiers import bare_id
from mirsignal.files.tables import read_table, refuse_duplicates, to_number
from mirsignal.logs import log
from mirsignal.sequences.codes import UNKNOWN, encode, reverse_complement
from mirsignal.sites.alignments import GAP, GENERIC, Alignment, Tree
from mirsignal.sites.context import read_seed
from mirsignal.sites.seed_sites import SITE_TYPES

HUMAN = "9606"
"""NCBI's number of the species."""
CONSERVED_FROM = {"8mer": 1.8, "7mer-m8": 2.8, "7mer-A1": 3.6}
"""Branch length from which on TargetScan 7 calls a site conserved; no 6mer is."""
BIN_FROM: tuple[float, ...] = (
    *(0, 1.21207417, 2.17396073, 2.80215414, 3.26272822),
    *(3.65499277, 4.01461968, 4.40729032, 4.90457274, 5.78196252),
)
"""Median branch length of a 3' UTR above which it is of bin 1 ... 10 (TargetScan 7)."""
_OVERLAP = 2  # columns that sites share at least, if they are one
_HELD_BY = {  # types that are, or hold, a site of the type
    "8mer": ("8mer",),
    "7mer-m8": ("8mer", "7mer-m8"),
    "7mer-A1": ("8mer", "7mer-A1"),
    "6mer": SITE_TYPES,
}
_ORDER = ["seed", "group", "species", "column"]


def read_pct_parameters(path: str | Path) -> pd.DataFrame:
    """Return b0 ... b3 by seed (nt 2-8, RNA) and site_type.

    PCT is b0 + b1 / (1 + exp(b3 - b2 x branch length)), from 0 to 1. Types may be written
    as TargetScan does (7mer-1a, 8mer_1a). Raises InputError for a missing column, a value
    that is missing or no number, a seed that is none, another type, and a seed and type
    on two rows.
    """
    names = ("site_type", "seed", "b0", "b1", "b2", "b3")
    table = read_table(path, {name: name for name in names})
    values = {name: to_number(table, name, path) for name in names[2:]}
    seeds = {
        seed: read_seed(seed, table, path) for seed in table["seed"].dropna().unique()
    }
    if (lacking := table["seed"].isna()).any():
        raise InputError(f"{path}, line {table.index[lacking][0]}: no seed; give it")
    for name, own in values.items():
        if (lacking := own.isna()).any():
            raise InputError(f"{path}, line {own.index[lacking][0]}: no {name}; fill it")
    types = table["site_type"].str.replace("_", "-")
    types = types.replace({"7mer-1a": "7mer-A1", "8mer-1a": "8mer"})
    if (unknown := ~types.isin(SITE_TYPES)).any():
        raise InputError(
            f"{path}, line {table.index[unknown][0]}: site_type "
            f"{table['site_type'][unknown].iloc[0]!r} is none of {', '.join(SITE_TYPES)}"
        )
    table = table.assign(seed=table["seed"].map(seeds), site_type=types, **values)
    both = "seed and site_type"
    table = table.assign(**{both: table["seed"] + " " + table["site_type"]})
    refuse_duplicates(table, both, path)
    return table.set_index(["seed", "site_type"])[list(names[2:])]


def choose_bin(alignment: Alignment, tree: Tree, reference: str = HUMAN) -> int:
    """Return the bin (1 to 10) of an aligned 3' UTR: by the median, over the reference's
    nucleotides, of the branch length over which the nucleotide is the same."""
    rows = alignment.rows_of(tree)
    own = alignment.row(reference)
    columns = np.flatnonzero(own != GAP)
    if not len(columns):
        return 1
    has = np.zeros((len(tree.species), len(columns)), bool)
    has[rows] = alignment.codes[:, columns] == own[columns]
    median = np.median(tree.span(has))
    return max(int(np.searchsorted(BIN_FROM, median)), 1)


def find_aligned_sites(
    alignment: Alignment,
    seeds: Iterable[str],
    within: Mapping[str, set[str]] | None = None,
) -> pd.DataFrame:
    """Return the sites of seeds (nt 2-8, RNA) in all species of an alignment.

    Columns: species, seed, site_type, start and end (in the species' 3' UTR, 0-based,
    half open), column and column_end (the same in the alignment), and group: sites of a
    seed that share at least two columns are of one group. `within` are the species that
    have the miRNA, by seed; by default all of them.
    """
    seeds, gapless = list(seeds), [codes[codes != GAP] for codes in alignment.codes]
    found = _find(gapless, [encode(reverse_complement(seed)) for seed in seeds])
    number = found.pop("number").to_numpy()
    table = found.assign(
        species=alignment.species[number].array,
        seed=np.array(seeds, "str")[found.pop("seed_number")],
        column=0,
        column_end=0,
    )
    for at, codes in enumerate(alignment.codes):
        own, columns = number == at, np.flatnonzero(codes != GAP)
        start, end = (found.loc[own, name].to_numpy() for name in ("start", "end"))
        table.loc[own, "column"] = columns[start]
        table.loc[own, "column_end"] = columns[end - 1] + 1
    if within is not None:
        pairs = zip(table["species"], table["seed"], strict=True)
        table = table[[species in within.get(seed, ()) for species, seed in pairs]]
    table = table.sort_values(["seed", "column", "column_end"], ignore_index=True)
    reach = table.groupby("seed")["column_end"].cummax().shift()
    is_new = table["seed"].ne(table["seed"].shift())
    is_new |= table["column"] > reach - _OVERLAP
    table["group"] = is_new.cumsum()
    return table.sort_values(_ORDER, ignore_index=True)


def _find(
    sequences: list[NDArray[np.uint8]], matches: list[NDArray[np.uint8]]
) -> pd.DataFrame:
    """Return the sites of all seeds in sequences without gaps, found in one pass.

    `matches` are what pairs with nt 8 ... 2 of each seed. Columns: number (of the
    sequence), seed_number, site_type, start, end.
    """
    powers = 6 ** np.arange(6)
    parts = [np.pad(codes, (1, 7), constant_values=UNKNOWN) for codes in sequences]
    joined = np.concatenate(parts).astype(np.int64)
    first = np.cumsum([0, *map(len, parts)])
    words = np.lib.stride_tricks.sliding_window_view(joined, 6) @ powers
    expected = np.array(matches, np.int64).reshape(-1, 7)
    cores, of_seed = np.unique(expected[:, 1:] @ powers, return_inverse=True)
    order = np.argsort(of_seed, kind="stable")
    n_seeds = np.bincount(of_seed, minlength=len(cores))
    core = np.searchsorted(cores, words).clip(max=len(cores) - 1)
    hits = np.flatnonzero(cores[core] == words)
    repeats = n_seeds[core[hits]]
    at = np.repeat(hits, repeats)  # several seeds share nt 2-7
    within = np.arange(len(at)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    before = np.cumsum(n_seeds) - n_seeds
    seed = order[np.repeat(before[core[hits]], repeats) + within]
    has_m8, has_a1 = joined[at - 1] == expected[seed, 0], joined[at + 6] == 0
    kind = np.where(has_m8, np.where(has_a1, 0, 1), np.where(has_a1, 2, 3))
    number = np.searchsorted(first, at, "right") - 1
    start = at - first[number] - 1
    return pd.DataFrame(
        {
            "number": number,
            "seed_number": seed,
            "site_type": np.array(SITE_TYPES)[kind],
            "start": start - has_m8,
            "end": start + 6 + has_a1,
        }
    )


def measure_conservation(
    sites: pd.DataFrame,
    alignment: Alignment,
    trees: Mapping[int, Tree],
    parameters: pd.DataFrame,
    reference: str = HUMAN,
) -> pd.DataFrame:
    """Return `sites` (`find_aligned_sites`) with branch_length, pct and conserved (0, 1).

    `trees` are those of `read_trees`, of which the one of the 3' UTR's bin counts, and
    `parameters` those of `read_pct_parameters`. pct is 0 of a 6mer and of a site in one
    species, and NaN of a seed that the parameters lack.
    """
    number = choose_bin(alignment, trees[GENERIC], reference)
    if number not in trees:
        raise InputError(
            f"the trees lack bin {number}, which is that of {alignment.label}"
        )
    tree = trees[number]
    rows = dict(zip(alignment.species, alignment.rows_of(tree), strict=True))
    groups = sites["group"].to_numpy()
    names, of_group = np.unique(groups, return_inverse=True)
    species = sites["species"].map(rows).to_numpy(int)
    length = np.zeros(len(sites))
    for kind, holders in _HELD_BY.items():
        has = np.zeros((len(tree.species), len(names)), bool)
        holds = sites["site_type"].isin(holders).to_numpy()
        has[species[holds], of_group[holds]] = True
        own = (sites["site_type"] == kind).to_numpy()
        length[own] = tree.span(has)[of_group[own]]
    from_length = sites["site_type"].map(CONSERVED_FROM).astype(float)
    return sites.assign(
        branch_length=length,
        pct=_pct(sites, length, parameters),
        conserved=(length >= from_length).astype(float),
    )


def _pct(
    sites: pd.DataFrame, length: NDArray[np.float64], parameters: pd.DataFrame
) -> NDArray[np.float64]:
    keys = pd.MultiIndex.from_frame(sites[["seed", "site_type"]])
    b0, b1, b2, b3 = parameters.reindex(keys).to_numpy().T
    pct = np.clip(b0 + b1 * expit(b2 * length - b3), 0, 1)
    known = sites["seed"].isin(parameters.index.get_level_values("seed"))
    alone = (length == 0) | (sites["site_type"] == "6mer").to_numpy()
    return np.where(known & alone, 0.0, pct)


def tabulate_conservation(
    alignments: Iterable[Alignment],
    seeds: Iterable[str],
    trees: Mapping[int, Tree],
    parameters: pd.DataFrame,
    reference: str = HUMAN,
    sequences: Mapping[str, str] | None = None,
    only: bool = False,
) -> pd.DataFrame:
    """Return the sites of seeds (nt 2-8) in the 3' UTRs of the reference species.

    Columns: transcript, seed, site_type, start, end (0-based, half open), branch_length,
    pct, conserved. An alignment whose row of the reference is not the transcript's own
    3' UTR (`sequences`, RNA by bare id) is left out, as with `only` is one of a
    transcript that has none; how many were is logged. Raises InputError if no alignment,
    or fewer than half of those of transcripts with a sequence, are of them, and as
    `measure_conservation` does.
    """
    seeds, sequences = list(seeds), sequences or {}
    tables: list[pd.DataFrame] = []
    others: list[str] = []
    unknown, n_alike = 0, 0
    for alignment in alignments:
        codes = alignment.row(reference)
        name = bare_id(alignment.gene)
        if name in sequences:
            if not np.array_equal(codes[codes != GAP], encode(sequences[name])):
                others.append(alignment.label)
                continue
            n_alike += 1
        elif only:
            unknown += 1
            continue
        sites = find_aligned_sites(alignment, seeds)
        is_own = sites["species"] == reference
        sites = sites[sites["group"].isin(sites["group"][is_own])]
        found = measure_conservation(sites, alignment, trees, parameters, reference)
        tables.append(found[found["species"] == reference].assign(transcript=name))
    if len(others) > n_alike:
        raise InputError(
            f"{others[0]}: row {reference} is another sequence than the transcript's 3' "
            f"UTR, as in {len(others):,} of {len(others) + n_alike:,} alignments; give "
            "those of the same annotation"
        )
    if not tables:
        ours = next(iter(sequences), "none")
        raise InputError(
            "no alignment is of a transcript at hand, such as "
            f"{ours}; give alignments of the same ids (`inputs: alignments`)"
        )
    log.info(
        "alignments: %s used, %s of other transcripts, %s of other 3' UTRs%s",
        f"{len(tables):,}",
        f"{unknown:,}",
        f"{len(others):,}",
        f", such as {others[0]}" if others else "",
    )
    return pd.concat(tables, ignore_index=True)
