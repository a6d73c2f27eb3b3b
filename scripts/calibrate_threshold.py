"""Set, per miRNA, the P(binding) that few random windows exceed."""

import logging

import pandas as pd

from mirsignal.binding.pairing import ENCODINGS
from mirsignal.files.atomic import write_json
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.calibration import calibrate, random_sequence
from mirsignal.scan.scanning import make_scanner
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    files, params, workers = snakemake.input, snakemake.params, snakemake.threads
    set_up(workers, params.seed, calls=workers, any_backend=True)
    mirnas = pd.read_parquet(files.mirnas)
    names = pd.read_parquet(files.transcripts)["transcript"]
    random = random_sequence(
        Transcripts(files.fasta), names, params.calibration_nt, params.seed
    )
    model = keras.models.load_model(files.model)
    scanner = make_scanner(model, ENCODINGS[params.encoding].shape[-1], workers)
    thresholds = {}
    for mirna, sequence in zip(mirnas["mirna"], mirnas["sequence"], strict=True):
        thresholds[mirna] = found = calibrate(
            scanner, sequence, params.encoding, random, **params.settings
        )
        log.info(
            "%s: P > %.3f in %.2f%% of %s random windows",
            mirna,
            found["threshold"],
            100 * found["false_positive_rate"],
            f"{found['n_windows']:,}",
        )
    write_json(snakemake.output.thresholds, thresholds)


if __name__ == "__main__":
    run(main, snakemake)
