"""In-silico mutagenesis: what each nucleotide of a pair does to the network's logit.

Every substitution and deletion of one nucleotide, of the target and of the miRNA. A
deletion moves all that lies 3' of it one place towards 5' and leaves N in the last place.
An unknown nucleotide (N, and the padding of a short miRNA) is not mutated.

Arrays join the nucleotides of a pair, P = W + M: those of the target, then those of the
miRNA.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import CHANGES, MIRNA, MIRNA_LENGTH, TARGET, WINDOW
from mirsignal.binding.batches import predict_codes
from mirsignal.networks.backend import keras
from mirsignal.scan.scanning import logit_model, sigmoid
from mirsignal.sequences.codes import LETTERS, UNKNOWN, encode_many

_SUBSTITUTIONS, _DELETION = slice(0, 4), 4


@dataclass(frozen=True)
class Mutants:
    """Logits of pairs (N,) and of their mutants (N, P, 5), NaN where there is none.

    `codes` (N, P) are the nucleotides; the last axis is that of CHANGES.
    """

    codes: NDArray[np.uint8]
    logit: NDArray[np.float32]
    mutated: NDArray[np.float32]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Tell which nucleotides (N, P) are known, and so have mutants."""
        return self.codes != UNKNOWN

    @property
    def delta_logit(self) -> NDArray[np.float32]:
        """Return the change of the logit (N, P, 5)."""
        return self.mutated - self.logit[:, None, None]

    @property
    def delta_p(self) -> NDArray[np.float32]:
        """Return the change of P(binding) (N, P, 5)."""
        return sigmoid(self.mutated) - sigmoid(self.logit)[:, None, None]

    def arrays(self) -> dict[str, NDArray]:
        """Return codes and both changes by name, as they are drawn."""
        changes = {"delta_logit": self.delta_logit, "delta_p": self.delta_p}
        return {"codes": self.codes, **changes}

    def importance(self) -> NDArray[np.float64]:
        """Return how far the logit falls over the three substitutions (N, P), in mean.

        NaN at unknown nucleotides.
        """
        change = self.delta_logit[:, :, _SUBSTITUTIONS].astype(np.float64)
        return np.where(self.known, -np.nansum(change, axis=2) / 3, np.nan)


def mutate_pairs(
    model: keras.Model, targets: Sequence[str], mirnas: Sequence[str], encoding: str
) -> Mutants:
    """Run every mutant of pairs of RNA strings through a binding network.

    Sequences are cut to 50 and 20 nt, as the network sees them. Raises InputError for a
    letter that is no nucleotide.
    """
    network = logit_model(model)
    codes = np.concatenate(
        [encode_many(targets, WINDOW), encode_many(mirnas, MIRNA_LENGTH)], axis=1
    )
    logit = predict_codes(network, codes[:, TARGET], codes[:, MIRNA], encoding)
    mutated = np.full((*codes.shape, len(CHANGES)), np.nan, np.float32)
    for row, pair in enumerate(codes):
        place, change = np.nonzero(_changeable(pair))
        mutants = mutants_of(pair)[place, change]
        mutated[row, place, change] = predict_codes(
            network, mutants[:, TARGET], mutants[:, MIRNA], encoding
        )
    return Mutants(codes, logit, mutated)


def mutants_of(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mutants (P, 5, P) of a pair's codes (P,), by nucleotide and change."""
    mutants = np.tile(codes, (len(codes), len(CHANGES), 1))
    place = np.arange(len(codes))
    for letter in range(_DELETION):
        mutants[place, letter, place] = letter
    for molecule in (TARGET, MIRNA):
        longer = np.append(codes[molecule], np.uint8(UNKNOWN))
        at = np.arange(len(longer) - 1)
        mutants[molecule, _DELETION, molecule] = longer[at + (at >= at[:, None])]
    return mutants


def _changeable(codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell which changes (P, 5) are some: not of N, nor to the same nucleotide."""
    return (codes[..., None] != UNKNOWN) & (codes[..., None] != np.arange(len(CHANGES)))


def tabulate_mutants(mutants: Mutants, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return a row per mutant of mutagenesis.tsv; `pairs` (N) have id and mirna."""
    pair, place, change = np.nonzero(np.isfinite(mutants.mutated))
    in_target = place < WINDOW
    return pd.DataFrame(
        {
            "id": pairs["id"].to_numpy(object)[pair],
            "mirna": pairs["mirna"].to_numpy(object)[pair],
            "molecule": np.where(in_target, "target", "mirna"),
            "position": np.where(in_target, place, place - WINDOW) + 1,
            "base": np.array(list(LETTERS))[mutants.codes[pair, place]],
            "change": np.array(CHANGES)[change],
            "delta_logit": mutants.delta_logit[pair, place, change],
            "delta_p": mutants.delta_p[pair, place, change],
        }
    )
