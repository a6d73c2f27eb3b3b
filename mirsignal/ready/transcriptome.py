"""The mRNAs that are predicted: from FASTA or annotation to one table, cut into parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from mirsignal.files.atomic import write_parquet
from mirsignal.files.text import read_text
from mirsignal.sequences.annotation import Blocks, read_annotation
from mirsignal.sequences.expression import read_expression, weigh_isoforms
from mirsignal.sequences.splicing import CANONICAL, EVERY, LONGEST, extract_transcripts
from mirsignal.sequences.transcripts import load_transcripts, plan_shards
from mirsignal.sites.contextpp_tables import read_orfs


@dataclass(frozen=True)
class Transcriptome:
    """Transcripts, 3' UTRs and reading frames ("" where unknown), by transcript id."""

    transcripts: pd.DataFrame
    """transcript, gene, length, n_unknown (nt); gene_name, chrom and strand of an
    annotation; share, of the gene's mRNAs, where expression is known."""
    utrs: dict[str, str]
    orfs: pd.Series
    blocks: dict[str, Blocks] = field(default_factory=dict)
    """3' UTRs in the genome (0-based, half open, ascending); empty without annotation."""

    @classmethod
    def of_fasta(
        cls,
        utrs: str | Path,
        genes: str | Path = "",
        mrnas: str | Path = "",
        columns: Mapping[str, str] | None = None,
        mrna_columns: Mapping[str, str] | None = None,
        settings: tuple[str, str] = ("--genes", "--mrnas"),
    ) -> Transcriptome:
        """Read 3' UTRs, and tables of their genes and of mRNAs with reading frames.

        `settings` are what names the columns of both tables, for messages. Raises
        InputError as `load_transcripts` and `read_orfs` do.
        """
        sequences, transcripts = load_transcripts(
            utrs, genes, columns, settings[0], utrs_alone=True
        )
        orfs = read_orfs(mrnas, mrna_columns or {}, transcripts, settings[1])
        return cls(transcripts, sequences, orfs)

    @classmethod
    def of_annotation(
        cls, annotation: str | Path, genome: str | Path, choice: str = CANONICAL
    ) -> Transcriptome:
        """Cut transcripts out of a genome.

        `choice` is CANONICAL, LONGEST, EVERY or a file of ids. Raises InputError as
        `read_annotation` and `extract_transcripts` do.
        """
        named = choice in (CANONICAL, LONGEST, EVERY)
        chosen = choice if named else set(read_text(choice).split())
        found = extract_transcripts(read_annotation(annotation), genome, chosen, choice)
        return cls(found.transcripts, found.utrs, found.orfs, found.blocks)

    def _of(self, transcripts: pd.DataFrame) -> Transcriptome:
        """Return the same of some transcripts."""
        names = list(transcripts["transcript"])
        return Transcriptome(
            transcripts.reset_index(drop=True),
            {name: self.utrs[name] for name in names},
            self.orfs.loc[names],
            {name: self.blocks[name] for name in names} if self.blocks else {},
        )

    def weighted(self, expression: str | Path) -> Transcriptome:
        """Return the expressed transcripts with their share (`weigh_isoforms`)."""
        table = read_expression(expression)
        return self._of(weigh_isoforms(self.transcripts, table, expression))

    def part(self, number: int, of: int) -> Transcriptome:
        """Return part `number` (0 ...) of parts of about equal length; genes stay whole.

        Raises InputError for more parts than genes.
        """
        lengths = self.transcripts.groupby("gene", sort=False)["length"].sum()
        chosen = lengths.index[plan_shards(lengths, of) == number]
        return self._of(self.transcripts[self.transcripts["gene"].isin(chosen)])

    def write(self, path: str | Path) -> None:
        """Write a row per transcript as Parquet."""
        names = self.transcripts["transcript"]
        more: dict[str, Any] = {"utr": names.map(self.utrs), "orf": self.orfs.array}
        if self.blocks:
            more["starts"] = [[start for start, _ in self.blocks[n]] for n in names]
            more["ends"] = [[end for _, end in self.blocks[n]] for n in names]
        write_parquet(path, self.transcripts.assign(**more))

    @classmethod
    def read(cls, path: str | Path) -> Transcriptome:
        """Read what `write` wrote."""
        table = pd.read_parquet(path)
        names = table["transcript"]
        blocks: dict[str, Blocks] = {}
        if "starts" in table:
            parts = zip(names, table["starts"], table["ends"], strict=True)
            for name, starts, ends in parts:
                blocks[name] = list(zip(map(int, starts), map(int, ends), strict=True))
        return cls(
            table.drop(columns=["utr", "orf", "starts", "ends"], errors="ignore"),
            dict(zip(names, table["utr"], strict=True)),
            table.set_index("transcript")["orf"],
            blocks,
        )
