"""The other way round: the miRNAs that repress a gene, by a finished prediction."""

from __future__ import annotations

import itertools
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from mirsignal.errors import InputError

BY_GENE = "by_gene.parquet"
"""Repressed pairs of a prediction, in the order of their genes."""
_AT_ONCE = 3_000_000  # pairs that are sorted in memory
_GROUP = 20_000  # rows that are read for a gene, at least


def write_by_gene(genes: str | Path, path: str | Path) -> None:
    """Write the rows of the table `genes` (Parquet) with a prediction below 0 to `path`,
    sorted by gene and from the strongest on; some genes at a time, to bound memory."""
    source = pq.ParquetFile(genes)
    names = sorted(pq.read_table(genes, columns=["gene"])["gene"].unique().to_pylist())
    n_parts = min(-(-source.metadata.num_rows // _AT_ONCE), len(names)) or 1
    places = [len(names) * at // n_parts for at in range(n_parts + 1)]
    with pq.ParquetWriter(path, source.schema_arrow, compression="zstd") as writer:
        for first, last in itertools.pairwise(places):
            chosen = [("gene", "in", names[first:last]), ("predicted_log2fc", "<", 0)]
            table = pq.read_table(genes, filters=chosen)
            order = [("gene", "ascending"), ("predicted_log2fc", "ascending")]
            writer.write_table(table.sort_by(order), row_group_size=_GROUP)


def mirnas_of(gene: str, folder: str | Path) -> pd.DataFrame:
    """Return the miRNAs that repress a gene, by the tables of a prediction in `folder`.

    `gene` is an id or a name. Rows as in genes.parquet, of predictions below 0, the
    strongest first. Raises InputError for a folder without the table and a gene that is
    not in it: an unknown one, or one that no miRNA represses.
    """
    path = Path(folder) / BY_GENE
    if not path.exists():
        raise InputError(f"{path}: no such file; run mirsignal predict first")
    ids = [gene]
    if "gene_name" in pq.read_schema(path).names:
        named = [("gene_name", "==", gene)]
        known = pq.read_table(path, columns=["gene"], filters=named)["gene"]
        ids += known.unique().to_pylist()
    table = pq.read_table(path, filters=[("gene", "in", ids)])
    if not table.num_rows:
        raise InputError(
            f"{path}: no miRNA represses a gene {gene!r}; give an id or name of genes.tsv"
        )
    found = table.to_pandas().sort_values("predicted_log2fc", kind="stable")
    return found.reset_index(drop=True)
