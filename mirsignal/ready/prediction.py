"""Predict with a ready model: any miRNAs on any transcripts, some miRNAs at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.ready.models import ReadyModel
from mirsignal.repression.prediction import Prediction, predict_from_sequences
from mirsignal.sequences.catalogue import resolve_all
from mirsignal.sequences.mirnas import PASSENGER, read_mirnas
from mirsignal.sequences.strands import ASSUMED, NONE, load_strands
from mirsignal.sites.accessibility import Folding

BATCH = 25
"""miRNAs whose sites are held in memory at once."""


def choose_mirnas(names: Iterable[str], table: str | None = None) -> pd.DataFrame:
    """Return miRNAs asked for by name or sequence, and those of a table or FASTA.

    The guide alone is taken to be loaded, unless the table has a column `passenger`.
    The one name `all` means every human miRNA of the catalogue. Raises InputError as
    `catalogue.resolve` and `read_mirnas` do, and for none at all.
    """
    parts = [resolve_all(names).assign(passenger=None, passenger_source=ASSUMED)]
    if table:
        parts.append(read_mirnas(table, setting="--mirnas"))
    parts = [part for part in parts if len(part)]
    if not parts:
        raise InputError("no miRNA is asked for; give names, sequences or a table")
    joined = pd.concat(parts, ignore_index=True).drop_duplicates("sequence")
    twice = joined["mirna"][joined["mirna"].duplicated()]
    if len(twice):
        raise InputError(f"miRNA {twice.iloc[0]!r} is asked for with two sequences")
    joined = joined.reindex(columns=["mirna", "sequence", *PASSENGER])
    alone = joined["passenger_source"] == ASSUMED
    joined.loc[alone, PASSENGER] = [None, NONE, 0.0]
    return load_strands(joined.reset_index(drop=True), table or "--mirna")


def predict_batches(
    model: ReadyModel,
    mirnas: pd.DataFrame,
    transcripts: pd.DataFrame,
    sequences: Mapping[str, str],
    orfs: pd.Series,
    accessibility: bool | Folding = True,
    noise_sd: float | None = None,
) -> Iterator[Prediction]:
    """Yield predictions of `mirnas` (`choose_mirnas`), BATCH of them at a time.

    The other arguments are those of `repression.prediction.predict_from_sequences`. A
    prediction does not depend on the other miRNAs and transcripts that are asked for.
    """
    network = model.load_network()
    context = model.context.named(transcripts)
    for at in range(0, len(mirnas), BATCH):
        yield predict_from_sequences(
            model.fitted,
            mirnas.iloc[at : at + BATCH].reset_index(drop=True),
            transcripts,
            sequences,
            orfs,
            model.coefficients,
            model.seeds,
            accessibility=accessibility,
            noise_sd=noise_sd,
            context=context,
            network=network,
        )
