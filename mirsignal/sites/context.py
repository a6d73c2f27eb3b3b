"""What surrounds a site beyond its sequence: isoforms, conservation, stability.

None of it depends on the miRNA's own experiment, so that a model can learn from one cell
what it does and use it in another: the share of mRNAs that hold a site (`isoforms`),
whether the site is conserved, and how long the mRNA lives. mRNAs that live long are
repressed more at the same context++ score (docs/transfer.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.errors import InputError
from mirsignal.files.identifiers import bare_gene, bare_id
from mirsignal.files.tables import (
    name_columns,
    optional_column,
    read_table,
    to_number,
)
from mirsignal.logs import log
from mirsignal.sequences.codes import (
    encode,
    normalise,
    reverse_complement,
    seed_region,
)
from mirsignal.sites.contextpp import PCT
from mirsignal.sites.isoforms import affected_isoform_ratio, read_polya_usage
from mirsignal.sites.seed_sites import join

MEASURES = ("conserved", "branch_length", PCT)
"""What a table of conserved sites says of one; it may lack all but the first."""
_MOST = {"branch_length": np.inf, PCT: 1}
_FEW = 5  # 3' UTRs, which may all be of another annotation
CONTEXT_FEATURES = {
    "log_air": ("polya_usage",),
    "stability": ("stability",),
    **dict.fromkeys(MEASURES, ("conserved_sites", "alignments")),
}
"""Columns that `SiteContext.add_to` adds, NaN where nothing is known, and the inputs of
which one tells them."""
STABILITY_COLUMNS = {"gene": "gene", "stability": "stability"}
CONSERVED_COLUMNS = {name: name for name in ("transcript", "seed", "start", "conserved")}


def read_stability(
    path: str | Path, columns: Mapping[str, str | int] | None = None
) -> pd.Series:
    """Return the stability of mRNAs by gene: any measure that is higher for longer-lived
    ones, such as log half-life. The mean where a gene stands on several rows.

    Raises InputError for a missing column, a value that is no number, or no value at all.
    """
    setting = "inputs: stability: columns"
    names = name_columns(STABILITY_COLUMNS, columns, setting)
    table = read_table(path, names, setting=setting, row_names="gene")
    values = to_number(table, "stability", path)
    known = table["gene"].notna() & values.notna()
    if not known.any():
        raise InputError(f"{path}: no gene has a stability; give another file or column")
    genes = table["gene"][known].map(bare_gene)
    return values[known].groupby(genes.to_numpy()).mean()


def read_conserved_sites(
    path: str | Path,
    columns: Mapping[str, str | int] | None = None,
    setting: str = "inputs: conserved_sites: columns",
) -> pd.DataFrame:
    """Read sites as rows (transcript, seed, start, conserved), seeds as RNA (nt 2-8).

    Of the other MEASURES, branch_length and pct, the probability of conserved targeting,
    there is what the table has.

    `start` is 0-based from the first nucleotide of the 3' UTR, `conserved` 0 to 1. Sites
    of one transcript, seed and start are averaged. Raises InputError for a missing
    column, a seed with another letter than a nucleotide's or of another length than 7,
    a flag or pct that is no number from 0 to 1, and a branch_length below 0.
    """
    names = name_columns(CONSERVED_COLUMNS, columns, setting)
    table = read_table(path, names, setting=setting).dropna(subset=list(names))
    if table.empty:
        raise InputError(
            f"{path}: no row has all of {', '.join(names)}; give 0 or 1 where it is known"
        )
    start, conserved = (to_number(table, name, path) for name in ("start", "conserved"))
    outside = table.index[~conserved.between(0, 1)]
    if len(outside):
        value = table["conserved"].loc[[outside[0]]].iloc[0]
        raise InputError(
            f"{path}, line {outside[0]}: {value!r} in column 'conserved' is not from 0 "
            "(not conserved) to 1 (conserved)"
        )
    placed = table.index[(start < 0) | (start % 1 != 0)]
    if len(placed):
        raise InputError(
            f"{path}, line {placed[0]}: start is no whole number from 0 on; correct it"
        )
    seeds = {seed: read_seed(seed, table, path) for seed in table["seed"].unique()}
    transcripts = {name: bare_id(name) for name in table["transcript"].unique()}
    rows = pd.DataFrame(
        {
            "transcript": table["transcript"].map(transcripts),
            "seed": table["seed"].map(seeds),
            "start": start.astype(int),
            "conserved": conserved,
        }
    )
    for name in MEASURES[1:]:
        if called := optional_column(table, name):
            rows[name] = to_number(table, called, path)
            outside = table.index[
                ~rows[name].between(0, _MOST[name]) & rows[name].notna()
            ]
            if len(outside):
                raise InputError(
                    f"{path}, line {outside[0]}: {rows[name][outside[0]]:g} in column "
                    f"{called!r} is not from 0 to {_MOST[name]:g}; correct it"
                )
    keys = ["transcript", "seed", "start"]
    return rows.groupby(keys, as_index=False, sort=False).mean()


def read_seed(seed: str, table: pd.DataFrame, path: str | Path) -> str:
    """Return a seed of the column `seed` as RNA; InputError, with its line, for none."""
    try:
        clean = normalise(seed)
    except InputError as error:
        clean, reason = "", str(error)
    else:
        reason = f"{seed!r} has {len(clean)} nt"
    if len(clean) != 7:
        line = table.index[table["seed"] == seed][0]
        raise InputError(f"{path}, line {line}: {reason}; a seed is miRNA nt 2-8")
    return clean


def cut_windows(sites: pd.DataFrame, sequences: Mapping[str, str]) -> pd.Series:
    """Return the window of each of `sites` (transcript, start, end), the site in its
    middle, N beyond the ends of its sequence."""
    half = WINDOW // 2
    padded = {name: "N" * half + text + "N" * half for name, text in sequences.items()}
    middle = (sites["start"] + sites["end"]) // 2
    windows = [
        padded[name][at : at + WINDOW]
        for name, at in zip(sites["transcript"], middle, strict=True)
    ]
    return pd.Series(windows, index=sites.index, dtype="str")


def name_by_gene(values: pd.Series, transcripts: pd.DataFrame) -> pd.Series:
    """Return `values` of genes by name as those of genes by id, NaN where unknown.

    `transcripts` has gene and, where that is an id, gene_name; without it values stay as
    they are.
    """
    if "gene_name" not in transcripts:
        return values
    genes = transcripts.drop_duplicates("gene")
    by_id = genes["gene"].map(bare_gene).map(values)
    return genes["gene_name"].map(values).fillna(by_id).set_axis(genes["gene"])


def _in_place(
    rows: pd.DataFrame, sequences: Mapping[str, str], behind: int = 0
) -> NDArray[np.bool_]:
    """Tell which listed sites (R rows: transcript, seed, start) are in their sequence, or
    that many nucleotides before (R,). A site starts opposite miRNA nt 8 if that pairs,
    else opposite nt 7."""
    joined, order = join(sequences.values()), pd.Index(list(sequences))
    number = order.get_indexer(rows["transcript"])
    start = rows["start"].to_numpy() - behind
    is_inside = (start >= 0) & (start < joined.lengths[number])
    at = joined.starts[number] + np.where(is_inside, start, 0)
    letters = joined.codes[at[:, None] + np.arange(-1, 7)]
    seeds, of_row = np.unique(rows["seed"].to_numpy(str), return_inverse=True)
    words = np.array([encode(reverse_complement(seed)) for seed in seeds]).reshape(-1, 7)
    pairs = letters[:, 1:] == words[of_row]
    behind_it = (letters[:, 1:7] == words[of_row, 1:]).all(axis=1)
    is_longer = letters[:, 0] == words[of_row, 0]
    return is_inside & (pairs.all(axis=1) | (behind_it & ~is_longer))


def _called(table: pd.DataFrame | pd.Series, what: str) -> str:
    """Return what a message calls a table: its file, if it was read from one, and what
    it is of."""
    return f"{table.attrs['path']}: {what}" if "path" in table.attrs else what


def _refuse_ends_beyond(usage: pd.DataFrame, sequences: Mapping[str, str]) -> None:
    """Raise InputError where most transcripts have no poly(A) site in their 3' UTR."""
    first = usage[usage["transcript"].isin(sequences.keys())].groupby("transcript")["end"]
    beyond = first.min()[lambda end: end > [len(sequences[name]) for name in end.index]]
    if len(beyond) > max(first.ngroups / 2, _FEW):
        name = beyond.index[0]
        raise InputError(
            f"{_called(usage, 'poly(A) sites')}: of {len(beyond):,} of {first.ngroups:,} "
            f"3' UTRs all ends lie beyond them ({name}: {beyond.iloc[0]:g} of "
            f"{len(sequences[name]):,} nt); give ends from the first nucleotide of the "
            "3' UTR, not of the mRNA or genome"
        )


