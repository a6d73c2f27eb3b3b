"""What a file is that is no table and no FASTA, and what to do about it.

Nothing here decides a result: it raises, or does nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

from mirsignal.errors import InputError

SHEET = "save the sheet as CSV and give that"
_FROM_R = "write it as text with R's write.table(x, file, sep = '\\t')"
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": ("an Excel workbook (.xls)", SHEET),
    b"%PDF": ("a PDF", "give its table as CSV"),
    b"{\\rtf": ("a document (RTF)", "save it as plain text"),
    b"RDX2\n": ("an R workspace (.RData)", _FROM_R),
    b"RDX3\n": ("an R workspace (.RData)", _FROM_R),
    b"RDA2\n": ("an R workspace (.RData)", _FROM_R),
    b"RDA3\n": ("an R workspace (.RData)", _FROM_R),
    b"X\n\x00": ("an R object (.rds)", _FROM_R),
    b"A\n": ("an R object (.rds)", _FROM_R),
    b"B\n": ("an R object (.rds)", _FROM_R),
    b"PAR1": ("a Parquet file", "write it as TSV"),
    b"\x89HDF": ("an HDF5 file", "write its table as TSV"),
    b"\x93NUMPY": ("a NumPy array", "write it as TSV"),
    b"BZh": ("a bzip2 file", "unpack it with bunzip2"),
    b"\xfd7zXZ": ("an xz file", "unpack it with xz -d"),
    b"\x5d\x00\x00": ("an lzma file", "unpack it with xz -d"),
    b"\x1f\x9d": ("a file of compress (.Z)", "unpack it with gunzip"),
    b"SQLite format 3": ("an SQLite data base", "write its table as TSV"),
    b"ARROW1": ("a Feather file", "write it as TSV"),
    b"\x28\xb5\x2f\xfd": ("a Zstandard file", "unpack it with zstd -d"),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it"),
    b"Rar!": ("a RAR archive", "unpack it"),
    b"PK\x03\x04": ("an archive in an archive", "unpack it"),
    b"\x1f\x8b": ("a gzip file in another", "unpack it once"),
    b"\x43\x27\x41\x1a": ("a genome as 2bit", "convert it with twoBitToFa"),
    b"\x26\xfc\x8f\x88": ("a bigWig", "give a table or a FASTA"),
    b"BAM\x01": ("a BAM file", "give a table or a FASTA"),
    b"CRAM\x02": ("a CRAM file", "give a table or a FASTA"),
    b"CRAM\x03": ("a CRAM file", "give a table or a FASTA"),
}
"""What a file is by its first bytes, and the remedy."""

ANNOTATION = "annotation (GFF or GTF)"
_KINDS = {
    r"<table|(?s:<(html|head|meta|style).*office:excel)": (
        "a table as HTML, which some programs save as .xls",
        "open it in a spreadsheet and save the sheet as CSV",
    ),
    r"<(!--|(!doctype html|html|head|body|pre|p)\b)": (
        "a web page (an error or a login page, saved as if it were the file?)",
        "fetch the file itself",
    ),
    r"<\?xml|<!doctype": ("an XML document", "save it as CSV"),
    r'[{\[]\s*["{\[]': ("a JSON document", "write it as TSV"),
    r"version https://git-lfs": ("a Git LFS pointer", "fetch the file with git lfs pull"),
    r"/annex/objects/": ("a git-annex pointer", "fetch the file with git annex get"),
    r"##gff-version|(#.*\n|\n)*([^\t\n]+\t){3}\d+\t\d+\t[^\t\n]+\t[-+.?]\t[012.]\t": (
        ANNOTATION,
        "give a table, or a FASTA of the sequences",
    ),
    r"(.*\n){1,9}[.()]{10,}\t\(?-?\d+(\.\d+)?\)?\s*\n": (
        "structures of hybrids (viennad)",
        "give the table of hybrids that lies beside it (.hyb)",
    ),
    r"##fileformat=VCF": ("variants (VCF)", "give a table"),
    r"@(HD|SQ|RG|PG)\t": ("alignments (SAM)", "give a table"),
    r"@.*\n[ACGTN]+\n\+": ("reads (FASTQ)", "give a FASTA"),
    r"ID   \S.*; .* BP\.|LOCUS   .* bp ": (
        "a flat file (EMBL or GenBank)",
        "fetch it as FASTA",
    ),
    r"\^\w+ = |!\w+[\t =]": (
        "a record of GEO (SOFT or series matrix)",
        "give its table alone, without lines that start with !",
    ),
}
"""What a file is by its first lines, and the remedy."""


def refuse_foreign(data: bytes, path: Path) -> None:
    """Raise InputError for bytes that start as those of another kind of file do."""
    for start, (kind, remedy) in _FOREIGN.items():
        if data.startswith(start):
            raise InputError(f"{path}: this is {kind}; {remedy}")
    if data[257:262] == b"ustar":
        raise InputError(f"{path}: this is a tar archive; unpack it and name one file")


def refuse_kind(text: str, path: Path, wanted: str = "") -> None:
    """Raise InputError for text whose first lines are those of another kind of file than
    the one that is `wanted`."""
    kind, remedy = _kind_of(text)
    if kind not in ("", wanted):
        raise InputError(f"{path}: this is {kind}; {remedy}")


def is_kind(text: str, wanted: str) -> bool:
    """Tell whether the first lines of a text are those of this kind of file."""
    return _kind_of(text)[0] == wanted


def _kind_of(text: str) -> tuple[str, str]:
    """Return what a text is by its first lines, and the remedy; "" where it is none."""
    start = text[:4000].lstrip()
    matching = (
        found
        for pattern, found in _KINDS.items()
        if re.match(pattern, start, re.IGNORECASE)
    )
    return next(matching, ("", ""))
