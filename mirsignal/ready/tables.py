"""The files of a prediction: tables of genes and sites, BED, gene sets, FuNmiRBench's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mirsignal.files.atomic import atomic_path
from mirsignal.files.schemas import arrow_schema, explain_columns
from mirsignal.logs import log
from mirsignal.ready.bigbed import BIGBED, write_bigbed
from mirsignal.ready.lookup import BY_GENE, write_by_gene
from mirsignal.repression.prediction import Prediction, join_predictions
from mirsignal.sequences.annotation import Blocks
from mirsignal.sequences.splicing import lift

SET_SIZES = (100, 200, 500)
"""Genes in the sets of the strongest targets of each miRNA."""
FUNMIRBENCH = ("Ensembl_ID", "Gene_Name", "miRNA_ID", "miRNA_Name", "Score")
"""Columns of the predictors' tables of that benchmark (BioGeMT/FuNmiRBench)."""
_KINDS = ("genes", "sites")
_OPTIONAL = ("sites.genome.bed", BIGBED)
_HIGHEST = 1000  # score of a BED line


class TargetTables(contextlib.AbstractContextManager):
    """Writes the predictions of some miRNAs after another; files appear at the end.

    In `folder`: genes.parquet, by_gene.parquet and sites.parquet; with `tsv` genes and
    sites as text with the meaning of each column in its header; sites.bed, of sites in
    3' UTRs in coordinates of the transcript, and sites.genome.bed where the `blocks` of
    3' UTRs are known; targets.gmt; funmirbench.tsv, with `accessions` by miRNA; with
    `bigbed` and `blocks` sites.genome.bb. None is written if an error ends the context.
    """

    def __init__(
        self,
        folder: str | Path,
        tsv: bool = True,
        accessions: Mapping[str, str] | None = None,
        transcripts: pd.DataFrame | None = None,
        blocks: Mapping[str, Blocks] | None = None,
        bigbed: bool = False,
    ):
        self.folder = Path(folder)
        self._tsv = tsv
        self._accessions = dict(accessions or {})
        self._blocks, self._transcripts = blocks, transcripts
        self._stack = contextlib.ExitStack()
        self._tables: dict[str, PredictionTable] = {}
        self._texts: dict[str, Any] = {}
        self._at_the_end: dict[str, Path] = {}
        self._lines: list[str] | None = [] if bigbed and blocks else None

    def __enter__(self) -> TargetTables:
        try:
            for kind in _KINDS:
                path = self.folder / kind
                self._tables[kind] = PredictionTable(path, self._stack, self._tsv)
            for name in [BY_GENE] + [BIGBED] * (self._lines is not None):
                path = self._stack.enter_context(atomic_path(self.folder / name))
                self._at_the_end[name] = path
            names = ["sites.bed", "targets.gmt", "funmirbench.tsv"]
            for name in names + ["sites.genome.bed"] * bool(self._blocks):
                path = self._stack.enter_context(atomic_path(self.folder / name))
                self._texts[name] = self._stack.enter_context(path.open("w"))
        except BaseException as error:
            self._stack.__exit__(type(error), error, error.__traceback__)
            raise
        self._texts["sites.bed"].write(
            "# chrom is the transcript; start and end are 0-based, half open, from the "
            "start of its 3' UTR; score is 1000 x repression (log2) by the site\n"
        )
        self._texts["funmirbench.tsv"].write("\t".join(FUNMIRBENCH) + "\n")
        return self

    def __exit__(self, *error: Any) -> bool | None:
        result = self._stack.__exit__(*error)
        if error[0] is None:
            self._remove_older()
        return result

    def _remove_older(self) -> None:
        """Remove what an earlier prediction in this folder left and this one lacks."""
        written = {*self._texts, *self._at_the_end}
        written |= {f"{kind}.tsv" for kind in _KINDS if self._tsv}
        for name in {*_OPTIONAL, *(f"{kind}.tsv" for kind in _KINDS)} - written:
            (self.folder / name).unlink(missing_ok=True)

    def finish(self) -> None:
        """Write what is still in memory: when the context ends, the disk has it all."""
        for table in self._tables.values():
            table.finish()
        for text in self._texts.values():
            text.flush()
        write_by_gene(self._tables["genes"].path, self._at_the_end[BY_GENE])
        if self._lines is not None and self._transcripts is not None:
            contigs = self._transcripts.drop_duplicates("chrom").set_index("chrom")
            lengths = contigs["contig_length"]
            if self._lines:
                write_bigbed(self._at_the_end[BIGBED], self._lines, lengths)
            else:
                log.warning("no site lies in the genome: %s is empty", BIGBED)

    def add(self, prediction: Prediction) -> None:
        """Write the tables of some miRNAs."""
        self._tables["genes"].add(prediction.genes)
        self._tables["sites"].add(prediction.sites)
        texts, genes = self._texts, prediction.genes
        bed_lines(prediction.sites).to_csv(
            texts["sites.bed"], sep="\t", header=False, index=False
        )
        if self._blocks:
            lines = genome_lines(prediction.sites, self._transcripts, self._blocks)
            texts["sites.genome.bed"].writelines(lines)
            if self._lines is not None:
                self._lines += lines
        texts["targets.gmt"].writelines(gene_sets(genes))
        scores = genes.dropna(subset=["predicted_log2fc"])
        ids = scores["gene"].where(scores["gene"].str.startswith("ENS"), "")
        pd.DataFrame(
            {
                "Ensembl_ID": ids,
                "Gene_Name": scores.get("gene_name", scores["gene"]),
                "miRNA_ID": scores["mirna"].map(self._accessions).fillna(""),
                "miRNA_Name": scores["mirna"],
                "Score": 0.0 - scores["predicted_log2fc"],
            }
        ).to_csv(
            texts["funmirbench.tsv"],
            sep="\t",
            header=False,
            index=False,
            float_format="%.6g",
        )


