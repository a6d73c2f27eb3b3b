"""Keras and TensorFlow, imported in one place with their settings made first.

Networks are trained with TensorFlow. The scan runs on any Keras backend, which the
environment variable KERAS_BACKEND names.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator

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

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

__all__ = ["compiled", "keras", "set_up", "tf"]


def set_up(threads: int, seed: int, calls: int = 1) -> None:
    """Limit TensorFlow to `threads` cores and fix every random stream.

    To be called once, before the first tensor is made. Operations are deterministic, so
    that the same seed and number of threads give the same numbers on the same machine.
    Where `calls` Python threads run compiled functions at a time, each has its share.
    """
    keras.utils.set_random_seed(seed)
    if keras.backend.backend() != "tensorflow":
        return
    tf.config.threading.set_intra_op_parallelism_threads(max(threads // calls, 1))
    tf.config.threading.set_inter_op_parallelism_threads(calls)
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
    tf.config.experimental.enable_op_determinism()


def compiled(function: Callable, *arguments: tuple[tuple[int | None, ...], str]):
    """Return the function as the backend runs it fastest.

    `arguments` are shape and dtype of each; None is any length. TensorFlow traces the
    function once; JAX does it again for each new shape.
    """
    if keras.backend.backend() == "tensorflow":
        signature = [tf.TensorSpec(shape, dtype) for shape, dtype in arguments]
        return tf.function(function, input_signature=signature, autograph=False)
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function)
    return function
