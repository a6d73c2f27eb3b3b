"""Transcripts to be scanned: one clean FASTA, one table, shards of equal weight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.identifiers import bare_gene, bare_id, log_join, warn_of_dates
from mirsignal.files.tables import (
    name_columns,
    read_table,
    refuse_duplicates,
    refuse_several_species,
)
from mirsignal.logs import log
from mirsignal.sequences.fasta import normalise_all, read_fasta, read_header_genes

COLUMNS = {"transcript": "transcript", "gene": "gene", "sequence": "sequence"}
"""Columns of tables of sequences and of genes, by default."""
SETTING = "inputs: transcripts: columns"
_PIECE = re.compile(  # the UCSC table browser's, its BED's, bedtools getfasta's
    r"^(.*(?:[NX][MR]_\d+|ENS[A-Z]*T\d{11}|uc\d{3}[a-z]{3})(?:\.\d+)?"
    r"|[a-z]+[A-Z]?[a-z]*\d+_\w*?(?:Gene|RefSeq)[A-Za-z]*_(?![NX][MR]_).+?)"
    r"(?:_\d+|_utr3_.*|::.*)$"
)
ALL, LONGEST, REFUSE = "all", "longest", "refuse"
"""What counts of several sequences of one gene, or of one id: all of them alike, the
longest, or none, since the table is refused."""


def read_transcripts(
    path: str | Path,
    columns: Mapping[str, str] | None = None,
    setting: str = SETTING,
    repeated_ids: str = REFUSE,
    utrs_alone: bool = False,
) -> Iterator[tuple[str, str]]:
    """Yield (transcript id, RNA sequence) from FASTA, or from a table.

    It is a table when `columns`, which is the config's `setting`, names its `sequence`.
    Of a transcript on several lines, as of tables put together from several sources, the
    longest sequence counts if `repeated_ids` says so. `utrs_alone` is that of
    `read_fasta`.

    Raises InputError as `normalise_all` does, for a transcript on several lines, and for
    a table of several species.
    """
    names = name_columns(COLUMNS, columns, setting)
    if "sequence" not in (columns or {}):
        return read_fasta(path, utrs_alone)
    wanted = {key: names[key] for key in ("transcript", "sequence")}
    table = read_table(path, wanted, setting=setting)
    refuse_several_species(
        table, f"{path}: sequences", "keep the rows of one ({column} {one})"
    )
    if repeated_ids == LONGEST:
        length = table["sequence"].str.count("[A-Za-z]")  # without gaps
        by_length = length.sort_values(ascending=False, kind="stable")
        table = table.loc[by_length.index].drop_duplicates("transcript").sort_index()
    refuse_duplicates(table, "transcript", path)
    places = [
        f"{path}, line {line}: {name!r}" for line, name in table["transcript"].items()
    ]
    rows = zip(places, table["transcript"], table["sequence"].fillna(""), strict=True)
    return normalise_all(rows, path)


def read_genes(
    path: str | Path,
    columns: Mapping[str, str] | None = None,
    setting: str = SETTING,
) -> pd.Series:
    """Return the gene of each transcript from a table (`transcript`, `gene`), bare ids.

    A transcript without a gene name stands for its own gene; rows without a transcript
    (BioMart, of genes without a RefSeq id) are left out and counted in the log. Raises
    InputError for a transcript of two genes.
    """
    names = name_columns(COLUMNS, columns, setting)
    wanted = {key: names[key] for key in ("transcript", "gene")}
    table = read_table(path, wanted, setting=setting, row_names="transcript")
    table = table.replace({"transcript": {"-": None}, "gene": {"-": None}})  # of NCBI
    if without := int(table["transcript"].isna().sum()):
        log.info("%s: %d rows without a transcript are left out", path, without)
    table = table[["transcript", "gene"]].dropna(subset="transcript").drop_duplicates()
    if table.empty:
        raise InputError(f"{path}: no row has a transcript; check {setting}")
    warn_of_dates(table["gene"], path)
    table["gene"] = table["gene"].fillna(table["transcript"])
    bare = pd.DataFrame(
        {
            "transcript": table["transcript"].map(bare_id),
            "gene": table["gene"].map(bare_gene),
        }
    ).drop_duplicates()
    refuse_duplicates(bare, "transcript", path)
    return bare.set_index("transcript")["gene"]


def load_transcripts(
    path: str | Path,
    genes: str | Path = "",
    columns: Mapping[str, str] | None = None,
    setting: str = SETTING,
    repeated_ids: str = REFUSE,
    utrs_alone: bool = False,
) -> tuple[dict[str, str], pd.DataFrame]:
    """Return RNA sequences by transcript id, and the table of `describe_transcripts`.

    `genes` is the path of a gene table, or empty: then genes are those that a FASTA's
    headers name, or of a table those of its column `gene`, if `columns` has it. Raises
    InputError as `read_transcripts`, `read_genes` and `describe_transcripts`.
    """
    records = list(read_transcripts(path, columns, setting, repeated_ids, utrs_alone))
    columns = columns or {}
    of: Mapping[str, str] | pd.Series = {}
    if genes or {"sequence", "gene"} <= set(columns):
        of = read_genes(genes or path, columns, setting)
    elif "sequence" not in columns:
        of = read_header_genes(path)
    table = describe_transcripts(records, of, path)
    n_genes, n = table["gene"].nunique(), f"{table['length'].sum():,}"
    log.info("%d transcripts of %d genes, %s nt", len(table), n_genes, n)
    return dict(records), table


def describe_transcripts(
    records: list[tuple[str, str]],
    genes: Mapping[str, str] | pd.Series,
    source: str | Path,
) -> pd.DataFrame:
    """Return one row per transcript: transcript, gene, length (nt), n_unknown.

    `genes` are those of `read_genes`, or others, of which some may lack: then the bare id
    is the gene. Transcripts that share no id with a table of
    genes raise InputError; what else a join loses is logged.
    """
    table = pd.DataFrame(
        {
            "transcript": [name for name, _ in records],
            "length": [len(sequence) for _, sequence in records],
            "n_unknown": [sequence.count("N") for _, sequence in records],
        }
    )
    pieces = table["transcript"].str.extract(_PIECE)[0].dropna()
    known = set(table["transcript"])
    is_number = table["transcript"].loc[pieces.index].str.fullmatch(r".*_\d+")
    pieces = pieces[~is_number | (pieces + "_0").isin(known)]
    if (several := pieces[pieces.duplicated()]).size:
        first = table["transcript"][several.index[0]]
        raise InputError(
            f"{source}: {several.iloc[0]} comes in pieces ({first}, ...); ask for one "
            "record per transcript (UCSC table browser: one FASTA record per gene; "
            "bedtools getfasta: -split)"
        )
    bare = table["transcript"].map(bare_id)
    if isinstance(genes, pd.Series):
        without_y = bare.str.removesuffix("_PAR_Y")
        table["gene"] = bare.map(genes).fillna(without_y.map(genes))
        _check_genes(table, bare, genes, source)
    else:
        table["gene"] = table["transcript"].map(genes).fillna(bare)
    return table[["transcript", "gene", "length", "n_unknown"]]


def _check_genes(
    table: pd.DataFrame, bare: pd.Series, genes: pd.Series, source: str | Path
) -> None:
    """Log what the gene table has in excess; refuse transcripts that it lacks."""
    absent = table.loc[table["gene"].isna(), "transcript"]
    if len(absent):
        raise InputError(
            f"{source}: transcript {absent.iloc[0]!r} and {len(absent) - 1} others are "
            f"not in the gene table (it has {genes.index[0]!r}, ...); add them, or drop "
            "the table"
        )
    log_join(bare, genes.index, ("transcripts", "ids of the gene table"))


def plan_shards(lengths: pd.Series, n_shards: int) -> np.ndarray:
    """Return the shard (0 ...) of each transcript so that shards hold equal nucleotides.

    Longest first into the lightest shard; ties go to the lower number, so that the plan
    depends on the table alone. Raises InputError when a shard would stay empty.
    """
    if n_shards > len(lengths):
        raise InputError(
            f"{n_shards} shards of {len(lengths)} sequences leave some empty; set "
            f"`shards` to {len(lengths)} or fewer"
        )
    shards = np.zeros(len(lengths), dtype=np.int32)
    load = np.zeros(n_shards, dtype=np.int64)
    for index in np.argsort(-lengths.to_numpy(), kind="stable"):
        shards[index] = int(load.argmin())
        load[shards[index]] += lengths.iloc[index] + 1
    return shards
