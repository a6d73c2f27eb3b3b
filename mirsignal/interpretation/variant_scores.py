"""What a network predicts for variants of target sites.

A variant is scored by the change of the network's logit against the unmutated target of
its site. Both begin at the same place in the window, the middle of the longer one in the
middle of the window, N around a target shorter than that.
"""

from __future__ import annotations

import pandas as pd

from mirsignal.axes import MIRNA_LENGTH, WINDOW
from mirsignal.binding.batches import predict_codes
from mirsignal.networks.backend import keras
from mirsignal.scan.scanning import logit_model, sigmoid
from mirsignal.sequences.codes import encode_many


def score_variants(
    model: keras.Model, table: pd.DataFrame, encoding: str
) -> pd.DataFrame:
    """Return the table with delta_logit and delta_p of each variant."""
    network = logit_model(model)
    mirnas = encode_many(table["sequence"], MIRNA_LENGTH)
    longer = table[["target", "variant"]].map(len).max(axis=1)
    before = ["N" * ((WINDOW - length) // 2) for length in longer]
    logits = {
        column: predict_codes(
            network, encode_many(before + table[column], WINDOW), mirnas, encoding
        )
        for column in ("target", "variant")
    }
    return table.assign(
        delta_logit=logits["variant"] - logits["target"],
        delta_p=sigmoid(logits["variant"]) - sigmoid(logits["target"]),
    )
