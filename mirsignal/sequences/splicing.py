"""Transcripts cut out of a genome: 3' UTRs, reading frames, and where they lie.

Whether the stop codon belongs to the CDS differs between layouts of annotations. The
sequence decides: a frame that does not end in a stop codon, but is followed by one, is
longer by it.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.errors import InputError
from mirsignal.files.foreign import refuse_foreign
from mirsignal.files.identifiers import find_ids, log_lost
from mirsignal.logs import log
from mirsignal.sequences.annotation import Annotation, Blocks
from mirsignal.sequences.codes import normalise

CANONICAL, LONGEST, EVERY = "canonical", "longest", "all"
"""What is chosen of a gene's transcripts: the one that is tagged as MANE Select or
canonical, else the one of the longest 3' UTR; the latter; or all."""
_STOPS = ("TAA", "TAG", "TGA")
_FEWEST_STOPS = 0.8
_LONGEST_HEADER = 1 << 16
_FEW = 5  # frames, of which all may be exceptions
_DESCRIBED = ("transcript", "gene", "gene_name", "chrom", "strand")


@dataclass(frozen=True)
class Extracted:
    """What an annotation and a genome say of chosen transcripts, all by transcript id."""

    transcripts: pd.DataFrame
    """transcript, gene, gene_name, chrom, strand; length, n_unknown (nt) of 3' UTRs;
    contig_length (nt)."""
    utrs: dict[str, str]
    orfs: pd.Series
    five_primes: dict[str, str]
    """5' UTRs."""
    blocks: dict[str, Blocks]
    """The 3' UTR in the genome, 0-based half open, ascending."""


def extract_transcripts(
    annotation: Annotation,
    genome: str | Path,
    choice: str | set[str] = CANONICAL,
    named_in: str | Path = "choice",
) -> Extracted:
    """Return 3' UTRs, frames and 5' UTRs of chosen transcripts, as RNA.

    `choice` is CANONICAL, LONGEST, EVERY or a set of transcript ids; `named_in` is where
    these come from, for messages. Transcripts without a 3' UTR are left out and counted
    in the log. Raises InputError for a genome that is no FASTA or lacks contigs of the
    annotation, and for one that does not fit: exons beyond the end of a contig, and more
    frames without a stop codon than are exceptions, in all, on a strand or on a contig.
    """
    chosen = _choose(annotation, choice, named_in)
    table = annotation.transcripts
    rows: list[dict[str, Any]] = []
    utrs, frames, fives, blocks = {}, {}, {}, {}
    stops: list[bool] = []
    with _open_genome(genome) as fasta:
        _check_contigs(table["chrom"].iloc[chosen], fasta.keys(), genome)
        for number in chosen:
            row = table.iloc[number]
            one = _splice(row, annotation.exons(number), fasta[row["chrom"]], genome)
            if not one["utr"]:
                continue
            stops.append(one["stops"])
            name = row["transcript"]
            utrs[name], frames[name], fives[name] = one["utr"], one["orf"], one["five"]
            blocks[name] = one["blocks"]
            known = {"length": len(one["utr"]), "n_unknown": one["utr"].count("N")}
            known["contig_length"] = len(fasta[row["chrom"]])
            rows.append({key: row[key] for key in _DESCRIBED} | known)
    if not rows:
        raise InputError(f"{genome}: none of {len(chosen):,} transcripts has a 3' UTR")
    found = pd.DataFrame(rows)
    _refuse_another_build(found.assign(stops=stops), genome)
    log.info("%d of %d transcripts have a 3' UTR", len(rows), len(chosen))
    return Extracted(found, utrs, pd.Series(frames, dtype="str"), fives, blocks)


def _refuse_another_build(found: pd.DataFrame, genome: str | Path) -> None:
    """Raise InputError where reading frames do not end in stop codons.

    A contig that differs alone has less than half of them, and starts that count from 0
    or from 1 shift one strand.
    """
    groups = [("", found, _FEWEST_STOPS if len(found) >= _FEW else 0.5)]
    groups += [(f" on {s}", own, _FEWEST_STOPS) for s, own in found.groupby("strand")]
    groups += [(f" on {c}", own, 0.5) for c, own in found.groupby("chrom")]
    for where, own, fewest in groups:
        n, is_few = int(own["stops"].sum()), where and len(own) < _FEW
        if n < fewest * len(own) and not is_few:
            raise InputError(
                f"{genome}: only {n:,} of {len(own):,} reading frames{where} end in a "
                f"stop codon (not {own['transcript'][~own['stops']].iloc[0]}); give the "
                "genome build of the annotation"
            )


