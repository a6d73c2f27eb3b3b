"""The logit of a binding network at seed sites: how well the whole window binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.batches import predict_codes
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

    def logits(
        self, sites: pd.DataFrame, mirnas: pd.DataFrame, sequences: Mapping[str, str]
    ) -> NDArray[np.float32]:
        """Return the logit (S,) of `sites` (mirna, group, transcript, start, end).

        NaN of sites in reading frames. `mirnas` has mirna, sequence and passenger;
        `sequences` the 3' UTRs by transcript.
        """
        logits = keras.Model(self.model.inputs, self.model.get_layer("logit").output)
        found = np.full(len(sites), np.nan, np.float32)
        by_name = mirnas.set_index("mirna")
        for strand, column in (("guide", "sequence"), ("passenger", "passenger")):
            rows = np.flatnonzero(sites["group"] == f"{strand}_utr")
            own = sites.iloc[rows]
            strands = own["mirna"].map(by_name[column]).str[:MIRNA_LENGTH]
            found[rows] = predict_codes(
                logits,
                encode_many(cut_windows(own, sequences), WINDOW),
                encode_many(strands, MIRNA_LENGTH),
                self.encoding,
            )
        return found
