"""Ids of transcripts and genes: the one rule by which all tables are joined."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from mirsignal.logs import log

_VERSION = re.compile(
    r"^(?:(ENS[A-Z]{0,9}[GTEP]\d{11})\.\d+(?:_\d+)?"
    r"|([NX][MRP]_\d+|WBGene\d{8}|FB(?:gn|tr)\d{7})\.\d+)"
)
_PREFIX = re.compile(
    r"^(?:[A-Za-z]+\d+_[A-Za-z0-9]+_|(?:rna|gene)-|(?:transcript|gene):)"
    r"(?=ENS[A-Z]{0,9}[GT]\d{11}|[NX][MR]_\d|uc\d{3}[a-z]{3}\.\d)"
)
_TRANSCRIPT = re.compile(
    r"(ENS[A-Z]{0,9}T\d{11}|[NX][MR]_\d+)(\.\d+)?(_PAR_Y|_\d+)?|FBtr\d+"
    r"|[A-Z]{4}\d{6}-R[A-Z]|AT[1-5MC]G\d{5}\.\d+"
)
_GENE = re.compile(
    r"ENS[A-Z]{0,9}G\d{11}(\.\d+)?(_PAR_Y|_\d+)?|FBgn\d+|WBGene\d+|[A-Z]{4}\d{6}"
    r"|AT[1-5MC]G\d{5}"
)
_NO_GENE = re.compile(  # nor is a chromosome, or the data base of NCBI's headers
    rf"|\W+|{_TRANSCRIPT.pattern}|(chr)?(\d{{1,2}}|[XYM]|MT)|lcl|gi|ref|gb|emb|dbj|gnl"
)
_STATED_GENE = re.compile(r"(?:^|[\s\[;])(?:gene|parent)[:=]([^\s,;\]]+)")
_MONTH = (
    "(mar|mars|mrt|mrz|mär|sep|sept|set|dec|déc|dez|dic|oct|okt|ott|apr|avr|abr|feb|fév"
    "|nov)"
)
_DATE = re.compile(
    rf"\d{{1,2}}[-. ]+{_MONTH}\.?([-. ]+\d{{2,4}})?|{_MONTH}[-. ]+\d{{1,2}}"
    r"|\d{1,2}月\d{1,2}日|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}( 00:00(:00)?)?",
    re.IGNORECASE,
)
_NAMED = 3  # lost ids that a log names


def bare_id(identifier: str) -> str:
    """Return an id without what only some tables write: version, prefix, other ids.

    Ensembl and RefSeq ids lose their version (also `.2_1` of lifted GENCODE) but keep
    `_PAR_Y`, which is another gene than its copy on X; and prefixes of the UCSC table
    browser (`hg38_ncbiRefSeq_`) and of GFF files. Others are returned as they are, since
    what looks like a version may be an isoform (AT1G01010.1, RP11-34P13.7). Of several
    ids joined by `|` it is that of the transcript, if one is.
    """
    identifier = transcript_name(identifier) if "|" in identifier else identifier
    return _VERSION.sub(r"\1\2", _PREFIX.sub("", identifier))


def is_gene(identifier: str) -> bool:
    """Tell whether an id is written as those of genes are (Ensembl, FlyBase, TAIR)."""
    return _GENE.fullmatch(identifier) is not None


def transcript_name(header: str) -> str:
    """Return the id of a FASTA header: up to white space, or the transcript's of several.

    GENCODE and BioMart join ids of transcript, gene and others with `|`, BioMart also
    descriptions, which have blanks.
    """
    name = header.split()[0] if header.split() else ""
    parts = (header if "|" in name else name).split("|")
    firsts = [part.split()[0] for part in parts if part.split()]
    return next((part for part in firsts if _TRANSCRIPT.fullmatch(part)), name)


def gene_of_header(header: str) -> str | None:
    """Return the bare id of the gene that a header names, None where it names none.

    It follows `gene:` (Ensembl), `gene=` (WormBase, NCBI) or `parent=` (FlyBase), or is
    one of the ids that `|` joins (GENCODE, BioMart): one that looks like a gene's, or of
    two that which is not the transcript's (ENST00000269305|TP53), a symbol before a
    number.
    """
    stated = _STATED_GENE.search(header)
    if stated:
        return bare_id(stated.group(1))
    first = header.split()[0] if header.split() else ""
    words = first.split("|")
    if "|" in header[len(first) :]:  # the first part with blanks is a description
        words = [part.strip() for part in header.split("|") if " " not in part.strip()]
    genes = [word for word in words if _GENE.fullmatch(word)]
    if not genes and len(words) == 2:
        others = [word for word in words if not _NO_GENE.fullmatch(word)]
        genes = [word for word in others if not word.isdigit()] or others
        genes = genes if len(genes) == 1 else []
    return bare_id(genes[0]) if genes else None


def bare_gene(identifier: str) -> str:
    """Return the same for a gene: of several ids joined by `|` that of the gene."""
    of_several = gene_of_header(identifier) if "|" in identifier else None
    return of_several or bare_id(identifier)


def find_ids(wanted: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """Return which of `names` each wanted id is: the same, else that of its bare id."""
    names = list(names)
    by_bare = {bare_id(name): name for name in reversed(names)}
    every = by_bare | {name: name for name in names}
    found = {}
    for name in {name for name in wanted if isinstance(name, str)}:
        for spelling in (name, bare_id(name)):
            if name not in found and spelling in every:
                found[name] = every[spelling]
    return found


def log_lost(every: Iterable[str], lost: Iterable[str], how: str) -> None:
    """Log how many ids of `every` are lost, `how`, and the first of them, if any are."""
    every, lost = set(every), list(dict.fromkeys(lost))
    if lost:
        some = ", ".join(lost[:_NAMED]) + (", ..." if len(lost) > _NAMED else "")
        log.info("%s of %s %s: %s", f"{len(lost):,}", f"{len(every):,}", how, some)


def log_join(left: Iterable[str], right: Iterable[str], names: tuple[str, str]) -> None:
    """Log the ids that a join loses, on either side; `names` say what they are.

    It warns where less than a tenth of either side is left, as of another species.
    """
    left, right = list(dict.fromkeys(left)), list(dict.fromkeys(right))
    shared, fewer = len({*left} & {*right}), min(len(left), len(right))
    if 10 * shared < fewer:
        log.warning(
            "only %s of %s %s and %s %s are the same; are both of one species and kind "
            "of ids?",
            *(f"{shared:,}", f"{len(left):,}", names[0], f"{len(right):,}", names[1]),
        )
    sides = ((left, set(right), names), (right, set(left), names[::-1]))
    for ids, known, (ours, others) in sides:
        lost = [name for name in ids if name not in known]
        log_lost(ids, lost, f"{ours} are not among {others}")


def look_like_dates(names: pd.Series) -> pd.Series:
    """Tell which names (N,) a spreadsheet has turned into dates (MARCH1)."""
    return names.str.fullmatch(_DATE, na=False)


def warn_of_dates(names: pd.Series, path: str | Path) -> None:
    """Log once how many gene names a spreadsheet has turned into dates (MARCH1)."""
    dates = names[names.str.fullmatch(_DATE, na=False)]
    if len(dates):
        log.warning(
            "%s: %d gene names look like dates, as spreadsheets make of SEPT2 or MARCH1 "
            "(line %s: %r); they match none, or a wrong one",
            path,
            len(dates),
            dates.index[0],
            dates.iloc[0],
        )
