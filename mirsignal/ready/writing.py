"""Everything that a prediction leaves: its tables, and its page."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from mirsignal.ready.page import TargetPage
from mirsignal.ready.tables import TargetTables
from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.repression.prediction import Prediction
from mirsignal.sequences.catalogue import read_catalogue


@contextlib.contextmanager
def write_targets(
    folder: Path,
    of: Transcriptome,
    mirnas: pd.DataFrame,
    about: str,
    tsv: bool,
    bigbed: bool = False,
) -> Iterator[Callable[[Prediction], None]]:
    """Yield a function that takes predictions of some of `mirnas` after another.

    At the end, if all went well, the files of `TargetTables` and index.html, which names
    the model (`about`), lie in `folder`; none of them otherwise.
    """
    catalogue = read_catalogue()
    accessions = dict(zip(catalogue["mirna"], catalogue["accession"], strict=True))
    page = TargetPage(of.utrs, of.orfs, of.transcripts, of.blocks, about)
    with TargetTables(
        folder, tsv, accessions, of.transcripts, of.blocks, bigbed
    ) as tables:

        def add(prediction: Prediction) -> None:
            tables.add(prediction)
            page.add(prediction, mirnas)

        yield add
        tables.finish()
        page.write(folder / "index.html")
