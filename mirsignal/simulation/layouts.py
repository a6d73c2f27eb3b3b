"""Write the files of a simulated study in the layouts that real studies come in."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import pandas as pd

from mirsignal.files.atomic import atomic_path


def write_chimeras(path: str | Path, hybrids: pd.DataFrame) -> None:
    """Write the layout of Helwak 2013, data S1: 30 comment lines before the header."""
    text = StringIO()
    for number in range(1, 31):
        text.write(
            f"# Simulated chimeras in the layout of CLASH data S1, line {number}\n"
        )
    hybrids.to_csv(text, sep="\t", index=False)
    _write_packed(path, text.getvalue())


def write_fasta_gz(path: str | Path, sequences: Mapping[str, str]) -> None:
    """Write DNA letters, every tenth record in lowercase, as real files mix them."""
    text = StringIO()
    for number, (name, sequence) in enumerate(sequences.items()):
        dna = sequence.replace("U", "T")
        text.write(f">{name}\n{dna.lower() if number % 10 == 9 else dna}\n")
    _write_packed(path, text.getvalue())


def _write_packed(path: str | Path, text: str) -> None:
    with atomic_path(path) as temporary:
        temporary.write_bytes(gzip.compress(text.encode(), mtime=0))
