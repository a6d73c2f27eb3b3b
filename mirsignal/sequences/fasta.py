"""FASTA files: read record by record, indexed, and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from mirsignal.errors import InputError
from mirsignal.files.atomic import atomic_path
from mirsignal.files.identifiers import gene_of_header, is_gene, transcript_name
from mirsignal.files.text import read_text
from mirsignal.logs import log
from mirsignal.sequences.codes import normalise

_REGIONS = re.compile(r"\|(UTR[35]|CDS):\d+-\d+")  # of GENCODE's transcripts
_UTR3 = re.compile(r"\|UTR3:(\d+)-(\d+)")
_WHOLE = re.compile(  # gffread, Ensembl, NCBI, NCBI's datasets, FlyBase, GENCODE
    r"\sCDS=\d+-\d+|\s(cdna|cds|ncrna)(:\w+)?\s\w+:|, (transcript variant|mRNA)"
    r"|\[transcript=|\[gbkey=(mRNA|CDS)\]|\stype=(mRNA|CDS|transcript)\b"
    r"|\|\d+\|[A-Za-z_]+\|$"
)
_PROTEIN = re.compile(r"(ENS[A-Z]*P\d{11}|[NXY]P_\d+)(\.\d+)?")
_SAYS_UTR3 = re.compile(r"\b3p?[_' -]*utr|\butr3\b", re.IGNORECASE)


def read_fasta(path: str | Path, utrs_alone: bool = False) -> Iterator[tuple[str, str]]:
    """Yield (id, RNA sequence) from a FASTA (plain, gzip or zip) of any case, U or T.

    The id is that of `transcript_name`. With `utrs_alone` 3' UTRs are asked for: of
    GENCODE's mRNAs, whose headers say where they are, they are cut out. Raises InputError
    for an empty file, text before the first header, a repeated id, a header of another
    whole mRNA where 3' UTRs are asked for, and what `read_text` and `normalise_all`
    refuse.
    """
    return normalise_all(_named_records(path, utrs_alone), path)


class Transcripts:
    """Random access to a prepared FASTA through its pyfaidx index."""

    def __init__(self, path: str | Path):
        import pyfaidx

        self._fasta = pyfaidx.Fasta(str(path), as_raw=True, rebuild=False)

    def __getitem__(self, name: str) -> str:
        try:
            return str(self._fasta[name][:])
        except KeyError:
            raise InputError(f"{self._fasta.filename}: no transcript {name!r}") from None

    def __contains__(self, name: str) -> bool:
        return name in self._fasta

    def names(self) -> list[str]:
        """Return all ids, in the order of the FASTA."""
        return list(self._fasta.keys())

    def length(self, name: str) -> int:
        return len(self._fasta[name])


def write_fasta(path: str | Path, records: Iterable[tuple[str, str]]) -> None:
    """Write records in lines of 80 letters, as pyfaidx indexes them."""
    with Path(path).open("w") as handle:
        for name, sequence in records:
            handle.write(f">{name}\n")
            for start in range(0, len(sequence), 80):
                handle.write(sequence[start : start + 80] + "\n")


def write_indexed_fasta(
    path: str | Path, index: str | Path, records: Iterable[tuple[str, str]]
) -> None:
    """Write a FASTA and the index by which pyfaidx finds its records."""
    import pyfaidx

    with atomic_path(index) as temporary_index, atomic_path(path) as temporary:
        write_fasta(temporary, records)
        pyfaidx.Faidx(str(temporary), indexname=str(temporary_index), rebuild=True)


def _named_records(
    path: str | Path, utrs_alone: bool = False
) -> Iterator[tuple[str, str, str]]:
    """Yield (place, id, sequence as written) of each record of a FASTA."""
    seen: set[str] = set()
    n_cut = n_without = 0
    for header, body in _read_records(path):
        if utrs_alone and (regions := _REGIONS.search(header)):
            utr = _UTR3.search(header)
            if utr is None:
                n_without += 1
                continue
            start, end = int(utr[1]) - 1, int(utr[2])
            body, n_cut = "".join(body.split())[start:end], n_cut + 1
        name = transcript_name(header)
        if not name:
            raise InputError(f"{path}: record {len(seen) + 1} has no id after '>'")
        if _PROTEIN.fullmatch(name.split("|")[0]):
            raise InputError(
                f"{path}: record {name!r} is a protein, by its id; give transcripts"
            )
        if name in seen:
            remedy = "keep one record"
            if is_gene(name):
                remedy = (
                    "let headers name transcripts too (BioMart: Transcript stable ID)"
                )
            raise InputError(f"{path}: id {name!r} occurs twice; {remedy}")
        seen.add(name)
        is_whole = _WHOLE.search(header) and not _SAYS_UTR3.search(header)
        if utrs_alone and not regions and is_whole:
            raise InputError(
                f"{path}: record {name!r} is a whole mRNA, by its header; give 3' UTRs, "
                "or an annotation and its genome"
            )
        yield f"{path}: record {name!r}", name, body
    if n_cut or n_without:
        log.info(
            "%s: mRNAs, of which 3' UTRs are cut out as headers say: %d, %d have none",
            *(path, n_cut, n_without),
        )


def normalise_all(
    records: Iterable[tuple[str, str, str]], path: str | Path
) -> Iterator[tuple[str, str]]:
    """Yield (id, RNA sequence) of records (place, id, sequence as a file has it).

    Gaps (`-`, of aligned 3' UTRs as TargetScan's) are left out. Records that say
    "Sequence unavailable", as BioMart does of transcripts without a 3' UTR, are skipped.
    Both are counted in the log. Raises InputError, with the place, for a record without
    sequence, a letter that is no nucleotide and an id with white space, where an indexed
    FASTA would end it; and when no record has a sequence.
    """
    n_records = n_unavailable = n_gaps = 0
    for place, name, text in records:
        n_records += 1
        if text.strip().lower() == "sequence unavailable":
            n_unavailable += 1
            continue
        if name.split() != [name]:
            raise InputError(f"{place} has white space in its id; write '_' in its place")
        sequence = "".join(text.split())
        n_gaps += sequence.count("-")
        sequence = sequence.replace("-", "")
        if not sequence:
            raise InputError(f"{place} has no sequence; remove it")
        try:
            yield name, normalise(sequence)
        except InputError as error:
            raise InputError(f"{place}: {error}; {_remedy(sequence)}") from None
    if n_unavailable == n_records:
        raise InputError(f"{path}: no record has a sequence; ask BioMart for 3utr")
    if n_unavailable:
        counts = (path, n_unavailable, n_records)
        log.info("%s: skipped %d of %d records: sequence unavailable", *counts)
    if n_gaps:
        log.info("%s: %d gaps ('-') of an alignment are left out", path, n_gaps)


def _remedy(sequence: str) -> str:
    """Return what to do about a record that holds another letter."""
    if set(sequence.upper()) <= set("ACGTUNX"):
        return "write N for what is masked"
    if re.fullmatch(r"[A-Za-z*]+", sequence):
        return "is this a protein?"
    return "correct or remove it"


def _read_records(path: str | Path) -> Iterator[tuple[str, str]]:
    """Yield (header, lines of sequence) of each record."""
    text = read_text(path).lstrip()
    if not text.startswith(">"):
        raise InputError(
            f"{path}: not FASTA, whose first line starts with '>'; give FASTA, or, in a "
            "config, name the columns of id and sequence of a table"
        )
    for record in text[1:].split("\n>"):
        header, _, body = record.partition("\n")
        yield header, body


def read_header_genes(path: str | Path) -> dict[str, str]:
    """Return the genes that the headers of a FASTA name, by transcript.

    It warns of headers that name several things, none of which is clearly a gene.
    """
    genes, unclear = {}, []
    for header, _ in _read_records(path):
        name, gene = transcript_name(header), gene_of_header(header)
        if gene:
            genes[name] = gene
        elif "|" in header.split()[0]:
            unclear.append(header.split()[0])
    if unclear:
        log.warning(
            "%s: no gene is clear from %d headers, such as %s; each of these transcripts "
            "counts as a gene, unless a table of genes is given",
            *(path, len(unclear), unclear[0]),
        )
    return genes
