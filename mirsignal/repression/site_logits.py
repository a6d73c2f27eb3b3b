"""What a binding network makes of seed sites: how well the whole window binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.batches import predict_outputs
from mirsignal.binding.heads import TAUGHT, has_heads
from mirsignal.binding.models.averaging import split_networks
from mirsignal.networks.backend import keras
from mirsignal.sequences.codes import UNKNOWN, encode_many
from mirsignal.sites.context import cut_windows

SEED_END = 8
"""The nucleotides of a miRNA up to this one are its seed here: nt 1-8."""


@dataclass(frozen=True)
class SiteNetwork:
    """A binding network, and the encoding of its pairing matrices.

    Of several networks that differ in their seed, the best (`model`) scans, and all of
    them score what it finds: a site counts the mean of their outputs, at the cost of one
    scan.
    """

    model: keras.Model
    encoding: str
    others: tuple[keras.Model, ...] = ()

    @classmethod
    def load(cls, path: str | Path, encoding: str) -> SiteNetwork:
        model, *others = split_networks(keras.models.load_model(path))
        return cls(model, encoding, tuple(others))

    def score(
        self, sites: pd.DataFrame, mirnas: pd.DataFrame, sequences: Mapping[str, str]
    ) -> pd.DataFrame:
        """Return what the network makes of sites in the middle of their windows.

        `sites` has mirna, group, transcript, start and end; `mirnas` mirna, sequence and
        passenger; `sequences` the 3' UTRs by transcript. Column `binding` is the logit,
        and `seed_binding` what it is with nt 9-20 of the miRNA unknown: it tells binding
        by the seed from binding by the rest, which represses less. A network with heads
        (`binding.heads`) has a column for each of TAUGHT. NaN of sites in reading frames.
        """
        networks = [_outputs(model) for model in (self.model, *self.others)]
        names = ("binding", *TAUGHT)[: networks[0].output_shape[-1]]
        names += ("seed_binding",)
        found = np.full((len(sites), len(names)), np.nan, np.float32)
        by_name = mirnas.set_index("mirna")
        for strand, column in (("guide", "sequence"), ("passenger", "passenger")):
            rows = np.flatnonzero(sites["group"] == f"{strand}_utr")
            own = sites.iloc[rows]
            strands = own["mirna"].map(by_name[column]).str[:MIRNA_LENGTH]
            windows = encode_many(cut_windows(own, sequences), WINDOW)
            whole = encode_many(strands, MIRNA_LENGTH)
            seeds = whole.copy()
            seeds[:, SEED_END:] = UNKNOWN
            outputs, of_seeds = (
                np.mean(
                    [predict_outputs(n, windows, codes, self.encoding) for n in networks],
                    axis=0,
                )
                for codes in (whole, seeds)
            )
            found[rows] = np.column_stack([outputs, of_seeds[:, 0]])
        return pd.DataFrame(found, columns=names, index=sites.index)


def _outputs(model: keras.Model) -> keras.Model:
    """Return the network up to its logit, with its heads TAUGHT, if any."""
    outputs = [model.get_layer("logit").output]
    if has_heads(model):
        outputs.append(model.get_layer("heads").output[:, -len(TAUGHT) :])
    joined = keras.layers.Concatenate(name="told")(outputs) if outputs[1:] else outputs[0]
    return keras.Model(model.input, joined)
