"""Which share of a gene's mRNAs holds a site: alternative polyadenylation.

An mRNA that ends before a site does not hold it. The share of mRNAs that do is the
affected isoform ratio (AIR) of TargetScan (Nam 2014, Mol Cell 53:1031; Agarwal 2015),
here of any table of poly(A) sites along 3' UTRs, such as reads of 3' end sequencing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.files.identifiers import bare_id, look_like_dates
from mirsignal.files.tables import (
    name_columns,
    optional_column,
    read_table,
    to_number,
)
from mirsignal.files.text import read_text
from mirsignal.sequences.annotation import Blocks

LEAST_AIR = 0.02
"""A site of fewer mRNAs counts as one of this share, since reads are few there."""
COLUMNS = {"transcript": "transcript", "ends": "ends"}
BED_COLUMNS = {"transcript": 1, "end": 3, "reads": 5}
"""Columns by number of a BED file in transcript coordinates, its score the reads."""
_CONTIG = r"(chr)?(\d{1,2}|[XYM]|MT)(_\w+)?|(chrUn_)?(GL|KI|JH|KB|CM)\d{6}(v|\.)\d+"
_END_AND_READS = r"^\s*(\d+):(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*$"
SETTING = "inputs: polya_usage: columns"


def read_polya_usage(
    path: str | Path,
    columns: Mapping[str, str | int] | None = None,
    setting: str = SETTING,
) -> pd.DataFrame:
    """Read poly(A) sites along 3' UTRs as rows (transcript, end, reads).

    Either a table with a column `ends` of `END:READS;END:READS;...` per transcript, or
    one row per poly(A) site, with `end` and `reads` (a BED file in transcript
    coordinates without a header is read by its columns 1, 3 and 5). END is where the
    mRNA ends, 0-based half open from the first nucleotide of the 3' UTR: the number of
    nucleotides of 3' UTR in it. Rows of one end are added up, without reads left out.
    `setting` is what names the columns, for messages.

    Raises InputError for a missing column, an end or number of reads that is no number
    or below 0, contigs in place of transcripts, and a table in which nothing was read.
    """
    given = dict(columns or {})
    is_bed = re.search(r"\.bed(\.\w+)?$", str(path), re.IGNORECASE) is not None
    by_site = is_bed or {"end", "reads"} & set(given)
    if by_site or ("ends" not in given and _has_row_per_site(path)):
        default = BED_COLUMNS if is_bed else {name: name for name in BED_COLUMNS}
        names = name_columns(dict.fromkeys(default, ""), given, setting)
        names = {key: name or default[key] for key, name in names.items()}
        table = read_table(path, names, setting=setting)
        values = {name: to_number(table, name, path) for name in ("end", "reads")}
        rows = table[["transcript"]].assign(**values).dropna()
    else:
        names = name_columns(COLUMNS, given, setting)
        table = read_table(path, names, setting=setting)
        rows = _split_ends(table.dropna(subset=["transcript", "ends"]), path)
    if len(rows) and rows["transcript"].str.fullmatch(_CONTIG).all():
        raise InputError(
            f"{path}: {rows['transcript'].iloc[0]!r} is a contig of a genome; give "
            "poly(A) sites by transcript, in coordinates of its 3' UTR"
        )
    broken = rows.index[rows["end"] % 1 != 0]
    if len(broken):
        raise InputError(f"{path}, line {broken[0]}: end is no whole number; correct it")
    low = rows.index[(rows[["end", "reads"]] < 0).any(axis=1)]
    if len(low):
        raise InputError(
            f"{path}, line {low[0]}: an end or number of reads is below 0; ends count "
            "from the first nucleotide of the 3' UTR"
        )
    rows = rows[rows["reads"] > 0]
    if rows.empty:
        raise InputError(f"{path}: no poly(A) site has reads; give another file")
    rows = rows.assign(transcript=rows["transcript"].map(bare_id))
    return rows.groupby(["transcript", "end"], as_index=False)["reads"].sum()


def _has_row_per_site(path: str | Path) -> bool:
    """Tell whether the header, which may stand behind #, has columns end and reads."""
    lines = [line for line in read_text(path).split("\n") if line.strip()]
    first = next((n for n, line in enumerate(lines) if line[0] != "#"), 0)
    cells = [
        re.split(r"[\t,; ]", line.strip("# ").lower()) for line in lines[: first + 1]
    ]
    return any({"end", "reads"} <= {cell.strip('" ') for cell in row} for row in cells)


