"""Keras and TensorFlow, imported in one place with their settings made first.

Networks are trained and explained with TensorFlow. The scan runs on any Keras backend,
which the environment variable KERAS_BACKEND names.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import tempfile
from collections.abc import Callable, Iterator

from mirsignal.errors import InputError
from mirsignal.networks.environment import settle_environment
from mirsignal.workflow.gpus import take_gpu


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


@contextlib.contextmanager
def _without(*packages: str) -> Iterator[None]:
    """Let an import go without packages that it can do without, and not wait for them.

    Those that are imported already stay as they are.
    """
    hidden = [name for name in packages if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


settle_environment()
with _quiet(), _without("matplotlib", "sklearn"):  # a third of the time of this import
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf
    else:
        tf = None

__all__ = ["compiled", "keras", "set_up", "tf"]

# TensorFlow, and JAX, look for devices when they are first asked for one, not before.
_hold_gpu = functools.cache(take_gpu)


def set_up(threads: int, seed: int, calls: int = 1, any_backend: bool = False) -> None:
    """Take a GPU, limit TensorFlow to `threads` cores and fix every random stream.

    To be called once, before the first tensor is made; it waits while all GPUs are taken
    (`gpus.take_gpu`). Operations are deterministic, so that the same seed and number of
    threads give the same numbers on the same machine. Where `calls` Python threads run
    compiled functions at a time, each has its share. Raises InputError when a GPU cannot
    be locked, and for a backend other than TensorFlow, unless it may be `any_backend`.
    """
    backend = keras.backend.backend()
    if backend != "tensorflow" and not any_backend:
        raise InputError(
            f"KERAS_BACKEND is {backend!r}, which only the scan runs on; unset it"
        )
    _hold_gpu()
    keras.utils.set_random_seed(seed)
    if backend != "tensorflow":
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
