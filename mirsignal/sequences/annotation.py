"""Annotation of a genome: the coding transcripts of a GTF or GFF3 file.

Layouts of Ensembl, GENCODE and RefSeq are read, plain or gzip. pandas reads the lines in
parts, since whole annotations have millions; of attributes only those that are needed are
taken. (gtfparse 3.0 reads GTF alone, and as a whole: 0.7 GB for 350,000 lines.)
"""

from __future__ import annotations

import bz2
import csv
import gzip
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from mirsignal.errors import InputError
from mirsignal.files.foreign import ANNOTATION, is_kind, refuse_foreign, refuse_kind
from mirsignal.logs import log

LINES = 200_000
"""Lines that are held as text at once."""
LONGEST_INTRON = 2_000_000
"""Nucleotides, more than any human intron has (1.2 million)."""
_COLUMNS = ("chrom", "source", "feature", "start", "end", "score", "strand", "frame")
_N_COLUMNS = 9
_PARTS = ("exon", "CDS")
_FEW = 20  # transcripts, each of which may be the only one of its gene
_UNPACK: dict[bytes, Callable[..., Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZ": bz2.open,
    b"\xfd7": lzma.open,
}
_GTF = {
    "transcript": r'transcript_id "([^"]*)"',
    "gene": r'gene_id "([^"]*)"',
    "gene_name": r'gene_name "([^"]*)"',
}
_GFF = {
    "id": r"(?:^|;) ?ID=([^;]*)",
    "parent": r"(?:^|;) ?Parent=([^;,]*)",
    "parents": r"(?:^|;) ?Parent=([^;]*)",
    "gene": r"(?:^|;) ?gene_id=([^;]*)",
    "gene_name": r"(?:^|;) ?(?:gene_name|gene|Name)=([^;]*)",
}
_MANE = r"MANE[_ ]Select"
_TAGGED = rf"{_MANE}|Ensembl_canonical|RefSeq Select"


Blocks = list[tuple[int, int]]
"""Parts of a sequence in the genome, 0-based half open, ascending."""


@dataclass(frozen=True)
class Annotation:
    """Coding transcripts of an annotation."""

    transcripts: pd.DataFrame
    """transcript, gene, gene_name, chrom, strand, rank (2 MANE Select, 1 canonical, 0),
    cds_start and cds_end (genome, 0-based half open, as annotated)."""
    first: NDArray[np.int64]
    """Where the exons of each transcript begin in `starts`, and where the last ends."""
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    """Exons, 0-based half open, ascending in the genome."""

    def exons(self, number: int) -> Blocks:
        """Return the exons (start, end) of a transcript by its row."""
        own = slice(self.first[number], self.first[number + 1])
        return list(zip(self.starts[own].tolist(), self.ends[own].tolist(), strict=True))


def read_annotation(path: str | Path) -> Annotation:
    """Read the coding transcripts of a GTF or GFF3 file.

    The same id on two contigs (PAR of X and Y) means two transcripts, the second with the
    name of its contig. Raises InputError for a file that is absent, broken or no
    annotation, and for one without transcripts or coding sequences.
    """
    exons, described, is_gff = _read_rows(path)
    if exons.empty:
        raise InputError(
            f"{path}: no line is an exon or CDS with a transcript; give GTF "
            "or GFF3 of genes"
        )
    outside = (exons["start"] < 0) | (exons["start"] >= exons["end"])
    if outside.any():
        lost = exons.loc[outside, "transcript"].unique()
        log.warning(
            "%s: %d transcripts, such as %s, have parts that start below 1 or behind "
            "their end, and are left out",
            *(path, len(lost), lost[0]),
        )
        exons = exons[~exons["transcript"].isin(lost)]
    if exons.empty:
        raise InputError(f"{path}: no transcript has places; starts count from 1")
    is_cds = (exons["feature"] == "CDS").to_numpy()
    if not is_cds.any():
        raise InputError(
            f"{path}: no transcript has a CDS, so that no 3' UTR is known; "
            "give an annotation with coding sequences"
        )
    exons = exons.assign(
        key=exons.groupby(["transcript", "chrom"], observed=True).ngroup()
    )
    stranded = exons["strand"].isin(["+", "-"]).to_numpy()
    if not stranded.all():
        lost = exons.loc[~stranded, "transcript"].nunique()
        log.info("%s: %d transcripts without a strand, + or -, are left out", path, lost)
        exons, is_cds = exons[stranded], is_cds[stranded]
    bounds = (
        exons[is_cds]
        .groupby("key")
        .agg(cds_start=("start", "min"), cds_end=("end", "max"))
    )
    own = exons[~is_cds & exons["key"].isin(bounds.index)]
    if own.empty:
        raise InputError(
            f"{path}: no transcript has both exons and a CDS on strand + or -, so that "
            "no 3' UTR is known; give an annotation with lines of exons"
        )
    own = own.sort_values(["key", "start"], kind="stable")
    own = _without_copies(_without_overlaps(own, path), path)
    heads = own.drop_duplicates("key").set_index("key")
    table = heads[["transcript", "chrom", "strand"]].astype("str").join(bounds)
    table = _describe(table, described, is_gff)
    if len(table) > _FEW and (table["gene"] == table["transcript"]).all():
        log.warning(
            "%s: each transcript is called its own gene, as in the UCSC table browser's "
            "GTF: isoforms count as genes; give that of its downloads (bigZips/genes)",
            path,
        )
    twice = table["transcript"].duplicated()
    table.loc[twice, "transcript"] += "_" + table["chrom"][twice]
    counts = own.groupby("key").size().reindex(table.index)
    first = np.concatenate([[0], np.cumsum(counts)])
    log.info(
        "%s: %s coding transcripts of %s genes",
        path,
        f"{len(table):,}",
        f"{table['gene'].nunique():,}",
    )
    return Annotation(
        table.reset_index(drop=True),
        first,
        own["start"].to_numpy(),
        own["end"].to_numpy(),
    )


def _without_overlaps(exons: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """Leave out transcripts with exons that overlap or lie on both strands: one id at two
    places, or lines that are there twice. InputError where none is left."""
    same = exons["key"] == exons["key"].shift()
    wrong = same & (
        (exons["start"] < exons["end"].shift())
        | (exons["strand"].astype("str") != exons["strand"].astype("str").shift())
    )
    if not wrong.any():
        return exons
    lost = exons.loc[exons["key"].isin(exons["key"][wrong]), "transcript"].unique()
    kept = exons[~exons["key"].isin(exons["key"][wrong])]
    if kept.empty:
        raise InputError(
            f"{path}: exons of {lost[0]} and all others overlap; is the annotation in "
            "the file twice? Give it once"
        )
    log.info(
        "%s: %d transcripts, such as %s, have exons that overlap, and are left out",
        *(path, len(lost), lost[0]),
    )
    return kept


def _without_copies(exons: pd.DataFrame, path: str | Path) -> pd.DataFrame:
    """Leave out transcripts with exons farther apart than any intron is long: one id at
    two places of a contig, as of copies in segmental duplications."""
    same = exons["key"] == exons["key"].shift()
    far = same & (exons["start"] - exons["end"].shift() > LONGEST_INTRON)
    if not far.any():
        return exons
    is_lost = exons["key"].isin(exons["key"][far])
    lost = exons.loc[is_lost, "transcript"].unique()
    log.info(
        "%s: %d transcripts, such as %s, lie at two places of a contig, and are left out",
        *(path, len(lost), lost[0]),
    )
    return exons[~is_lost]


def _read_rows(path: str | Path) -> tuple[pd.DataFrame, pd.DataFrame, bool]:
    """Return exons and CDS (feature, transcript, chrom, strand, start, end), and what is
    said of transcripts and, in GFF3, genes."""
    parts: list[pd.DataFrame] = []
    described: list[pd.DataFrame] = []
    is_gff = False
    try:
        for number, chunk in enumerate(_read_chunks(path)):
            attributes = chunk["attributes"].fillna("")
            if number == 0:
                is_gff = bool(attributes.str.contains(r"^\s*\w+=").mean() > 0.5)
            own, others = (_split_gff if is_gff else _split_gtf)(chunk, attributes)
            parts.append(own)
            described.append(others)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except (
        EOFError,
        OSError,
        OverflowError,
        UnicodeDecodeError,
        ValueError,
        lzma.LZMAError,
        zlib.error,
        pd.errors.ParserError,
    ) as e:
        words = str(e).strip().split("\n")[0]
        raise InputError(f"{path}: not GTF or GFF3, or broken ({words})") from None
    if not parts:
        return pd.DataFrame(), pd.DataFrame(), False
    joined = pd.concat(
        [
            part.drop(columns=["transcript", "chrom", "strand", "feature"])
            for part in parts
        ],
        ignore_index=True,
    )
    for name in ("transcript", "chrom", "strand", "feature"):
        joined[name] = union_categoricals(
            [part[name].astype("category") for part in parts]
        )
    return joined, pd.concat(described, ignore_index=True), is_gff


def is_annotation(path: str | Path) -> bool:
    """Tell whether a file is GTF or GFF3 by its first lines, whatever its name."""
    try:
        with Path(path).open("rb") as handle:
            opened = _UNPACK.get(handle.read(2), open)
        with opened(path, "rb") as lines:
            start = lines.read(4096).decode("utf-8-sig", "ignore")
    except (OSError, EOFError, lzma.LZMAError, zlib.error):
        return False
    return is_kind(start, ANNOTATION)


def _read_chunks(path: str | Path) -> Iterator[pd.DataFrame]:
    numbers = [0, 2, 3, 4, 6, 8]
    names = [*_COLUMNS, "attributes"]
    with Path(path).open("rb") as handle:
        opened = _UNPACK.get(handle.read(2), open)
    try:
        with opened(path, "rb") as lines:
            lines.seek(_look_at(lines.read(4096), Path(path)))
            yield from pd.read_csv(
                _Features(lines),
                sep="\t",
                header=None,
                names=names,
                usecols=numbers,
                dtype={
                    "chrom": "category",
                    "feature": "category",
                    "strand": "category",
                    "start": np.int64,
                    "end": np.int64,
                },
                quoting=csv.QUOTE_NONE,
                chunksize=LINES,
            )
    except pd.errors.EmptyDataError:
        raise InputError(f"{path}: the file is empty") from None


def _look_at(start: bytes, path: Path) -> int:
    """Return where the text begins, behind a byte order mark, from its first bytes.
    Raises InputError for another kind of file."""
    if start.startswith((b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path}: a zip, or UTF-16; unpack it, or save it as UTF-8")
    refuse_foreign(start, path)
    text = start.decode("utf-8-sig", "ignore")
    refuse_kind(text, path, ANNOTATION)
    if "\r" in text and "\n" not in text:
        raise InputError(
            f"{path}: lines end with CR alone; convert it: tr '\\r' '\\n' < FILE"
        )
    lines = [line for line in text.split("\n")[:-1] if line and not line.startswith("#")]
    if lines and (n := lines[0].count("\t") + 1) != _N_COLUMNS:
        raise InputError(
            f"{path}: not GTF or GFF3, which have {_N_COLUMNS} columns, but {n}; BED and "
            "genePred are converted by bedToGenePred and genePredToGtf"
        )
    return 3 if start.startswith(b"\xef\xbb\xbf") else 0


_EMPTY_LINES = re.compile(rb"\n{2,}")


class _Features:
    """A file without empty lines and lines that begin with #, up to the sequences that
    GFF3 may end with.

    A # within a line, as of gene names, is left where it is.
    """

    def __init__(self, lines: BinaryIO):
        self._lines = lines
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """Return about `size` bytes of whole lines, nothing at the end."""
        while not self._ended:
            block = self._lines.read(max(size, 1)) + self._lines.readline()
            lines = _EMPTY_LINES.sub(b"\n", block).split(b"\n")
            sequences = next(
                (n for n, line in enumerate(lines) if line.startswith(b"##FASTA")), None
            )
            self._ended = not block or sequences is not None
            kept = [line for line in lines[:sequences] if line and line[:1] != b"#"]
            if kept:
                return b"\n".join(kept) + b"\n"
        return b""

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")


def _split_gtf(
    chunk: pd.DataFrame, attributes: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    is_part = chunk["feature"].isin(_PARTS).to_numpy()
    own = _as_parts(
        chunk[is_part], attributes[is_part].str.extract(_GTF["transcript"])[0]
    )
    heads = attributes[is_part][~own["transcript"].duplicated().to_numpy()]
    return own.dropna(subset="transcript"), _describe_rows(heads, _GTF)


def _split_gff(
    chunk: pd.DataFrame, attributes: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    is_part = chunk["feature"].isin(_PARTS).to_numpy()
    parents = attributes[is_part].str.extract(_GFF["parents"])[0].str.split(",")
    parents = parents.explode()  # a part of several transcripts is a row of each
    own = _as_parts(chunk.loc[parents.index], parents)
    return own.dropna(subset="transcript"), _describe_rows(attributes[~is_part], _GFF)


def _as_parts(rows: pd.DataFrame, transcript: pd.Series) -> pd.DataFrame:
    table = rows[["feature", "chrom", "strand", "start", "end"]].copy()
    table["start"] -= 1
    return table.assign(transcript=transcript.astype("category"))


def _describe_rows(attributes: pd.Series, patterns: dict[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(
        {name: attributes.str.extract(form)[0] for name, form in patterns.items()}
    )
    tagged = attributes.str.extract(f"({_TAGGED})")[0]
    rank = np.where(tagged.isna(), 0, np.where(attributes.str.contains(_MANE), 2, 1))
    return table.assign(rank=rank)


def _describe(table: pd.DataFrame, described: pd.DataFrame, is_gff: bool) -> pd.DataFrame:
    """Return transcripts with their gene, its name, and their rank."""
    if is_gff:
        rows = described.dropna(subset="id").drop_duplicates("id").set_index("id")
        own = rows.reindex(table["transcript"])
        parent = rows.reindex(own["parent"])
        gene = own["gene"].fillna(pd.Series(parent["gene"].to_numpy(), own.index))
        gene = gene.fillna(own["parent"])
        name = pd.Series(parent["gene_name"].to_numpy(), own.index)
        of_name = name.fillna(own["gene_name"])
        transcript = table["transcript"].str.replace(
            r"^(?:transcript:|rna-)", "", regex=True
        )
        gene = gene.str.replace(r"^(?:gene:|gene-)", "", regex=True)
    else:
        rows = described.dropna(subset="transcript").drop_duplicates("transcript")
        own = rows.set_index("transcript").reindex(table["transcript"])
        gene, of_name, transcript = own["gene"], own["gene_name"], table["transcript"]
    rank = own["rank"].fillna(0).to_numpy(int)
    gene = np.where(gene.isna() | (gene == ""), transcript, gene)
    of_name = np.where(of_name.isna(), gene, of_name)
    return table.assign(transcript=transcript, gene=gene, gene_name=of_name, rank=rank)
