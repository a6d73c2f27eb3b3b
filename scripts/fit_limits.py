"""Fit the limits that scale signals to <0.00001, 1>, on each fold's training genes."""

import numpy as np
import pandas as pd

from mirsignal.files import write_tsv
from mirsignal.jobs import run
from mirsignal.signals import fit_limits
from mirsignal.tracks import load_tracks

COLUMNS = {
    "fold": "the fold left out",
    "channel": "signal channel",
    "low": "raw value that becomes 0.00001",
    "high": "raw value that becomes 1",
}


def main(snakemake):
    signals = load_tracks(snakemake.input.signals)
    genes = pd.read_parquet(snakemake.input.transcripts).set_index("transcript")["gene"]
    folds = pd.read_parquet(snakemake.input.folds).set_index("gene")["fold"]
    transcript = pd.Series(signals.ids).str.split("|").str[1]
    fold_of_signal = transcript.map(genes).map(folds).to_numpy()
    fold_of_bin = np.repeat(fold_of_signal, np.diff(signals.offsets))
    rows = []
    for fold in sorted(folds.unique()):
        train = signals.values[fold_of_bin != fold]
        low, high = fit_limits(train, snakemake.params.settings["quantile"])
        for channel, name in enumerate(signals.channels):
            rows.append((fold, name, low[channel], high[channel]))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    write_tsv(snakemake.output[0], table, COLUMNS)


if __name__ == "__main__":
    run(main, snakemake)
