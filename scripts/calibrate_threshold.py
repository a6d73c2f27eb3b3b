"""Set, per miRNA, the P(binding) that few random windows exceed."""

import logging

import numpy as np
import pandas as pd

from mirsignal.binding.pairing import ENCODINGS
from mirsignal.files.atomic import write_json
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.scanning import make_scanner, mirna_rows, scan_transcripts, sigmoid
from mirsignal.scan.scores import round_p
from mirsignal.sequences.composition import fit_transitions, random_transcripts
from mirsignal.sequences.fasta import Transcripts
from mirsignal.workflow.jobs import run

log = logging.getLogger("mirsignal")


def main(snakemake):
    settings, encoding = snakemake.params.settings, snakemake.params.encoding
    workers = snakemake.threads
    set_up(workers, snakemake.params.seed, calls=workers, any_backend=True)
    mirnas = pd.read_parquet(snakemake.input.mirnas)
    random = random_sequence(snakemake, settings["calibration_nt"])
    model = keras.models.load_model(snakemake.input.model)
    scanner = make_scanner(model, ENCODINGS[encoding].shape[-1], workers)
    thresholds = {}
    for name, mirna in zip(mirnas["mirna"], mirnas["sequence"], strict=True):
        rows = mirna_rows(mirna, encoding)
        p = round_p(sigmoid(np.concatenate(scan_transcripts(scanner, random, rows))))
        threshold = settings["threshold"]
        if threshold is None:
            threshold = float(np.quantile(p, 1 - settings["false_positive_rate"]))
        thresholds[name] = {
            "threshold": threshold,
            "false_positive_rate": float((p > threshold).mean()),
            "n_windows": len(p),
        }
        log.info(
            "%s: P > %.3f in %.2f%% of %s random windows",
            name,
            threshold,
            100 * thresholds[name]["false_positive_rate"],
            f"{len(p):,}",
        )
    write_json(snakemake.output.thresholds, thresholds)


def random_sequence(snakemake, n):
    """Return code arrays of 1,000 nt with the transcripts' dinucleotide composition."""
    fasta = Transcripts(snakemake.input.fasta)
    names = pd.read_parquet(snakemake.input.transcripts)["transcript"]
    rng = np.random.default_rng(snakemake.params.seed)
    sample = rng.choice(names, min(500, len(names)), replace=False)
    transitions = fit_transitions(fasta[name] for name in sample)
    return random_transcripts(transitions, np.full(-(-n // 1000), 1000), rng)


if __name__ == "__main__":
    run(main, snakemake)
