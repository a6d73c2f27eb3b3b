"""RNA-binding proteins at miRNA sites: which sites lie in a peak of which protein.

Peaks are those of CLIP experiments, in coordinates of 3' UTRs or of the genome. A control
has the same peaks on other mRNAs: what it finds too is not of the proteins.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.identifiers import find_ids
from mirsignal.files.tables import name_columns, read_table, to_number
from mirsignal.logs import log
from mirsignal.sequences.places import Places
from mirsignal.sites.isoforms import bare_contig

PEAK_COLUMNS = {name: name for name in ("transcript", "start", "end", "protein")}
SETTING = "inputs: peaks: columns"
_NO_PROTEIN = (
    r"(?i)\.?|\d+|ENS[A-Z]*G\d+(\.\d+)?|ENCFF\w+|.*/.*|"
    r"(peak|region|cluster|interval|macs)\d*"
)
"""What names peaks without a protein: numbers, genes, files and what callers write."""
_BED = {"chrom": 1, "start": 2, "end": 3, "protein": 4, "strand": 6}


def read_peaks(
    path: str | Path,
    lengths: Mapping[str, int],
    columns: Mapping[str, str | int] | None = None,
    places: Places | None = None,
) -> pd.DataFrame:
    """Read peaks as rows (transcript, start, end, protein), 0-based and half open.

    `lengths` (nt) are those of the 3' UTRs, by the names that the result has. A BED or
    narrowPeak file (by its suffix) has genome coordinates, which `places` lift; its
    fourth column begins with the protein (to the first underscore), as ENCODE writes it.
    Raises InputError for a missing column, a place that is no number or beyond the end of
    its 3' UTR, a BED file without `places` or names of proteins, and for peaks that are
    all on other transcripts.
    """
    if re.search(r"\.(bed|(narrow|broad)peak)(\.\w+)?$", str(path), re.IGNORECASE):
        if places is None:
            raise InputError(
                f"{path}: BED of a genome; give `coordinates` under `inputs`, which tell "
                "where the 3' UTRs lie in it"
            )
        return _lift(_numbered(_read_bed(path), path), places, path)
    names = name_columns(PEAK_COLUMNS, columns, SETTING)
    table = _numbered(read_table(path, names, setting=SETTING), path)
    by_name = find_ids(lengths, table["transcript"].unique())
    log.info("peaks are known of %d of %d 3' UTRs", len(by_name), len(lengths))
    ours = pd.Series({theirs: name for name, theirs in by_name.items()}, dtype="str")
    table = table.assign(transcript=table["transcript"].map(ours))
    table = table[table["transcript"].notna()]
    if table.empty:
        raise InputError(
            f"{path}: no peak is on a transcript of the data set; if these are places in "
            "a genome, call the file .bed, and give `coordinates` under `inputs`"
        )
    beyond = table["end"] > table["transcript"].map(lengths)
    if beyond.any():
        row = table[beyond].iloc[0]
        raise InputError(
            f"{path}: line {table.index[beyond][0]}: ends at {row['end']} of "
            f"{row['transcript']}, which has {lengths[row['transcript']]} nt; give peaks "
            "in coordinates of these 3' UTRs"
        )
    return table[list(PEAK_COLUMNS)].reset_index(drop=True)


def _read_bed(path: str | Path) -> pd.DataFrame:
    """Read a BED file, with a header or without one."""
    table = read_table(path, {"chrom": 1})
    if table.shape[1] < max(_BED.values()):
        raise InputError(
            f"{path}: a BED file of peaks has six columns, chrom, start, end, name (that "
            f"of the protein), score and strand; this one has {table.shape[1]}"
        )
    table = table.rename(columns={str(at): name for name, at in _BED.items()})
    is_header = table["start"].iloc[0] in ("start", "chromStart")
    return table.iloc[int(is_header) :]


def check_proteins(asked: Iterable[str], known: pd.Series, path: str | Path) -> None:
    """Raise InputError for a protein that is none of the `known` ones of a table."""
    names = sorted(set(known))
    for name in asked:
        if name not in names:
            close = difflib.get_close_matches(name, names, n=1) or names[:3]
            raise InputError(
                f"{path}: no protein {name!r}, which a recipe of `signals` reads; it has "
                f"{', '.join(close)}"
            )


def _numbered(table: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """Return the table with whole start and end; InputError for one that is none."""
    for name in ("start", "end"):
        values = to_number(table, name, path)
        wrong = ~(values >= 0) | (values % 1 != 0)
        if wrong.any():
            raise InputError(
                f"{path}: line {table.index[wrong][0]}: {name} is no whole number from 0 "
                "on; correct it"
            )
        table = table.assign(**{name: values.astype(int)})
    if (empty := table["start"] >= table["end"]).any():
        raise InputError(
            f"{path}: line {table.index[empty][0]}: start is not below end; give 0-based "
            "and half open coordinates"
        )
    owner = "transcript" if "transcript" in table else "chrom"
    for name in (owner, "protein"):
        if (lacking := table[name].isna()).any():
            raise InputError(
                f"{path}: line {table.index[lacking][0]}: no {name}; name it"
            )
    return table


def _lift(peaks: pd.DataFrame, places: Places, path: str | Path) -> pd.DataFrame:
    """Return what peaks in the genome cover of 3' UTRs on the same strand."""
    peaks = peaks.assign(protein=peaks["protein"].str.split("_").str[0])
    if not peaks["strand"].isin(["+", "-"]).all():
        line = peaks.index[~peaks["strand"].isin(["+", "-"])][0]
        raise InputError(f"{path}: line {line}: strand is neither + nor -; give it")
    odd = peaks["protein"].str.fullmatch(_NO_PROTEIN)
    if odd.any():
        raise InputError(
            f"{path}: line {peaks.index[odd][0]}: {peaks['protein'][odd].iloc[0]!r} is "
            "no name of a protein; let the fourth column begin with one"
        )
    by_contig = dict(iter(peaks.groupby([bare_contig(peaks["chrom"]), "strand"])))
    rows, found = [], set()
    for row in places.transcripts.itertuples():
        own = by_contig.get((row.chrom.removeprefix("chr"), row.strand))
        if own is None:
            continue
        starts, ends = own["start"].to_numpy(), own["end"].to_numpy()
        blocks = places.blocks[row.transcript]
        length, before = sum(end - start for start, end in blocks), 0
        for first, last in blocks:
            for at in np.flatnonzero((starts < last) & (ends > first)):
                start = before + max(starts[at] - first, 0)
                end = before + min(ends[at], last) - first
                if row.strand == "-":
                    start, end = length - end, length - start
                protein = own["protein"].iloc[at]
                found.add(own.index[at])
                rows.append((row.transcript, int(start), int(end), protein))
            before += last - first
    if not rows:
        raise InputError(
            f"{path}: no peak is in a 3' UTR (contigs there: "
            f"{', '.join(sorted(peaks['chrom'].unique())[:3])}; `coordinates`: "
            f"{places.transcripts['chrom'].iloc[0]}); give peaks of the same genome build"
        )
    log.info(
        "%s of %s peaks are found in 3' UTRs, of %s transcripts",
        *(f"{n:,}" for n in (len(found), len(peaks), len({row[0] for row in rows}))),
    )
    return pd.DataFrame(rows, columns=list(PEAK_COLUMNS))


