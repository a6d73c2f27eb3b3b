"""What a binding network makes of seed sites: how well the whole window binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.batches import predict_outputs
from mirsignal.binding.heads import HEADS
from mirsignal.networks.backend import keras
from mirsignal.sequences.codes import encode_many
from mirsignal.sites.context import cut_windows


@dataclass(frozen=True)
class SiteNetwork:
    """A binding network, and the encoding of its pairing matrices."""

    model: keras.Model
    encoding: str

    @classmethod
    def load(cls, path: str | Path, encoding: str) -> SiteNetwork:
        return cls(keras.models.load_model(path), encoding)

    def score(
        self, sites: pd.DataFrame, mirnas: pd.DataFrame, sequences: Mapping[str, str]
    ) -> pd.DataFrame:
        """Return what the network makes of sites in the middle of their windows.

        `sites` has mirna, group, transcript, start and end; `mirnas` mirna, sequence and
        passenger; `sequences` the 3' UTRs by transcript. Column `binding` is the logit; a
        network with heads (`binding.heads`) has a column for each of them but the first.
        NaN of sites in reading frames.
        """
        outputs, names = [self.model.get_layer("logit").output], ["binding"]
        if any(layer.name == "heads" for layer in self.model.layers):
            outputs.append(self.model.get_layer("heads").output[:, 1:])
            names += HEADS[1:]
        joined = keras.layers.Concatenate()(outputs) if len(names) > 1 else outputs[0]
        network = keras.Model(self.model.input, joined)
        found = np.full((len(sites), len(names)), np.nan, np.float32)
        by_name = mirnas.set_index("mirna")
        for strand, column in (("guide", "sequence"), ("passenger", "passenger")):
            rows = np.flatnonzero(sites["group"] == f"{strand}_utr")
            own = sites.iloc[rows]
            strands = own["mirna"].map(by_name[column]).str[:MIRNA_LENGTH]
            found[rows] = predict_outputs(
                network,
                encode_many(cut_windows(own, sequences), WINDOW),
                encode_many(strands, MIRNA_LENGTH),
                self.encoding,
            )
        return pd.DataFrame(found, columns=names, index=sites.index)
