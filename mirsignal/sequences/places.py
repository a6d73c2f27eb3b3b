"""Where transcripts lie in a genome: from a table or an annotation, by their lengths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.identifiers import find_ids
from mirsignal.files.tables import read_table
from mirsignal.logs import log
from mirsignal.sequences.annotation import (
    Annotation,
    Blocks,
    is_annotation,
    read_annotation,
)
from mirsignal.sequences.splicing import cut_blocks

_COLUMNS = {name: name for name in ("transcript", "chrom", "strand", "blocks")}
_ANNOTATION = re.compile(r"\.(gtf|gff3?)(\.gz)?$", re.IGNORECASE)
_STOP = 3  # nt


class Places(NamedTuple):
    """Transcripts (transcript, chrom, strand), and their parts in the genome by name."""

    transcripts: pd.DataFrame
    blocks: dict[str, Blocks]


def read_places(
    path: str | Path,
    lengths: Mapping[str, int],
    columns: Mapping[str, str] | None = None,
    setting: str = "inputs: coordinates: columns",
) -> Places:
    """Return where the transcripts of `lengths` (nt) lie, under the names that they have.

    `path` is an annotation (GTF, GFF3), of which a transcript is the 3' UTR, or the whole
    mRNA, whichever is as long; or a table of transcript, chrom, strand (+, -, or 1, -1 as
    Ensembl has it) and blocks, "start-end;start-end" (0-based, half open, ascending).
    Transcripts that are not there, or as long in neither way, are left out and counted in
    the log.
    Raises InputError, beside what reading does, for a file that shares no transcript with
    `lengths`, for blocks that are none, and where more transcripts differ in length than
    agree.
    """
    if _ANNOTATION.search(str(path)) or is_annotation(path):
        annotation = read_annotation(path)
        table = annotation.transcripts
    else:
        annotation = None
        table = read_table(path, _COLUMNS | dict(columns or {}), setting=setting)
        table = table.dropna(subset=["transcript", "blocks"])
        table["strand"] = table["strand"].replace({"1": "+", "+1": "+", "-1": "-"})
        wrong = table["chrom"].isna() | ~table["strand"].isin(["+", "-"])
        if wrong.any():
            raise InputError(
                f"{path}, line {table.index[wrong][0]}: no chrom, or a strand that is "
                "neither + nor -; correct it"
            )
    table = table.drop_duplicates("transcript")
    by_name = find_ids(lengths, table["transcript"])
    found = {name: by_name[name] for name in lengths if name in by_name}
    if not found:
        raise InputError(
            f"{path}: has none of the transcripts (there: "
            f"{next(iter(table['transcript']), 'none')}; here: {next(iter(lengths))}); "
            "give the coordinates of the same transcripts"
        )
    rows = (
        table.reset_index(names="row").set_index("transcript").loc[list(found.values())]
    )
    blocks: dict[str, Blocks] = {}
    kept, other = [], ""
    for name, row in zip(found, rows.itertuples(), strict=True):
        if annotation is None:
            blocks[name] = parse_blocks(row.blocks, f"{path}: line {row.row}")
            is_alike = _length(blocks[name]) == lengths[name]
        else:
            parts = _parts_of(annotation, row, lengths[name])
            is_alike, blocks[name] = parts is not None, parts or []
        kept.append(is_alike)
        other = other or ("" if is_alike else name)
    n_alike = sum(kept)
    if n_alike * 2 < len(kept):
        raise InputError(
            f"{path}: {len(kept) - n_alike:,} of {len(kept):,} transcripts have another "
            f"length than in the study, such as {other} ({lengths[other]} nt here); give "
            "the coordinates of these sequences"
        )
    log.info("%s of %s transcripts have places", f"{n_alike:,}", f"{len(lengths):,}")
    placed = pd.DataFrame(
        {
            "transcript": list(found),
            "chrom": rows["chrom"].array,
            "strand": rows["strand"].array,
        }
    )[kept]
    names = placed["transcript"]
    return Places(placed.reset_index(drop=True), {name: blocks[name] for name in names})


def _length(blocks: Blocks) -> int:
    return sum(end - start for start, end in blocks)


def parse_blocks(text: str, where: str) -> Blocks:
    """Return the blocks that are written so; InputError, led by `where`, for no such."""
    try:
        parts = [part.split("-") for part in text.split(";")]
        blocks = [(int(start), int(end)) for start, end in parts]
    except ValueError:
        blocks = []
    edges = [edge for block in blocks for edge in block]
    is_empty = any(start == end for start, end in blocks)
    if not blocks or is_empty or edges != sorted(edges) or edges[0] < 0:
        raise InputError(
            f"{where}: {text!r} are no blocks; write start-end;start-end, ascending"
        )
    return blocks


def _parts_of(annotation: Annotation, row: Any, length: int) -> Blocks | None:
    """Return the exons, or those of the 3' UTR (a CDS may lack its stop codon), whichever
    have this length in all; None if neither has."""
    exons = annotation.exons(row.row)
    whole = _length(exons)
    if whole == length:
        return exons
    forward = row.strand == "+"
    end = row.cds_end if forward else row.cds_start
    before = sum(max(min(last, end) - first, 0) for first, last in exons)
    behind = whole - before if forward else before
    if length not in (behind, behind - _STOP):
        return None
    return (
        cut_blocks(exons, whole - length, whole)
        if forward
        else cut_blocks(exons, 0, length)
    )
