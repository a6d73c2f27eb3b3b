"""The P(binding) from which on a position counts, set on random sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    mirna: str,
    encoding: str,
    random: Sequence[NDArray[np.uint8]],
    threshold: float | None,
    false_positive_rate: float,
) -> dict[str, Any]:
    """Return a miRNA's threshold of P, and what share of random windows exceeds it.

    Where `threshold` is None, it is the P that a share `false_positive_rate` exceeds.
    """
    rows = mirna_rows(mirna, encoding)
    p = round_p(sigmoid(np.concatenate(scan_transcripts(scanner, random, rows))))
    if threshold is None:
        threshold = float(np.quantile(p, 1 - false_positive_rate))
    return {
        "threshold": threshold,
        "false_positive_rate": float((p > threshold).mean()),
        "n_windows": len(p),
    }
