"""Everything that a prediction leaves: its tables, and its page."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from mirsignal.ready.cards import GIVEN, TISSUES
from mirsignal.ready.page import TargetPage
from mirsignal.ready.tables import TargetTables
from mirsignal.ready.transcriptome import Transcriptome
from mirsignal.repression.prediction import Prediction
from mirsignal.sequences.catalogue import read_catalogue

_BY_EXPRESSION = "Isoforms count by their expression, as given."
_BY_POLYA = (
    "A site counts by the share of mRNAs that hold it, where the poly(A) sites of its 3' "
    "UTR are known: reads over all human tissues together, of no cell in particular."
)
_BY_OWN_POLYA = (
    "A site counts by the share of mRNAs that hold it, where the poly(A) sites of its 3' "
    "UTR are known: reads at them, as given."
)
_SCANNED = (
    "3' UTRs were scanned with the binding network: predictions are a mean of what seed "
    "sites do and of what it finds (type scanned), relative to the average mRNA without "
    "seed sites."
)
_ALIKE = "All mRNAs of a transcript are taken to hold its sites."


@contextlib.contextmanager
def write_targets(
    folder: Path,
    of: Transcriptome,
    mirnas: pd.DataFrame,
    about: str,
    polya: str,
    tsv: bool,
    bigbed: bool = False,
    scan: bool = False,
) -> Iterator[Callable[[Prediction], None]]:
    """Yield a function that takes predictions of some of `mirnas` after another.

    At the end, if all went well, the files of `TargetTables` and index.html, which names
    the model (`about`), says how isoforms count (`polya`: whose poly(A) sites are known,
    those of all TISSUES, GIVEN ones or "" for none) and whether 3' UTRs were scanned
    (`scan`), lie in `folder`; none of them otherwise.
    """
    catalogue = read_catalogue()
    accessions = dict(zip(catalogue["mirna"], catalogue["accession"], strict=True))
    words = {TISSUES: _BY_POLYA, GIVEN: _BY_OWN_POLYA}.get(polya, _ALIKE)
    words = _BY_EXPRESSION if "share" in of.transcripts else words
    about = f"{about.rstrip('.')}. {words}{' ' * scan}{_SCANNED * scan}"
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