@dataclass(frozen=True)
class SiteContext:
    """Tables that describe the surroundings of sites; None is not known."""

    usage: pd.DataFrame | None = None
    """Poly(A) sites of `isoforms.read_polya_usage`."""
    stability: pd.Series | None = None
    """Of `read_stability`."""
    conserved: pd.DataFrame | None = None
    """Of `read_conserved_sites`."""

    @classmethod
    def read(cls, files: Mapping[str, Any], columns: Mapping[str, Any]) -> SiteContext:
        """Read the files that are given under polya_usage, stability and conserved_sites,
        with the columns of the same names; InputError as their readers raise."""
        readers = {
            "polya_usage": read_polya_usage,
            "stability": read_stability,
            "conserved_sites": read_conserved_sites,
        }
        tables = []
        for name, read in readers.items():
            tables.append(
                read(files[name], columns.get(name)) if files.get(name) else None
            )
            if tables[-1] is not None:
                tables[-1].attrs["path"] = str(files[name])  # for messages
        return cls(*tables)

    def check_shared(self, transcripts: pd.DataFrame) -> None:
        """Log what each table shares with `transcripts` (transcript, gene); InputError
        for a table that shares nothing, as of other ids or another species."""
        ids = transcripts["transcript"].map(bare_id)
        tables = [
            ("poly(A) sites", self.usage, "transcript", ids),
            ("conserved sites", self.conserved, "transcript", ids),
        ]
        known = [
            (_called(table, what), table[key], ours)
            for what, table, key, ours in tables
            if table is not None
        ]
        if self.stability is not None:
            genes, theirs = transcripts["gene"].map(bare_gene), self.stability.index
            lead = _called(self.stability, "stability")
            known.append((lead, theirs.to_series(), genes))
        for what, theirs, ours in known:
            shared = set(theirs) & set(ours)
            if not shared:
                raise InputError(
                    f"{what}: the table shares no id with the transcripts (there: "
                    f"{theirs.iloc[0]}; here: {ours.iloc[0]}); give one of the same ids"
                )
            n = ours.nunique()
            log.info("%s: known of %s of %s", what, f"{len(shared):,}", f"{n:,}")

    def require(self, names: Iterable[str]) -> None:
        """Raise InputError for one of `names` that is of MEASURES, and of which a table
        of conserved sites has no value."""
        table = self.conserved
        if table is None:
            return
        for name in sorted(set(names) & set(MEASURES)):
            if name not in table or table[name].isna().all():
                raise InputError(
                    f"{_called(table, 'conserved sites')}: the table has no column "
                    f"{name!r} with values, which a recipe reads; add it, or leave it "
                    "out of the recipe"
                )

    def fitting(self, sequences: Mapping[str, str]) -> SiteContext:
        """Return the same without conserved sites of 3' UTRs that are others here.

        `sequences` are RNA by id of the transcript. One of which fewer than half of the
        listed sites are where the table says is of another annotation: nothing is known
        of its sites. Raises InputError for a table whose sites start one nucleotide
        behind, as of counts from 1, for one of which most 3' UTRs are others, and for
        poly(A) sites that are mostly not in their 3' UTRs.
        """
        bare = {bare_id(name): text for name, text in sequences.items()}
        if self.usage is not None:
            _refuse_ends_beyond(self.usage, bare)
        if self.conserved is None:
            return self
        lead = _called(self.conserved, "conserved sites")
        rows = self.conserved[self.conserved["transcript"].isin(bare.keys())]
        owner = rows["transcript"].to_numpy()
        in_place = pd.Series(_in_place(rows, bare)).groupby(owner).mean() >= 0.5
        others = list(in_place.index[~in_place])
        if len(others) > len(in_place) / 2 and _in_place(rows, bare, 1).mean() > 0.5:
            raise InputError(
                f"{lead}: {others[0]} has them one nucleotide before where the "
                "table says; starts count from 0 at the first nucleotide of the 3' UTR: "
                "take 1 from each"
            )
        if len(others) > max(len(in_place) / 2, _FEW):
            raise InputError(
                f"{lead}: {len(others):,} of {len(in_place):,} 3' UTRs, such as "
                f"{others[0]}, have other nucleotides there; give the table of the same "
                "annotation"
            )
        if others:
            log.info(
                "%s: unknown of %d 3' UTRs, which have other nucleotides there: %s",
                lead,
                len(others),
                ", ".join(others[:3]),
            )
        return replace(self, conserved=rows[~rows["transcript"].isin(others)])

    def named(self, transcripts: pd.DataFrame) -> SiteContext:
        """Return the same for genes by id, where `transcripts` has gene and gene_name."""
        if self.stability is None:
            return self
        return replace(self, stability=name_by_gene(self.stability, transcripts))

    def add_to(self, sites: pd.DataFrame, mirnas: pd.DataFrame) -> pd.DataFrame:
        """Return `sites` (`regions.tabulate_regions`) with CONTEXT_FEATURES, of MEASURES
        those that the table has.

        `mirnas` has mirna, sequence and passenger. Isoforms and conservation are known of
        sites in 3' UTRs alone. A site is not conserved where its transcript is in the
        table and it is not, be it that its seed is of no conserved family or that it is a
        6mer, of which TargetScan lists none.
        """
        in_utr = sites["group"].str.endswith("utr").to_numpy()
        bare = sites["transcript"].map(
            {name: bare_id(name) for name in sites["transcript"].unique()}
        )
        ours = sites.assign(transcript=bare)
        log_air = np.full(len(sites), np.nan)
        if self.usage is not None:
            log_air[in_utr] = np.log(affected_isoform_ratio(ours[in_utr], self.usage))
        stability = np.full(len(sites), np.nan)
        if self.stability is not None:
            stability = sites["gene"].map(self.stability).to_numpy(float)
        measured = {"conserved": np.full(len(sites), np.nan)}
        for name in MEASURES:
            if self.conserved is not None and name in self.conserved:
                measured[name] = np.full(len(sites), np.nan)
                measured[name][in_utr] = self._listed(ours[in_utr], mirnas, name)
        return sites.assign(log_air=log_air, stability=stability, **measured)

    def add_pct(self, sites: pd.DataFrame, mirnas: pd.DataFrame) -> pd.DataFrame:
        """Return the sites of guides in 3' UTRs with PCT, where the table of conserved
        sites has it; 0 where its transcript is in the table and the site is not, NaN
        where the table does not tell."""
        if self.conserved is None or PCT not in self.conserved:
            return sites
        bare = {name: bare_id(name) for name in sites["transcript"].unique()}
        ours = sites.assign(transcript=sites["transcript"].map(bare), group="guide_utr")
        return sites.assign(**{PCT: self._listed(ours, mirnas, PCT)})

    def _listed(
        self, sites: pd.DataFrame, mirnas: pd.DataFrame, column: str
    ) -> NDArray[np.float64]:
        """Return what the table of conserved sites says of sites in 3' UTRs (S,)."""
        assert self.conserved is not None
        names = mirnas["mirna"]
        seeds = dict(zip(names, mirnas["sequence"].map(seed_region), strict=True))
        known = mirnas["passenger"].notna()
        of_passenger = dict(
            zip(names[known], mirnas["passenger"][known].map(seed_region), strict=True)
        )
        is_guide = sites["group"].str.startswith("guide")
        seed = sites["mirna"].map(seeds).where(is_guide, sites["mirna"].map(of_passenger))
        keys = pd.MultiIndex.from_arrays([sites["transcript"], seed, sites["start"]])
        listed = self.conserved.set_index(["transcript", "seed", "start"])[column]
        found, is_listed = listed.reindex(keys).to_numpy(), keys.isin(listed.index)
        in_table = sites["transcript"].isin(set(self.conserved["transcript"]))
        return np.where(~is_listed & in_table, 0.0, found)
