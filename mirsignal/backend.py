"""TensorFlow and Keras, imported in one place with their settings made first."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
import tensorflow as tf

__all__ = ["keras", "set_up", "tf"]


def set_up(threads: int, seed: int) -> None:
    """Limit TensorFlow to `threads` cores and fix every random stream.

    To be called once, before the first tensor is made. Operations are deterministic, so
    that the same seed gives the same numbers on the same machine.
    """
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for device in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(device, True)
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
