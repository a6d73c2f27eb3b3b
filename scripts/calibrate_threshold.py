"""Set, per miRNA, the P(binding) that few random windows exceed."""

import pandas as pd

from mirsignal.binding.pairing import ENCODINGS
from mirsignal.files.atomic import write_json
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.calibration import calibrate, random_sequence
from mirsignal.scan.scanning import make_scanner
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run


def main(snakemake):
    files, params, workers = snakemake.input, snakemake.params, snakemake.threads
    set_up(workers, params.seed, calls=workers, any_backend=True)
    mirnas, transcripts = map(pd.read_parquet, (files.mirnas, files.transcripts))
    fasta, names = Transcripts(files.fasta), transcripts["transcript"]
    random = random_sequence(fasta, names, params.calibration_nt, params.seed)
    model = keras.models.load_model(files.model)
    scanner = make_scanner(model, ENCODINGS[params.encoding].shape[-1], workers)
    found = calibrate(scanner, mirnas, params.encoding, random, **params.settings)
    write_json(snakemake.output.thresholds, found)


if __name__ == "__main__":
    run(main, snakemake)
