"""What the context++ model needs beside 3' UTRs: tables by seed, and reading frames."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.identifiers import bare_gene, bare_id, log_lost
from mirsignal.files.tables import name_columns, read_table, refuse_duplicates, to_number
from mirsignal.sequences.codes import normalise, reverse_complement
from mirsignal.sites.seed_sites import count_word, join

TA_SPS_COLUMNS = {
    "seed": "Seed region",
    "sps": "SPS (8mer and 7mer-m8)",
    "sps_short": "SPS (7mer-1a and 6mer)",
    "ta": "TA",
}
MRNA_COLUMNS = {
    "transcript": "transcript",
    "gene": "gene",
    "sequence": "sequence",
    "cds_start": "cds_start",
    "cds_end": "cds_end",
}
MRNA_SETTING = "inputs: contextpp: mrna_columns"


def read_ta_sps(
    path: str | Path, columns: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Read seed-pairing stability and target abundance by seed (nt 2-8, RNA or DNA).

    Returns columns sps (kcal/mol, of 8mer and 7mer-m8 sites), sps_short (of 7mer-A1 and
    6mer sites) and ta (log10), indexed by seed. Raises InputError when a column is
    missing, a seed is given twice or a value is no number.
    """
    setting = "inputs: contextpp: columns"
    names = name_columns(TA_SPS_COLUMNS, columns, setting)
    table = read_table(path, names, setting=setting)
    for name in ("sps", "sps_short", "ta"):
        table[name] = to_number(table, name, path)
    seeds = table["seed"].str.upper().str.replace("T", "U")
    odd = table.index[~seeds.str.fullmatch("[ACGU]{7}", na=False)]
    if len(odd):
        raise InputError(
            f"{path}, line {odd[0]}: {table.loc[odd[0], 'seed']!r} is not a seed of 7 "
            "nucleotides (miRNA nt 2-8); correct or remove it"
        )
    table["seed"] = seeds
    refuse_duplicates(table, "seed", path)
    return table.set_index("seed")[["sps", "sps_short", "ta"]]


def read_mrnas(
    path: str | Path,
    columns: Mapping[str, str] | None = None,
    setting: str = MRNA_SETTING,
) -> pd.DataFrame:
    """Read mRNAs: columns transcript, gene, orf (RNA, from start codon to stop codon).

    `cds_start` is 0-based, `cds_end` the position after the last one; rows without them
    are left out. A table without `gene` is matched by transcripts alone. Raises
    InputError for a missing sequence, a frame that is no whole number or not inside its
    sequence, and for a table that counts from 1.
    """
    names = name_columns(MRNA_COLUMNS, columns, setting)
    if "gene" not in (columns or {}):
        del names["gene"]
    table = read_table(path, names, setting=setting)
    table = table if "gene" in table else table.assign(gene=np.nan)
    start, end = (to_number(table, name, path) for name in ("cds_start", "cds_end"))
    _refuse_broken(table["sequence"], start, end, path)
    inside = (start >= 0) & (start < end) & (end <= table["sequence"].str.len())
    wrong = table.index[~inside & start.notna() & end.notna()]
    if len(wrong):
        raise InputError(
            f"{path}, line {wrong[0]}: the reading frame {start[wrong[0]]:g}-"
            f"{end[wrong[0]]:g} is not inside the sequence; `cds_start` is 0-based, "
            "`cds_end` the position after the last nucleotide"
        )
    _refuse_one_based(table["sequence"][inside], start[inside], path)
    table = table[inside]
    frames = zip(table.index, table["sequence"], start[inside], end[inside], strict=True)
    orfs = [_frame(f"{path}, line {n}", text, int(a), int(b)) for n, text, a, b in frames]
    return table[["transcript", "gene"]].assign(orf=pd.array(orfs, dtype="str"))


