"""Fit the limits that scale signals to <0.00001, 1>, on each fold's training genes."""

import numpy as np
import pandas as pd

from mirsignal.errors import InputError
from mirsignal.files.atomic import write_table
from mirsignal.files.tracks import load_tracks
from mirsignal.repression.folds import held_out_folds
from mirsignal.signals.compression import fit_limits
from mirsignal.workflow.jobs import run


def main(snakemake):
    signals = load_tracks(snakemake.input.signals)
    if not len(signals.values):
        raise InputError(f"{snakemake.input.signals}: no signal has a bin; scan more")
    genes = pd.read_parquet(snakemake.input.transcripts).set_index("transcript")["gene"]
    folds = pd.read_parquet(snakemake.input.folds).set_index("gene")["fold"]
    fold_of_signal = folds.loc[genes.loc[signals.ids]].to_numpy()
    fold_of_bin = np.repeat(fold_of_signal, np.diff(signals.offsets))
    rows = []
    for fold in sorted(folds.unique()):
        held_out = held_out_folds(fold, folds.nunique())
        train = signals.values[~np.isin(fold_of_bin, held_out)]
        low, high = fit_limits(train, snakemake.params.quantile)
        for channel, name in enumerate(signals.channels):
            rows.append((fold, name, low[channel], high[channel]))
    table = pd.DataFrame(rows, columns=["fold", "channel", "low", "high"])
    write_table(snakemake.output[0], table)


if __name__ == "__main__":
    run(main, snakemake)