class PredictionTable:
    """A table as Parquet, and as TSV if it is to be read by people, closed by `stack`.

    `path` is that of the files without their suffix; its name, genes or sites, is the
    kind of the table.
    """

    def __init__(self, path: Path, stack: contextlib.ExitStack, tsv: bool = False):
        self._kind, self._stack = path.name, stack
        self.path = stack.enter_context(atomic_path(f"{path}.parquet"))
        self._writer: pq.ParquetWriter | None = None
        self._text: Any = None
        if tsv:
            text = stack.enter_context(atomic_path(f"{path}.tsv"))
            self._text = stack.enter_context(text.open("w"))

    def add(self, table: pd.DataFrame) -> None:
        """Write the rows of some miRNAs."""
        name = f"predict/name/{self._kind}.tsv"
        meanings = explain_columns(name, table.columns)
        table = table[list(meanings)]
        is_first = self._writer is None
        if self._writer is None:
            schema = arrow_schema(name, table.columns).with_metadata(meanings)
            self._writer = pq.ParquetWriter(self.path, schema, compression="zstd")
            self._stack.callback(self._writer.close)
        rows = pa.Table.from_pandas(table, self._writer.schema, preserve_index=False)
        self._writer.write_table(rows)
        if self._text is None:
            return
        if is_first:
            self._text.writelines(f"# {n}: {words}\n" for n, words in meanings.items())
        table.to_csv(
            self._text, sep="\t", header=is_first, index=False, float_format="%.6g"
        )

    def finish(self) -> None:
        """Write what is still in memory."""
        if self._writer is not None:
            self._writer.close()
        if self._text is not None:
            self._text.flush()


def read_predictions(
    folders: Sequence[Path], mirnas: Sequence[str], genes: Sequence[str]
) -> Prediction:
    """Return predictions of some miRNAs from the Parquet tables in `folders`.

    Each of these holds some of the `genes` (`join_predictions`).
    """
    of = [("mirna", "in", list(mirnas))]
    parts = [
        Prediction(*(pd.read_parquet(f / f"{n}.parquet", filters=of) for n in _KINDS))
        for f in folders
    ]
    return join_predictions(parts, mirnas, genes)


def bed_lines(sites: pd.DataFrame) -> pd.DataFrame:
    """Return the sites of 3' UTRs as BED6: the more a site represses, the higher."""
    own = sites[sites["group"].str.endswith("utr")]
    strand = np.where(own["group"] == "guide_utr", "", "passenger of ")
    effect = np.nan_to_num(-own["effect"].to_numpy())
    score = np.clip(np.rint(effect * _HIGHEST), 0, _HIGHEST)
    return pd.DataFrame(
        {
            "chrom": own["transcript"],
            "start": own["start"],
            "end": own["end"],
            "name": strand + own["mirna"].astype(object) + ":" + own["site_type"],
            "score": score.astype(int),
            "strand": "+",
        }
    )


def genome_lines(
    sites: pd.DataFrame, transcripts: pd.DataFrame, blocks: Mapping[str, Blocks]
) -> list[str]:
    """Return the sites of 3' UTRs as lines of BED12, split where introns split them.

    `transcripts` has transcript, chrom and strand; `blocks` are those of its 3' UTRs.
    """
    places = transcripts.set_index("transcript")[["chrom", "strand"]]
    lines = []
    for line in bed_lines(sites).itertuples():
        chrom, strand = places.loc[line.chrom]
        parts = lift(blocks[line.chrom], strand, line.start, line.end)
        first, last = parts[0][0], parts[-1][1]
        sizes = ",".join(str(end - start) for start, end in parts)
        offsets = ",".join(str(start - first) for start, _ in parts)
        fields = (chrom, first, last, line.name, line.score, strand, first, last, "0")
        lines.append("\t".join(map(str, (*fields, len(parts), sizes, offsets))) + "\n")
    return lines


def gene_sets(genes: pd.DataFrame, sizes: Iterable[int] = SET_SIZES) -> list[str]:
    """Return lines of GMT: the genes that each miRNA represses most, in sets of `sizes`.

    A gene without a site is in none; a set as large as its smaller one is left out.
    """
    lines = []
    name = "gene_name" if "gene_name" in genes else "gene"
    repressed = genes[genes["predicted_log2fc"] < 0].sort_values("predicted_log2fc")
    for mirna, own in repressed.groupby("mirna", sort=False):
        last = 0
        for size in sizes:
            chosen = own[name].drop_duplicates().iloc[:size]
            if len(chosen) > last:
                title = f"{mirna}_top{size}", f"{len(chosen)} genes by mirsignal"
                lines.append("\t".join([*title, *chosen]) + "\n")
            last = len(chosen)
    return lines
