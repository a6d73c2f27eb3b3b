"""Sites in the genome as bigBed, for genome browsers that fetch what they show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from mirsignal.errors import InputError

BIGBED = "sites.genome.bb"


def write_bigbed(
    path: str | Path, lines: Iterable[str], lengths: Mapping[str, int]
) -> None:
    """Write lines of BED12, in any order, as bigBed (Kent 2010, Bioinformatics 26:2204).

    `lengths` are those of the contigs (nt). Written by Biopython, about 0.1 ms a line.
    Raises InputError without lines, since an empty bigBed is none.
    """
    from Bio import Align
    from Bio.Seq import Seq
    from Bio.SeqRecord import SeqRecord

    rows = [line.rstrip("\n").split("\t") for line in lines]
    if not rows:
        raise InputError("no site lies in the genome; leave bigBed out")
    rows.sort(key=lambda row: (row[0], int(row[1])))
    targets = {
        chrom: SeqRecord(Seq(None, lengths[chrom]), id=chrom)
        for chrom in dict.fromkeys(row[0] for row in rows)
    }
    alignments = Align.Alignments([_align(row, targets[row[0]]) for row in rows])
    contigs = list(targets.values())
    Align.write(alignments, str(path), "bigbed", targets=contigs)


def _align(row, target):
    """Return a line of BED12 as an alignment of the site with the contig."""
    from Bio.Align import Alignment
    from Bio.Seq import Seq
    from Bio.SeqRecord import SeqRecord

    first = int(row[1])
    sizes, offsets = (np.array(text.split(","), int) for text in row[10:])
    ends = np.cumsum(sizes)
    of_site = np.column_stack([ends - sizes, ends]).ravel()
    in_contig = np.column_stack([offsets, offsets + sizes]).ravel() + first
    if row[5] == "-":
        of_site = ends[-1] - of_site
    site = SeqRecord(Seq(None, int(ends[-1])), id=row[3])
    found = Alignment([target, site], np.array([in_contig, of_site]))
    shown = {"thickStart": int(row[6]), "thickEnd": int(row[7]), "itemRgb": row[8]}
    vars(found).update(shown, score=int(row[4]))
    return found