def _refuse_unreadable(path: Path) -> None:
    """Raise InputError for what cannot be indexed: gzip, line ends of an old Mac."""
    if path.is_dir():
        raise InputError(f"{path}: a folder; give the FASTA of the genome in it")
    with path.open("rb") as handle:
        start = handle.read(1 << 16)
    if start.startswith(b"PK\x03\x04"):
        raise InputError(f"{path}: this is a zip; unpack it")
    if not start.startswith(b"\x1f\x8b"):
        refuse_foreign(start, path)
    elif start[12:14] != b"BC":
        raise InputError(
            f"{path}: gzip, of which no part can be read by itself; unpack it with "
            "gunzip, or pack it with bgzip"
        )
    if b"\r" in start and b"\n" not in start:
        raise InputError(
            f"{path}: lines end with CR alone; convert it: tr '\\r' '\\n' < FILE"
        )


@contextlib.contextmanager
def _open_genome(path: str | Path) -> Iterator[Any]:
    """Open an indexed FASTA. The index is made beside it, or, where nothing can be
    written there, in a folder that goes with it."""
    import pyfaidx

    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: no such file; check the path")
    _refuse_unreadable(path)
    with tempfile.TemporaryDirectory() as folder:
        opened = path
        if not os.access(path.parent, os.W_OK):
            for known in path.parent.glob(f"{glob.escape(path.name)}*"):
                (Path(folder) / known.name).symlink_to(known.resolve())
            opened = Path(folder) / path.name
        try:
            with pyfaidx.Fasta(str(opened), as_raw=True, sequence_always_upper=True) as f:
                if not f.keys():
                    raise InputError(
                        f"{path}: has no sequence, or its index is empty; delete "
                        f"{path.name}.fai"
                    )
                _refuse_stale_index(f.faidx.index, path)
                yield f
        except InputError:
            raise
        except Exception as error:  # pyfaidx and Biopython raise what their parts raise
            words = str(error).split("\n")[0].replace(str(opened), "it")
            raise InputError(
                f"{path}: not a FASTA, plain or bgzip, or broken ({words}); fetch it "
                "again, or write it in even lines (seqkit seq -w 80), and delete "
                f"{path.name}.fai"
            ) from None


def _refuse_stale_index(index: Mapping[str, Any], path: Path) -> None:
    """Raise InputError for an index of another file: each sequence begins below a header
    of its name."""
    with path.open("rb") as handle:
        if handle.read(2) == b"\x1f\x8b":
            return
        for name, entry in index.items():
            begin = max(entry.offset - _LONGEST_HEADER, 0)
            handle.seek(begin)
            above = handle.read(entry.offset - begin).decode("utf-8", "replace")
            header = re.search(r"(?:^|\n)>([^\n]*)\n$", above)
            if not header or header[1].split()[:1] != [name]:
                raise InputError(
                    f"{path}: its index, {path.name}.fai, is of another file ({name} is "
                    "elsewhere); delete it"
                )


def _choose(
    annotation: Annotation, choice: str | set[str], named_in: str | Path
) -> NDArray[np.int64]:
    """Return the rows of the chosen transcripts, in their order."""
    table = annotation.transcripts
    if isinstance(choice, set):
        found = find_ids(choice, table["transcript"])
        if not found:
            raise InputError(
                f"{named_in}: none of its {len(choice):,} transcripts is annotated (such "
                f"as {min(choice)}; in the annotation: {table['transcript'].iloc[0]}); "
                "give ids of that annotation, separated by white space"
            )
        log_lost(choice, choice - set(found), "chosen transcripts are not annotated")
        return np.flatnonzero(table["transcript"].isin(set(found.values())))
    if choice == EVERY:
        return np.arange(len(table))
    length = _utr_lengths(annotation)
    rank = table["rank"] if choice == CANONICAL else 0
    order = table.assign(has=length > 0, rank=rank, length=length)
    if choice == CANONICAL and not table["rank"].any():
        log.info("no transcript is tagged as canonical; the longest 3' UTR counts")
    ranked = order.sort_values(["has", "rank", "length"], ascending=False, kind="stable")
    return np.sort(ranked.drop_duplicates("gene").index.to_numpy())


