"""The logit of a binding network at seed sites: how well the whole window binds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.batches import predict_codes
from mirsignal.networks.backend import keras
from mirsignal.sequences.codes import encode_many
from mirsignal.sites.context import cut_windows


def site_logits(
    model: keras.Model,
    encoding: str,
    sites: pd.DataFrame,
    mirnas: pd.DataFrame,
    sequences: Mapping[str, str],
) -> NDArray[np.float32]:
    """Return the logit (S,) of `sites` (mirna, group, transcript, start, end).

    NaN of sites in reading frames. `mirnas` has mirna, sequence and passenger;
    `sequences` the 3' UTRs by transcript.
    """
    logits = keras.Model(model.inputs, model.get_layer("logit").output)
    found = np.full(len(sites), np.nan, np.float32)
    for strand, column in (("guide", "sequence"), ("passenger", "passenger")):
        rows = np.flatnonzero(sites["group"] == f"{strand}_utr")
        own = sites.iloc[rows]
        strands = own["mirna"].map(mirnas.set_index("mirna")[column])
        codes = encode_many(strands.str[:MIRNA_LENGTH], MIRNA_LENGTH)
        windows = cut_windows(own, sequences)
        found[rows] = predict_codes(logits, encode_many(windows, WINDOW), codes, encoding)
    return found
