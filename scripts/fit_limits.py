"""Fit the limits that scale signals to <0.00001, 1>, on each fold's training genes."""

import numpy as np
import pandas as pd

from mirsignal.files.atomic import write_table
from mirsignal.files.tracks import load_tracks
from mirsignal.repression.folds import held_out_folds
from mirsignal.signals.compression import fit_limits
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, signals = snakemake.input, load_tracks(snakemake.input.signals)
    gene_of = pd.read_parquet(files.transcripts).set_index("transcript")["gene"]
    fold_of = pd.read_parquet(files.folds).set_index("gene")["fold"]
    fold_of_signal = fold_of.loc[gene_of.loc[signals.ids]].to_numpy()
    fold_of_bin = np.repeat(fold_of_signal, np.diff(signals.offsets))
    tables = []
    for fold in sorted(fold_of.unique()):
        held_out = np.isin(fold_of_bin, held_out_folds(fold, fold_of.nunique()))
        low, high = fit_limits(signals.values[~held_out], snakemake.params.quantile)
        limits = {"channel": signals.channels, "low": low, "high": high}
        tables.append(pd.DataFrame(limits).assign(fold=fold))
    write_table(snakemake.output[0], pd.concat(tables))


if __name__ == "__main__":
    run(main, snakemake)