def _utr_lengths(annotation: Annotation) -> NDArray[np.int64]:
    """Return the length of each 3' UTR (with the stop codon, where the CDS lacks it)."""
    table, first = annotation.transcripts, annotation.first
    owner = np.repeat(np.arange(len(table)), np.diff(first))
    starts, ends = annotation.starts, annotation.ends
    behind = ends - np.maximum(starts, table["cds_end"].to_numpy()[owner])
    before = np.minimum(ends, table["cds_start"].to_numpy()[owner]) - starts
    forward = (table["strand"] == "+").to_numpy()[owner]
    parts = np.maximum(np.where(forward, behind, before), 0)
    return np.bincount(owner, parts, minlength=len(table)).astype(np.int64)


def _check_contigs(needed: pd.Series, there: Iterable[str], genome: str | Path) -> None:
    there = set(there)
    missing = needed[~needed.isin(there)].value_counts()
    if missing.empty:
        return
    known = ", ".join(sorted(there)[:5])
    lost = ", ".join(missing.index[:5])
    if len(missing) == needed.nunique():
        raise InputError(
            f"{genome}: has none of the contigs of the annotation (annotation: {lost}; "
            f"genome: {known}); give a genome with the same names"
        )
    raise InputError(
        f"{genome}: lacks {len(missing)} contigs of the annotation ({lost}), which hold "
        f"{missing.sum():,} transcripts; give the genome with all of them"
    )


def _splice(
    row: pd.Series, exons: Blocks, contig: Any, genome: str | Path
) -> dict[str, Any]:
    """Return utr, orf and five (RNA), blocks of the 3' UTR, and if the frame stops."""
    if exons[-1][1] > len(contig):
        raise InputError(
            f"{genome}: transcript {row['transcript']} ends at {exons[-1][1]:,} of "
            f"{row['chrom']}, which has {len(contig):,} nt; give the genome build of the "
            "annotation"
        )
    forward = row["strand"] == "+"
    text = "".join(contig[start:end] for start, end in exons)
    text = text if forward else text.translate(_COMPLEMENT)[::-1]
    length = len(text)
    at = [_offset(exons, row[end]) for end in ("cds_start", "cds_end")]
    begin, stop = at if forward else (length - at[1], length - at[0])
    if text[stop - 3 : stop] not in _STOPS and text[stop : stop + 3] in _STOPS:
        stop += 3
    try:
        utr, orf, five = map(normalise, (text[stop:], text[begin:stop], text[:begin]))
    except InputError as error:
        raise InputError(
            f"{genome}: {row['chrom']}, transcript {row['transcript']}: {error}; give a "
            "genome of nucleotides, N where it is masked"
        ) from None
    first, last = (stop, length) if forward else (0, length - stop)
    return {
        "utr": utr,
        "orf": orf,
        "five": five,
        "blocks": cut_blocks(exons, first, last),
        "stops": text[stop - 3 : stop] in _STOPS,
    }


_COMPLEMENT = str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN")


def _offset(exons: Blocks, place: int) -> int:
    """Return how many nucleotides of exons lie before a place in the genome."""
    return sum(max(min(end, place) - start, 0) for start, end in exons)


def cut_blocks(blocks: Blocks, start: int, end: int) -> Blocks:
    """Return the part [start, end) of joined blocks (ascending) as blocks."""
    cut, at = [], 0
    for first, last in blocks:
        left = max(first, first + start - at)
        right = min(last, first + end - at)
        if left < right:
            cut.append((left, right))
        at += last - first
    return cut


def lift(blocks: Blocks, strand: str, start: int, end: int) -> Blocks:
    """Return where [start, end) of a spliced sequence lies in the genome, ascending.

    `blocks` are the sequence's, ascending; on strand - its 5' end is that of the last.
    """
    if strand == "-":
        length = sum(last - first for first, last in blocks)
        start, end = length - end, length - start
    return cut_blocks(blocks, start, end)
