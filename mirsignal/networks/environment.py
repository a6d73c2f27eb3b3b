"""What of the user's environment would reach a result: taken out, set, or recorded.

Snakemake settles it before the first job, whose processes inherit it; a program that
imports the library settles it before Keras and TensorFlow are imported.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping

from mirsignal.errors import InputError

BACKENDS = ("tensorflow", "jax", "torch")
"""What KERAS_BACKEND may be."""
_SET = {
    "KERAS_HOME": os.devnull,  # ~/.keras/keras.json is neither read nor written
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",  # files are UTF-8 whatever the locale
    "TF_ENABLE_ONEDNN_OPTS": "1",  # else the processor decides which kernels compute
}
_TAKEN_OUT = (
    "KERAS_MAX_",
    "KERAS_NNX_",
    "TF_ENABLE_",
    "TF_DISABLE_",
    "TF_CUDNN_",
    "TF_DETERMINISTIC_",
    "TF_AUTO_MIXED_",
    "TF_FP16_",
    "TF_SET_ONEDNN_",
    "TF_XLA_",
    "TF_NUM_",
    "TF_USE_LEGACY_",
    "XLA_FLAGS",
    "NVIDIA_TF32_",
    "ONEDNN_",
    "DNNL_",
    "JAX_ENABLE_",
    "JAX_DEFAULT_",
)
"""First letters of variables that change numbers, or cut training short."""
_RECORDED = (
    "KERAS_BACKEND",
    "CUDA_VISIBLE_DEVICES",
    "OMP_NUM_THREADS",
    "OPENBLAS_CORETYPE",
    "MKL_CBWR",
)
"""Variables that a user may have reasons to set, and that may change the last digits."""


def settle_environment(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set or take out the variables that would change results.

    Raises InputError where KERAS_BACKEND names no backend of Keras.
    """
    for name in [name for name in environment if name.startswith(_TAKEN_OUT)]:
        del environment[name]
    environment.update(_SET)
    environment.setdefault("KERAS_BACKEND", BACKENDS[0])
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if environment["KERAS_BACKEND"] not in BACKENDS:
        raise InputError(
            f"KERAS_BACKEND is {environment['KERAS_BACKEND']!r}, which is none of "
            f"{', '.join(BACKENDS)}; unset it"
        )


def record_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the variables that may change the last digits, those that are set."""
    return {name: environment[name] for name in _RECORDED if name in environment}
