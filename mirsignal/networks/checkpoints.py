"""Checkpoints: a training goes on after the last whole epoch."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mirsignal.files.atomic import atomic_path, read_json, write_json
from mirsignal.files.integrity import checksum
from mirsignal.logs import log
from mirsignal.networks.backend import keras, tf
from mirsignal.networks.storage import save_network
from mirsignal.workflow.provenance import text_digest


class Checkpoint:
    """What a killed training needs to go on: one file each, the last one written last.

    It is used only where all that decides the result is as when it was made.
    """

    def __init__(self, folder: Path, fingerprint: str):
        self._folder, self._fingerprint = folder, fingerprint

    def save(
        self,
        model: keras.Model,
        rows: list[dict[str, float]],
        best_weights: list[np.ndarray],
    ) -> None:
        epoch = len(rows)
        save_network(self._folder / f"{epoch}.keras", model)
        with atomic_path(self._folder / f"{epoch}.npz") as temporary:
            np.savez(temporary, *best_weights)
        names = (f"{epoch}.keras", f"{epoch}.npz")
        state = {
            "fingerprint": self._fingerprint,
            "epoch": epoch,
            "rows": rows,
            "files": {name: checksum(self._folder / name) for name in names},
        }
        write_json(self._folder / "state.json", state | {"digest": _digest(state)})
        for old in self._folder.glob("*.*"):
            if old.name not in (*names, "state.json"):
                old.unlink()

    def load(self) -> tuple[keras.Model, list[dict[str, float]], list[np.ndarray]] | None:
        """Return model, rows and best weights after the last whole epoch, if any."""
        if not (self._folder / "state.json").exists():
            return None
        if (state := self._whole_state()) is None:
            log.warning("%s: damaged; starting anew", self._folder)
            return None
        if state["fingerprint"] != self._fingerprint:
            log.info("an earlier training had other settings or data; starting anew")
            return None
        model = keras.models.load_model(self._folder / f"{state['epoch']}.keras")
        with np.load(self._folder / f"{state['epoch']}.npz") as weights:
            best = [weights[name] for name in weights.files]
        return model, state["rows"], best

    def _whole_state(self) -> dict[str, Any] | None:
        """Return the saved state; None when it or a file that it names is damaged."""
        try:
            state = read_json(self._folder / "state.json", null=math.nan)
            whole = state.pop("digest") == _digest(state)
            files = state["files"].items()
            whole &= all(checksum(self._folder / name) == was for name, was in files)
        except (OSError, ValueError, LookupError, AttributeError, TypeError):
            return None
        return state if whole else None

    def remove(self) -> None:
        for path in self._folder.glob("*"):
            path.unlink()
        if self._folder.is_dir():
            self._folder.rmdir()


def _digest(state: Mapping[str, Any]) -> str:
    return text_digest(json.dumps(state))


def make_checkpoint(
    folder: Path,
    pairs: pd.DataFrame,
    training: Any,
    seed: int,
    code: str = "",
) -> Checkpoint:
    """Return the checkpoint in `folder` for this training and no other.

    `training` holds its settings, `code` is a digest of the code that trains; another
    number of threads counts as another training too, since it may round differently.
    """
    rows = pd.util.hash_pandas_object(pairs, index=False)
    data = [list(pairs.columns), rows.tolist()]  # in their order, which batches follow
    threads = tf.config.threading.get_intra_op_parallelism_threads()
    versions = [keras.version(), tf.__version__]
    parts = [training, seed, data, code, threads, *versions]
    return Checkpoint(folder, text_digest(repr(parts)))