def _refuse_broken(
    sequences: pd.Series, start: pd.Series, end: pd.Series, path: str | Path
) -> None:
    """Raise InputError where a frame has no sequence or is no whole number."""
    known = start.notna() & end.notna()
    absent = sequences.index[known & sequences.isna()]
    if len(absent):
        raise InputError(
            f"{path}, line {absent[0]}: the sequence is missing; fill or remove it"
        )
    broken = start.index[known & ((start % 1 > 0) | (end % 1 > 0))]
    if len(broken):
        raise InputError(
            f"{path}, line {broken[0]}: a position of the frame is no whole number; "
            "correct it"
        )


def _refuse_one_based(sequences: pd.Series, start: pd.Series, path: str | Path) -> None:
    """Raise InputError where more frames begin a nucleotide behind an AUG than at one."""
    rna = sequences.str.upper().str.replace("T", "U")
    begins = zip(rna, start.astype(int), strict=True)
    around = [text[at - 1 : at + 3] for text, at in begins if at > 0]
    behind = sum(text.startswith("AUG") for text in around)
    if behind > sum(text.endswith("AUG") for text in around):
        raise InputError(
            f"{path}: {behind} of {len(start)} frames begin one nucleotide behind "
            "an AUG; `cds_start` is 0-based: take 1 from each, and leave `cds_end`"
        )


def _frame(where: str, sequence: str, start: int, end: int) -> str:
    try:
        return normalise(sequence[start:end])
    except InputError as error:
        raise InputError(f"{where}: {error}; correct or remove it") from None


def choose_orfs(transcripts: pd.DataFrame, mrnas: pd.DataFrame) -> pd.Series:
    """Return the reading frame of each transcript ("" where none is known).

    That of the same transcript (versions aside), else of its gene. An id on
    several rows, as in tables put together from several sources, means the longest.
    """
    longest = mrnas.assign(length=mrnas["orf"].str.len()).sort_values(
        "length", ascending=False, kind="stable"
    )
    orfs = pd.Series(np.nan, index=transcripts.index, dtype=object)
    for key, bare in (("transcript", bare_id), ("gene", bare_gene)):
        known = longest.dropna(subset=[key])
        by_id = known.groupby(known[key].map(bare))["orf"].first()
        ids = transcripts[key].map(bare)
        orfs = orfs.fillna(ids.map(by_id))
    without = transcripts.loc[orfs.isna(), "transcript"]
    log_lost(transcripts["transcript"], without, "transcripts have no reading frame")
    return orfs.fillna("").set_axis(transcripts["transcript"])


def read_orfs(
    path: str | Path,
    columns: Mapping[str, str],
    transcripts: pd.DataFrame,
    setting: str = MRNA_SETTING,
) -> pd.Series:
    """Return the reading frame of each transcript by its id, "" for all without `path`.

    Frames are those of `read_mrnas`, chosen as in `choose_orfs`.
    """
    if not path:
        return pd.Series("", index=transcripts["transcript"])
    mrnas = read_mrnas(path, columns, setting)
    orfs = choose_orfs(transcripts, mrnas)
    if len(orfs) and not (orfs != "").any():
        there = mrnas["transcript"].iloc[0] if len(mrnas) else "no reading frame"
        raise InputError(
            f"{path}: has the reading frame of none of the transcripts (there: {there}; "
            f"here: {transcripts['transcript'].iloc[0]}); give mRNAs of the same ids, or "
            "none"
        )
    return orfs


def orf_lengths(orfs: pd.Series) -> pd.Series:
    """Return log10 of the length (nt) of each frame, NaN where there is none."""
    lengths = orfs.str.len().astype(float)
    return np.log10(lengths.where(lengths > 0))


def count_orf_8mers(orfs: pd.Series, mirna: str) -> pd.Series:
    """Return the number of 8mer sites of a miRNA in each reading frame."""
    word = reverse_complement(mirna[1:8]) + "A"
    return pd.Series(count_word(join(orfs), word), index=orfs.index)