def _split_ends(table: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    parts = table["ends"].str.strip("; ").str.split(";").explode()
    fields = parts.str.extract(_END_AND_READS).astype(float)
    bad = parts[fields.isna().any(axis=1).to_numpy()]
    if len(bad):
        raise InputError(
            f"{path}, line {bad.index[0]}: {bad.iloc[0]!r} in column 'ends' is "
            "not END:READS;END:READS; write it so, or give a row per poly(A) site, with "
            f"columns end and reads (in a study they may be named by {SETTING})"
        )
    rows = fields.set_axis(["end", "reads"], axis=1)
    return rows.assign(transcript=table["transcript"].loc[rows.index].to_numpy())


def lay_on_transcripts(
    genome: pd.DataFrame, transcripts: pd.DataFrame, blocks: Mapping[str, Blocks]
) -> pd.DataFrame:
    """Return the table of `read_polya_usage` from poly(A) sites in the genome.

    `genome` has chrom (with or without `chr`), strand, position (0-based, of an mRNA's
    last nucleotide) and reads; `transcripts` transcript, chrom and strand; `blocks` their
    3' UTRs. A site belongs to every 3' UTR that it lies in; the end of a 3' UTR has one
    read of 100 more, since an annotated end is used even where none was seen.
    """
    by_place = {
        place: own.sort_values("position")
        for place, own in genome.groupby([bare_contig(genome["chrom"]), "strand"])
    }
    rows: list[tuple[str, int, float]] = []
    contigs = bare_contig(transcripts["chrom"])
    for name, chrom, strand in zip(
        transcripts["transcript"], contigs, transcripts["strand"], strict=True
    ):
        sites, before = by_place.get((chrom, strand)), 0
        if sites is None:
            continue
        positions, reads = sites["position"].to_numpy(), sites["reads"].to_numpy(float)
        length = sum(end - start for start, end in blocks[name])
        found = []
        for start, end in blocks[name]:
            for at in range(*np.searchsorted(positions, [start, end])):
                inside = before + int(positions[at]) - start
                last = inside + 1 if strand == "+" else length - inside
                found.append((name, last, float(reads[at])))
            before += end - start
        if found:
            total = sum(count for _, _, count in found)
            rows += [*found, (name, length, total / 100)]
    table = pd.DataFrame(rows, columns=["transcript", "end", "reads"])
    table["transcript"] = table["transcript"].map(bare_id)
    return table.groupby(["transcript", "end"], as_index=False)["reads"].sum()


def bare_contig(names: pd.Series) -> pd.Series:
    """Return names of contigs without `chr`."""
    return names.astype("str").str.removeprefix("chr")


def affected_isoform_ratio(
    sites: pd.DataFrame, usage: pd.DataFrame
) -> NDArray[np.float64]:
    """Return the share (S,) of mRNAs that hold each of `sites` (transcript, end).

    It is the share of reads of poly(A) sites at or behind the end of the site, at least
    LEAST_AIR, also of a site behind the last of them, and NaN of a transcript of which
    nothing is known. Ends of both are from the first nucleotide of the 3' UTR.
    """
    names, number = np.unique(usage["transcript"].to_numpy(str), return_inverse=True)
    if not len(names) or not len(sites):
        return np.full(len(sites), np.nan)
    end, reads = (usage[name].to_numpy(float) for name in ("end", "reads"))
    order = np.lexsort((end, number))
    number, end, reads = number[order], end[order], reads[order]
    total = np.bincount(number, reads)
    before = np.concatenate([[0], np.cumsum(reads)])
    first = np.searchsorted(number, np.arange(len(names)))
    ids = sites["transcript"].map({name: at for at, name in enumerate(names)})
    known = ids.notna().to_numpy()
    owner = ids[known].to_numpy(int)
    span = max(end.max(), sites["end"].max()) + 1.0
    at = np.searchsorted(number * span + end, owner * span + sites["end"][known])
    gone = before[at] - before[first[owner]]
    result = np.full(len(sites), np.nan)
    result[known] = np.clip(1 - gone / total[owner], LEAST_AIR, 1)
    return result


def log_reads(transcripts: pd.DataFrame, usage: pd.DataFrame | None) -> pd.Series:
    """Return log(1 + reads) at the poly(A) sites of each gene, a measure of expression.

    `transcripts` has transcript and gene; of several of one gene the one with most reads
    counts. NaN where nothing is known; `usage` is that of `read_polya_usage`.
    """
    reads: pd.Series | dict[str, float] = {}
    if usage is not None:
        reads = usage.groupby("transcript")["reads"].sum()
    of_transcript = transcripts["transcript"].map(bare_id).map(reads).astype(float)
    return np.log1p(of_transcript.groupby(transcripts["gene"].to_numpy()).max())


def reads_of_genes(
    path: str | Path, columns: Mapping[str, str | int] | None = None
) -> pd.Series:
    """Return `log_reads` of the genes that a table of poly(A) sites names (column gene).

    Empty where it names none. `path` and `columns` are those of `read_polya_usage`. Names
    that a spreadsheet has turned into dates are left out.
    """
    name = (columns or {}).get("transcript", "transcript")
    if isinstance(name, int) or ".bed" in Path(path).name.lower():
        return pd.Series(dtype=float)
    table = read_table(path, {"transcript": name})
    gene = optional_column(table, "gene")
    if gene is None:
        return pd.Series(dtype=float)
    table = table.assign(gene=table[gene]).dropna(subset=["transcript", "gene"])
    table = table[~look_like_dates(table["gene"])]
    return log_reads(table, read_polya_usage(path, columns))


def weigh_scores(
    scores: NDArray[np.float64], ratio: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return context++ scores (S,) as the mean over mRNAs with and without the site.

    log2((2^score - 1) x AIR + 1): TargetScan's weighted score (Agarwal 2015). Where the
    ratio is NaN it counts as the mean of the others, 1 if there are none.
    """
    typical = np.nanmean(ratio) if np.isfinite(ratio).any() else 1.0
    filled = np.where(np.isnan(ratio), typical, ratio)
    return np.log2((np.exp2(scores) - 1) * filled + 1)