def shuffle_peaks(
    peaks: pd.DataFrame, lengths: Mapping[str, int], seed: int
) -> pd.DataFrame:
    """Return the peaks of each transcript on another one that has peaks, drawn at random,
    with its middle at the same share of the length, as long as it was."""
    names = np.array(sorted(peaks["transcript"].unique()), dtype=object)
    other = dict(zip(names, np.random.default_rng(seed).permutation(names), strict=True))
    moved = peaks["transcript"].map(other)
    length, size = moved.map(lengths), peaks["end"] - peaks["start"]
    share = (peaks["start"] + peaks["end"]) / (2 * peaks["transcript"].map(lengths))
    start = (share * length - size / 2).astype(int).clip(lower=0)
    end = np.minimum(start + size, length)
    return peaks.assign(transcript=moved, start=start, end=end)


def mark_sites(sites: pd.DataFrame, peaks: pd.DataFrame, flank: int = 0) -> pd.DataFrame:
    """Return a row (site, protein) for each protein with a peak at a site of a 3' UTR.

    `sites` has transcript, group, start and end, `site` is the number of its row; a peak
    is at a site if they overlap or are less than `flank` nt apart.
    """
    in_utr = sites["group"].str.endswith("utr").to_numpy()
    numbers = np.flatnonzero(in_utr)
    own = sites.iloc[numbers]
    joined = pd.DataFrame(
        {
            "transcript": own["transcript"].array,
            "site": numbers,
            "from": own["start"].to_numpy() - flank,
            "to": own["end"].to_numpy() + flank,
        }
    ).merge(peaks, on="transcript")
    overlap = (joined["from"] < joined["end"]) & (joined["to"] > joined["start"])
    found = joined.loc[overlap, ["site", "protein"]].drop_duplicates()
    log.info(
        "%s of %s sites in 3' UTRs have peaks or motifs of %d proteins",
        f"{found['site'].nunique():,}",
        f"{len(own):,}",
        found["protein"].nunique(),
    )
    return found.sort_values(["site", "protein"], ignore_index=True)
