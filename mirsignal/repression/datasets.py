"""Fold changes of several experiments that one model is learned from.

A data set is a table of log2 fold changes measured in one kind of cells, with miRNAs,
passenger strands and expressed 3' UTRs of its own. Models take them as one table, in
which a miRNA and a gene have the data set in front of their names, since the same miRNA
may act more strongly, and the same gene have another 3' UTR, in other cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.identifiers import bare_id, log_lost
from mirsignal.logs import log
from mirsignal.repression.equation import bound_scores
from mirsignal.sequences.transcripts import LONGEST
from mirsignal.sites.isoforms import weigh_scores
from mirsignal.statistics.metrics import pearson
from mirsignal.statistics.resampling import GeneResamples, interval_of

SEPARATOR = ":"
"""Between the data set and a name; no data set has it in its own."""
REFERENCES = ("seed_counts", "contextpp", "weighted_contextpp")
"""What models are compared with: minus the number of seed sites; context++ (Agarwal
2015); the same weighted by the share of mRNAs that hold a site (`isoforms.weigh_scores`).
"""


def stack_datasets(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return tables (mirna or gene or both) of data sets as one, with column dataset."""
    parts = []
    for dataset, table in tables.items():
        names = {
            column: dataset + SEPARATOR + table[column]
            for column in ("mirna", "gene")
            if column in table
        }
        parts.append(table.assign(dataset=dataset, **names))
    return pd.concat(parts, ignore_index=True)


def read_stacked(datasets: Sequence[str], paths: Sequence[str | Path]) -> pd.DataFrame:
    """Return the Parquet tables of data sets as one (`stack_datasets`)."""
    tables = map(pd.read_parquet, paths)
    return stack_datasets(dict(zip(datasets, tables, strict=True)))


def read_sites(paths: Sequence[str | Path]) -> pd.DataFrame:
    """Return the sites of data sets, whose folders have their names, as one table.

    `paths` are their sites.parquet, and binding.parquet where what the binding network
    makes of them is asked for.
    """
    tables: dict[str, pd.DataFrame] = {}
    for path in map(Path, paths):
        known = tables.get(path.parent.name)
        table = pd.read_parquet(path)
        tables[path.parent.name] = table if known is None else known.join(table)
    return stack_datasets(tables)


def read_peaks_of_sites(paths: Sequence[str | Path], sites: pd.DataFrame) -> pd.DataFrame:
    """Return proteins.parquet of data sets as one table (site, protein, shuffled), for
    stacked `sites`: site is the index of a row there.

    Raises InputError where no site has a peak or motif, or none one of other genes.
    """
    first = sites.index.to_series().groupby(sites["dataset"].array).min()
    tables = []
    for path in map(Path, paths):
        table = pd.read_parquet(path)
        tables.append(table.assign(site=table["site"] + first[path.parent.name]))
    stacked = pd.concat(tables, ignore_index=True)
    if stacked["shuffled"].nunique() < 2:
        raise InputError(
            "no site has a peak or motif of a protein, of its own gene or, for the "
            "control, of another; give more of them, or leave recipes with `proteins` out"
        )
    return stacked


def bare_names(names: pd.Series) -> pd.Series:
    """Return names without the data set in front of them."""
    return names.str.split(SEPARATOR, n=1).str[1]


def choose_transcripts(
    transcripts: pd.DataFrame,
    measured: pd.Series,
    expressed: pd.Series | None,
    which: str,
) -> pd.DataFrame:
    """Return the `transcripts` (transcript, gene, length, n_unknown) that sites lie in.

    They are of `measured` genes; where `expressed` gives the gene of a transcript, those
    that it names, under that gene. Of several of one gene all, or the longest (`which`).

    Raises InputError when none is left.
    """
    if expressed is not None:
        gene = transcripts["transcript"].map(bare_id).map(expressed)
        log_lost(
            expressed.index,
            set(expressed.index) - set(transcripts["transcript"].map(bare_id)),
            "expressed transcripts have no sequence",
        )
        transcripts = transcripts.assign(gene=gene)[gene.notna()]
    chosen = transcripts[transcripts["gene"].isin(set(measured))]
    if chosen.empty:
        raise InputError(
            "no transcript is of a measured gene; give ids that the transcripts have, or "
            "the expressed transcripts, as inputs: datasets: transcripts"
        )
    if which == LONGEST:
        by_length = chosen.sort_values("length", ascending=False, kind="stable")
        chosen = by_length.drop_duplicates("gene").sort_index()
    return chosen.reset_index(drop=True)


