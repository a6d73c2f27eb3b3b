"""Networks of sequences that were trained elsewhere, such as those of splice sites.

What one makes of a window becomes a track: a value for each nucleotide of a transcript,
which stands in the middle of its window. MMSplice (Cheng 2019, Genome Biol 20:48) has
such networks in its package.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mirsignal.axes import WINDOW
from mirsignal.errors import InputError
from mirsignal.networks.backend import keras

_BATCH = 8192  # windows


def load_sequence_network(path: str | Path) -> keras.Model:
    """Load a Keras network: one-hot windows (B, W, 4) of A, C, G, T -> values (B, 1).

    Raises InputError for a file that is none, for one whose layers Keras does not have,
    and for a network of another form.
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file; check the path")
    try:
        model = keras.models.load_model(path, compile=False)
    except Exception as error:  # of a damaged file: anything
        words = str(error).split("\n")[0].split(". ")[0]
        raise InputError(
            f"{path}: Keras cannot load this network ({words}); give one of Keras' layers"
        ) from None
    shapes = model.input_shape, model.output_shape
    if not (len(shapes[0]) == 3 and shapes[0][2] == 4 and shapes[1][1:] == (1,)):
        raise InputError(
            f"{path}: from {shapes[0]} to {shapes[1]}; give a network that reads one-hot "
            "windows (B, W, 4) and gives a value for each (B, 1)"
        )
    return model


def score_nucleotides(
    model: keras.Model, codes: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Return what a network makes of the window around each nucleotide (L,) of codes.

    N and what lies beyond the ends are zeros. Of W nucleotides W // 2 lie before it; a
    network that reads any length is given WINDOW.
    """
    width = model.input_shape[1] or WINDOW
    hot = np.concatenate([np.eye(4, dtype=np.float32), np.zeros((1, 4), np.float32)])
    before, behind = width // 2, width - 1 - width // 2
    text = np.pad(hot[codes], ((before, behind), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(text, width, axis=0)
    parts = [
        np.asarray(model.predict_on_batch(windows[at : at + _BATCH].swapaxes(1, 2)))
        for at in range(0, len(windows), _BATCH)
    ]
    return np.concatenate(parts)[:, 0]
