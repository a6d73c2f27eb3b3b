"""Transcripts to be scanned: one clean FASTA, one table, shards of equal weight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files import read_table, refuse_duplicates
from mirsignal.sequences import normalise, read_fasta

_VERSIONED = re.compile(r"^((?:ENS[A-Z]*[GT]\d{11})|(?:[NX][MR]_\d+))\.\d+$")


def strip_version(identifier: str) -> str:
    """Return an Ensembl or RefSeq id without its version; others as they are."""
    match = _VERSIONED.match(identifier)
    return match.group(1) if match else identifier


def read_transcripts(
    path: str | Path, columns: Mapping[str, str] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield (transcript id, RNA sequence) from FASTA, or from a table.

    It is a table when `columns` names its `transcript` and `sequence` columns.
    """
    if "sequence" not in (columns or {}):
        yield from read_fasta(path)
        return
    names = {"transcript": "transcript"} | dict(columns or {})
    wanted = {key: names[key] for key in ("transcript", "sequence")}
    table = read_table(path, wanted)
    refuse_duplicates(table, "transcript", path)
    for line, row in table.iterrows():
        if not isinstance(row["sequence"], str):
            raise InputError(f"{path}, line {line}: the sequence is missing")
        try:
            yield row["transcript"], normalise(row["sequence"])
        except InputError as error:
            raise InputError(f"{path}, line {line}: {error}") from None


def read_genes(path: str | Path, columns: Mapping[str, str] | None = None) -> pd.Series:
    """Return the gene of each transcript from a table (`transcript`, `gene`).

    A transcript without a gene name stands for its own gene.
    """
    names = {"transcript": "transcript", "gene": "gene"} | dict(columns or {})
    table = read_table(path, names)
    refuse_duplicates(table, "transcript", path)
    table["gene"] = table["gene"].fillna(table["transcript"]).map(strip_version)
    return table.set_index("transcript")["gene"]


def describe_transcripts(
    records: list[tuple[str, str]], genes: pd.Series | None, source: str | Path
) -> pd.DataFrame:
    """Return one row per transcript: transcript, gene, length (nt), n_unknown.

    Without a gene table the id, stripped of its version, is the gene.
    """
    table = pd.DataFrame(
        {
            "transcript": [name for name, _ in records],
            "length": [len(sequence) for _, sequence in records],
            "n_unknown": [sequence.count("N") for _, sequence in records],
        }
    )
    if genes is None:
        table["gene"] = table["transcript"].map(strip_version)
    else:
        table["gene"] = table["transcript"].map(genes)
        absent = table.loc[table["gene"].isna(), "transcript"]
        if len(absent):
            raise InputError(
                f"{source}: transcript {absent.iloc[0]!r} and {len(absent) - 1} others "
                "are not in the gene table; add them or drop the table"
            )
    return table[["transcript", "gene", "length", "n_unknown"]]


def plan_shards(lengths: pd.Series, n_shards: int) -> np.ndarray:
    """Return the shard (0 ...) of each transcript so that shards hold equal nucleotides.

    Longest first into the lightest shard; ties go to the lower number, so that the plan
    depends on the table alone. Raises InputError when a shard would stay empty.
    """
    if n_shards > len(lengths):
        raise InputError(
            f"{n_shards} shards for {len(lengths)} transcripts leave some empty; set "
            f"`shards` to {len(lengths)} or fewer"
        )
    shards = np.zeros(len(lengths), dtype=np.int32)
    load = np.zeros(n_shards, dtype=np.int64)
    for index in np.argsort(-lengths.to_numpy(), kind="stable"):
        shards[index] = int(load.argmin())
        load[shards[index]] += lengths.iloc[index] + 1
    return shards
