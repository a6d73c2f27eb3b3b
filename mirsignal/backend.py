"""TensorFlow and Keras, imported in one place with their settings made first."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator

from mirsignal.errors import InputError
from mirsignal.gpus import take_gpu

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what C++ prints about its own logging, unless the import fails."""
    with tempfile.TemporaryFile() as heard:
        kept = os.dup(2)
        os.dup2(heard.fileno(), 2)
        try:
            yield
        except BaseException:
            heard.seek(0)
            os.write(kept, heard.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


try:
    _gpu_lock = take_gpu()
except InputError as error:
    sys.exit(f"error: {error}")

with _quiet():
    import keras
    import tensorflow as tf

__all__ = ["keras", "set_up", "tf"]


def set_up(threads: int, seed: int) -> None:
    """Limit TensorFlow to `threads` cores and fix every random stream.

    To be called once, before the first tensor is made. Operations are deterministic, so
    that the same seed and number of threads give the same numbers on the same machine.
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
