"""TargetScan scores, or those of another program: one per miRNA and gene."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.identifiers import bare_gene, log_join, warn_of_dates
from mirsignal.files.tables import (
    name_columns,
    read_table,
    refuse_several_species,
    to_number,
)
from mirsignal.logs import log
from mirsignal.sequences.codes import normalise, seed_region
from mirsignal.sequences.mirnas import scan_names

PLACE_COLUMNS = {"utrstart", "utrend", "msastart", "sitestart"}
"""Columns, without case and spaces, that give the place of a site."""

SITE_COLUMNS = {"sitetype", "seedmatch"} | PLACE_COLUMNS
"""Columns that only tables with a row per site have."""

_TRANSCRIPT_COLUMNS = (
    "transcriptid",
    "refseqid",
    "representativetranscript",
    "transcript",
)
TARGETSCAN_SETTING = "inputs: targetscan: columns"


def read_targetscan(
    path: str | Path,
    mirnas: pd.DataFrame,
    columns: Mapping[str, str | int],
    where: Mapping[str, str | int] | None = None,
    join: str | None = None,
    stronger: str = "lower",
) -> pd.DataFrame:
    """Read TargetScan scores as rows (mirna, gene, score); absent pairs stay absent.

    The table has a `mirna` column, or a `seed` column (nt 2-8) that stands for all
    miRNAs of that family. Several rows of one pair are joined by their "sum" or their
    "lowest" score (the strongest predicted repression); by default the sum where
    the table has a row per site (`SITE_COLUMNS`), the lowest elsewhere. Sites are added
    up within a transcript, and the lowest of several transcripts counts. Of a table of
    several species, `where` (column in the file -> value) names the rows to keep. With
    `stronger` "higher" (miRDB) scores come back negated.

    Raises InputError when a column is missing, a score is no number, no row is left or
    scores point the wrong way.
    """
    key = "seed" if "seed" in columns else "mirna"
    known = {name: name for name in (key, "gene", "score")}
    names = name_columns(known, columns, TARGETSCAN_SETTING)
    table = read_table(path, names, setting=TARGETSCAN_SETTING, where=where)
    refuse_several_species(
        table,
        f"{path}: scores",
        "choose one, as inputs: targetscan: {{where: {{{column}: {one}}}}}",
    )
    table["score"] = to_number(table, "score", path)
    table = table[table[[key, "gene", "score"]].notna().all(axis=1)]
    table["score"] = _lower_is_stronger(table["score"], stronger, path)
    warn_of_dates(table["gene"], path)
    table["gene"] = table["gene"].map(bare_gene)
    if key == "seed":
        table["seed"] = _normalised(table["seed"], path)
    first = table[key].iloc[0] if len(table) else ""
    tidy = _join_rows(table, key, join)
    if key == "seed":
        families = mirnas.assign(seed=mirnas["sequence"].map(seed_region))[
            ["mirna", "seed"]
        ]
        tidy = tidy.merge(families, on="seed")
    known, called = scan_names(mirnas), tidy["mirna"]
    isomirs = called.str.replace(r"\.\d$", "", regex=True)  # miR-124-3p.1 and .2
    tidy["mirna"] = called.map(known).fillna(isomirs.map(known))
    tidy = tidy.groupby(["mirna", "gene"], as_index=False, sort=True)["score"].min()
    if tidy.empty:
        raise InputError(
            f"{path}: no row is of a miRNA of the study ({mirnas['mirna'].iloc[0]!r}, "
            f"seed {seed_region(mirnas['sequence'].iloc[0])}, ...; column {names[key]!r} "
            f"has {first!r}, ...); map {TARGETSCAN_SETTING}: mirna to names as the study "
            "has them, or seed to nt 2-8 of families"
        )
    without = mirnas["mirna"][~mirnas["mirna"].isin(tidy["mirna"])]
    if len(without):
        log.warning(
            "%s: %d of %d miRNAs have no scores, and count as without targets: %s",
            *(path, len(without), len(mirnas), ", ".join(without[:3])),
        )
    return tidy


def check_scored_genes(scores: pd.DataFrame, genes: pd.Series, path: str | Path) -> None:
    """Log the genes that scores and transcripts do not share.

    Raises InputError where they share none, as of RefSeq ids (miRDB) and symbols.
    """
    if not scores["gene"].isin(genes).any():
        raise InputError(
            f"{path}: none of its genes (first: {scores['gene'].iloc[0]!r}) is a gene of "
            f"the transcripts (first: {genes.min()!r}); set {TARGETSCAN_SETTING}: "
            "{gene: NAME} to a column of such ids, or translate them"
        )
    log_join(scores["gene"], genes, ("genes with scores", "genes of the transcripts"))


def _lower_is_stronger(scores: pd.Series, stronger: str, path: str | Path) -> pd.Series:
    """Return scores of which the lower ones predict stronger repression."""
    if stronger == "higher":
        if len(scores) and scores.max() <= 0 > scores.min():
            raise InputError(
                f"{path}: no score is above 0, while higher ones are to predict stronger "
                "repression; set inputs: targetscan: {stronger: lower} if the lower do"
            )
        return -scores
    if len(scores) and scores.min() >= 0 < scores.max():
        raise InputError(
            f"{path}: no score is below 0, while lower ones are to predict stronger "
            "repression; set inputs: targetscan: {stronger: higher} if the higher ones do"
        )
    return scores


def _join_rows(table: pd.DataFrame, key: str, join: str | None) -> pd.DataFrame:
    """Return one row per `key` and gene, and log how many rows were joined and how."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in table.columns}
    sites = [plain[name] for name in sorted(SITE_COLUMNS & set(plain))]
    pair = [key, "gene"]
    rule = join or ("sum" if sites else "lowest")
    n_rows = len(table)
    if rule == "sum":
        transcript = [plain[name] for name in _TRANSCRIPT_COLUMNS if name in plain]
        if PLACE_COLUMNS & set(plain):  # the same site again, as of another miRNA
            table = table.drop_duplicates([*pair, *transcript, *sites])
        groups = table.groupby([*pair, *transcript], as_index=False, dropna=False)
        table = groups["score"].sum()
    joined = table.groupby(pair, as_index=False)["score"].min()
    if n_rows > len(joined):
        log.info(
            "%s rows joined into %s pairs by their %s (inputs: targetscan: join)",
            f"{n_rows:,}",
            f"{len(joined):,}",
            rule,
        )
    return joined


def add_scores(pairs: pd.DataFrame, path: str | Path | Sequence[str]) -> pd.DataFrame:
    """Return `pairs` with the column `targetscan` of the table at `path`, NaN if absent.

    `path` is a table of `read_targetscan`; where it is empty, as in a study without such
    a table, pairs come back as they are.
    """
    if not path:
        return pairs
    scores = pd.read_parquet(path).rename(columns={"score": "targetscan"})
    return pairs.merge(scores, how="left", on=["mirna", "gene"])


def _normalised(seeds: pd.Series, path: str | Path) -> pd.Series:
    rna = {}
    for line, value in seeds.drop_duplicates().items():
        try:
            rna[value] = normalise(value)
        except InputError as error:
            raise InputError(f"{path}, line {line}: seed {value!r}: {error}") from None
    return seeds.map(rna)
