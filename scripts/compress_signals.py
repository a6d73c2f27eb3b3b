"""Compress the zero runs of every score track into one file of signals."""

import logging

import numpy as np

from mirsignal.jobs import run
from mirsignal.signals import compress
from mirsignal.tracks import join_tracks, load_scans, save_tracks

log = logging.getLogger("mirsignal")


def main(snakemake):
    divisor = snakemake.params.settings["divisor"]
    mirnas, names, signals, spans = [], [], [], []
    n_nucleotides = 0
    for mirna, tracks in load_scans(snakemake.input, snakemake.params.batches):
        for name, values in tracks.channel("score").items():
            bins, span = compress(values, divisor)
            mirnas.append(mirna)
            names.append(name)
            signals.append(bins)
            spans.append(span)
            n_nucleotides += len(values)
    extra = {"mirnas": np.asarray(mirnas, "str"), "spans": np.concatenate(spans)}
    ragged = join_tracks(names, signals, ["score"], **extra)
    save_tracks(snakemake.output.signals, ragged)
    log.info(
        "%s signals: %s nucleotides in %s bins",
        f"{len(names):,}",
        f"{n_nucleotides:,}",
        f"{len(ragged.values):,}",
    )


if __name__ == "__main__":
    run(main, snakemake)