def add_references(
    pairs: pd.DataFrame, sites: pd.DataFrame, transcripts: pd.DataFrame
) -> pd.DataFrame:
    """Return `pairs` (mirna, gene) with REFERENCES, the mean over a gene's `transcripts`.

    `sites` are those of `SiteContext.add_to`; sites of the guide in 3' UTRs count. Lower
    is stronger repression, 0 without a site, and sums have an end (`bound_scores`).
    Sites whose share of mRNAs is not known are weighted as the mean of the others.
    """
    own = sites[sites["group"] == "guide_utr"]
    contextpp = own["contextpp"].to_numpy(float)
    weighted = weigh_scores(contextpp, np.exp(own["log_air"].to_numpy(float)))
    values = dict(zip(REFERENCES, (-np.ones(len(own)), contextpp, weighted), strict=True))
    summed = own[["mirna", "gene"]].assign(**values).groupby(["mirna", "gene"]).sum()
    keys = pd.MultiIndex.from_frame(pairs[["mirna", "gene"]])
    found = summed.reindex(keys, fill_value=0.0).reset_index(drop=True)
    n_transcripts = pairs["gene"].map(transcripts["gene"].value_counts()).to_numpy()
    found = found.div(n_transcripts, axis=0)
    found[list(REFERENCES[1:])] = found[list(REFERENCES[1:])].apply(bound_scores)
    return pd.concat([pairs.reset_index(drop=True), found], axis=1)


def measure_seed_counts(pairs: pd.DataFrame, n_resamples: int, seed: int) -> pd.DataFrame:
    """Return what the mere number of seed sites tells of each miRNA's experiment.

    `pairs` has mirna, gene, log2fc and seed_counts. A row per miRNA: n, n_with_site, r
    (Pearson, of log2fc and seed_counts), its 95% interval from resampling genes, and
    `shown`: whether that lies above 0. An experiment in which it does not shows nothing
    of its miRNA.
    """
    rows = []
    for mirna, own in pairs.groupby("mirna"):
        measured, count = (
            own[name].to_numpy(float) for name in ("log2fc", "seed_counts")
        )
        draws = GeneResamples(own["gene"], n_resamples, seed)
        drawn = draws.pearson(measured, count[:, None])[:, 0]
        ends = interval_of(np.where(np.isnan(drawn), 0, drawn))  # no gene with a site
        low, high = (np.nan if end is None else end for end in ends.values())
        r = pearson(measured, count)
        row = (mirna, len(own), int((count < 0).sum()), r, low, high, bool(low > 0))
        rows.append(row)
    columns = ["mirna", "n", "n_with_site", "r", "r_low", "r_high", "shown"]
    return pd.DataFrame(rows, columns=columns)


def tell_seed_counts(table: pd.DataFrame, dataset: str) -> None:
    """Log a line per miRNA of a data set, and warn of those of which nothing is seen."""
    for row in table.itertuples():
        log.info(
            "%s, %s: seed counts r = %.3f (%.3f to %.3f), n = %s",
            dataset,
            row.mirna,
            row.r,
            row.r_low,
            row.r_high,
            f"{row.n:,}",
        )
    if len(hidden := table.loc[~table["shown"], "mirna"]):
        log.warning(
            "%s shows nothing of %s: r of plain seed counts is not above 0; check the "
            "direction of the contrast and the miRNA, or leave the column out",
            dataset,
            ", ".join(hidden),
        )
