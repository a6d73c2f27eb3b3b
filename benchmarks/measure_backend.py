"""Measure the scan on one Keras backend and its device, such as JAX on a GPU.

Needs keras, numpy, pandas, scipy and the backend; no trained network, no TensorFlow. Run
from the project's root, with JAX for instance:
    KERAS_BACKEND=jax python -m benchmarks.measure_backend
"""

import time

import numpy as np

from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.attribution import Attributor
from mirsignal.scan.convolution import list_stages
from mirsignal.scan.scanning import ConvolutionalScanner, mirna_rows
from mirsignal.scan.scores import AttributionScorer

ENCODING, MIRNA = "au_gc_gu_a", "UGAGGUAGUAGGUUGUAUAGUU"
LENGTH, SHARE = 2_000_000, 0.005


def main():
    set_up(1, 0, any_backend=True)
    print("backend", keras.backend.backend(), "device", device())
    stages = list_stages(BINDING_NETWORKS["cnn"](ENCODING))
    n_channels = stages[0].kernel.shape[2]
    codes = np.random.default_rng(1).integers(0, 4, LENGTH).astype(np.uint8)
    rows = mirna_rows(MIRNA, ENCODING)
    for chunk in (2048, 8192, 32768, 131072):
        scanner = ConvolutionalScanner(stages, n_channels, chunk)
        logits = scanner.scan(codes, rows)
        started = time.perf_counter()
        scanner.scan(codes, rows)
        seconds = time.perf_counter() - started
        print(f"chunk {chunk:7,}: {len(logits) / seconds:12,.0f} nt/s")
    scorer = AttributionScorer(scanner, Attributor(stages, 4), ENCODING)
    p = 1 / (1 + np.exp(-logits))
    threshold = float(np.quantile(p, 1 - SHARE))
    for text in ("first", "second"):  # the first compiles
        started = time.perf_counter()
        scorer.score([codes], MIRNA, threshold)
        seconds = time.perf_counter() - started
        print(f"attribution of {SHARE:.1%}, {text} time: {LENGTH / seconds:,.0f} nt/s")


def device():
    if keras.backend.backend() == "jax":
        import jax

        return str(jax.devices()[0])
    if keras.backend.backend() == "tensorflow":
        from mirsignal.networks.backend import tf

        return str(tf.config.list_logical_devices())
    return "unknown"


if __name__ == "__main__":
    main()
