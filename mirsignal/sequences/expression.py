"""Isoforms by their expression: predictions for the mRNAs that one's own cells make."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.identifiers import find_ids, log_lost
from mirsignal.files.tables import (
    missing_column,
    read_table,
    refuse_duplicates,
    to_number,
)
from mirsignal.logs import log

COLUMNS = (
    {"transcript": "Name", "tpm": "TPM"},
    {"transcript": "target_id", "tpm": "tpm"},
    {"transcript": "transcript_id", "tpm": "TPM"},
    {"transcript": "transcript", "tpm": "tpm"},
)
"""Columns of salmon's quant.sf, kallisto's abundance.tsv and RSEM's isoforms.results, and
of a table of one's own."""


def read_expression(path: str | Path) -> pd.Series:
    """Return the abundance (TPM) of transcripts by id, of salmon, kallisto or RSEM.

    A table of one's own has columns `transcript` and `tpm`. Raises InputError for other
    columns, a value below 0 or that is no number, and a transcript on several rows.
    """
    table = read_table(path, {})
    names = next((c for c in COLUMNS if set(c.values()) <= set(table)), COLUMNS[-1])
    for name, in_file in names.items():
        if in_file not in table:
            header = list(table)
            raise InputError(missing_column(path, header, name, in_file, "--expression"))
    table = table.rename(columns={in_file: name for name, in_file in names.items()})
    tpm = to_number(table, "tpm", path)
    bad = table.index[~(tpm >= 0)]
    if len(bad):
        raise InputError(
            f"{path}, line {bad[0]}: the abundance is missing or below 0; write 0 where "
            "nothing was measured"
        )
    refuse_duplicates(table, "transcript", path)
    return tpm.set_axis(table["transcript"])


def weigh_isoforms(
    transcripts: pd.DataFrame, expression: pd.Series, path: str | Path
) -> pd.DataFrame:
    """Return the expressed of `transcripts` with `share`, of their gene's abundance.

    Ids are matched with and without versions. Genes that are not expressed are left out
    and counted in the log. Raises InputError if no id is shared, or nothing is expressed.
    """
    names = find_ids(transcripts["transcript"], expression.index)
    if not names:
        raise InputError(
            f"{path}: shares no transcript with the sequences (there: "
            f"{expression.index[0]}; here: {transcripts['transcript'].iloc[0]}); "
            "quantify against the same annotation"
        )
    tpm = transcripts["transcript"].map(names).map(expression).fillna(0.0)
    total = tpm.groupby(transcripts["gene"]).transform("sum")
    log_lost(transcripts["gene"], transcripts["gene"][total == 0], "genes not expressed")
    kept = (tpm > 0).to_numpy()
    if not kept.any():
        raise InputError(f"{path}: no transcript of the sequences is expressed")
    log.info("%d of %d transcripts are expressed", kept.sum(), len(transcripts))
    return transcripts[kept].assign(share=(tpm / total)[kept]).reset_index(drop=True)
