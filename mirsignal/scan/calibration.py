"""The P(binding) from which on a position counts, set on random sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.logs import log
from mirsignal.scan.scanning import Scanner, mirna_rows, scan_transcripts, sigmoid
from mirsignal.scan.scores import round_p
from mirsignal.sequences.composition import fit_transitions, random_transcripts
from mirsignal.sequences.fasta import Transcripts

_LENGTH = 1000
_SAMPLE = 500
"""Nucleotides of a random transcript, and transcripts whose composition it has."""


def random_sequence(
    transcripts: Transcripts, names: Sequence[str], n: int, seed: int
) -> list[NDArray[np.uint8]]:
    """Return `n` nt, in codes (L,), of the dinucleotide composition of transcripts."""
    rng = np.random.default_rng(seed)
    sample = rng.choice(names, min(_SAMPLE, len(names)), replace=False)
    transitions = fit_transitions(transcripts[name] for name in sample)
    return random_transcripts(transitions, np.full(-(-n // _LENGTH), _LENGTH), rng)


def calibrate(
    scanner: Scanner,
    mirnas: pd.DataFrame,
    encoding: str,
    random: Sequence[NDArray[np.uint8]],
    threshold: float | None,
    false_positive_rate: float,
) -> dict[str, dict[str, Any]]:
    """Return, by miRNA, its threshold of P and what share of random windows exceeds it.

    Where `threshold` is None, it is the P that a share `false_positive_rate` exceeds.
    `mirnas` have mirna and sequence.
    """
    found = {}
    for name, sequence in zip(mirnas["mirna"], mirnas["sequence"], strict=True):
        rows = mirna_rows(sequence, encoding)
        p = round_p(sigmoid(np.concatenate(scan_transcripts(scanner, random, rows))))
        above = threshold
        if above is None:
            above = float(np.quantile(p, 1 - false_positive_rate))
        share = float((p > above).mean())
        found[name] = {"threshold": above, "false_positive_rate": share}
        found[name]["n_windows"] = len(p)
        log.info("%s: P > %.3f in %.2f%% of random windows", name, above, 100 * share)
    return found
