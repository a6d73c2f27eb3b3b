"""The other way round: the miRNAs that repress a gene, by a finished prediction."""

from __future__ import annotations

import difflib
import itertools
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mirsignal.errors import InputError
from mirsignal.files.identifiers import bare_gene

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

    `gene` is an id, with or without its version, or a name, in any case. Rows as in
    genes.parquet, of predictions below 0, the strongest first; none of a gene that no
    miRNA represses. Raises InputError for a folder without these tables, a broken one,
    and a gene that was not predicted.
    """
    path = Path(folder) / BY_GENE
    if not path.exists():
        raise InputError(f"{path}: no such file; run mirsignal predict first")
    try:
        table = pq.read_table(path, filters=[("gene", "==", gene)])
        if not table.num_rows:
            ids = _ids_of(gene, path.with_name("genes.parquet"))
            table = pq.read_table(path, filters=[("gene", "in", ids)])
    except (pa.ArrowException, OSError) as error:
        words = str(error).splitlines()[0]
        raise InputError(
            f"{path}: broken ({words}); run mirsignal predict anew"
        ) from None
    found = table.to_pandas().sort_values("predicted_log2fc", kind="stable")
    return found.reset_index(drop=True)


def _ids_of(gene: str, path: Path) -> list[str]:
    """Return the ids of the genes that are meant, of those in the table of genes."""
    columns = [n for n in ("gene", "gene_name") if n in pq.read_schema(path).names]
    known = pq.read_table(path, columns=columns).group_by(columns).aggregate([])
    table = known.to_pandas()
    asked = gene.upper()
    ids = table["gene"].str.upper()
    is_meant = (ids == asked) | (ids.map(bare_gene) == bare_gene(asked))
    if "gene_name" in table:
        is_meant |= table["gene_name"].str.upper() == asked
    if not is_meant.any():
        close = difflib.get_close_matches(gene, table[columns[-1]].dropna(), 3)
        like = f" (close to it: {', '.join(close)})" if close else ""
        raise InputError(
            f"{path}: no gene {gene!r}{like}; give an id or name of genes.tsv"
        )
    return table["gene"][is_meant].tolist()
