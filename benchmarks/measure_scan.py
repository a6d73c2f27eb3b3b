"""Measure the sliding scan against window-by-window evaluation, as a ratio in one run.

Run from the project's root: .venv/bin/python -m benchmarks.measure_scan
"""

import time
from pathlib import Path

import numpy as np

from mirsignal.attribution import Attributor
from mirsignal.backend import set_up
from mirsignal.convolution import fold_network
from mirsignal.files import write_json
from mirsignal.models import BINDING_NETWORKS
from mirsignal.pairing import ENCODINGS
from mirsignal.scanning import (
    ConvolutionalScanner,
    WindowedScanner,
    mirna_rows,
    scan_transcripts,
)

LENGTH, REPEATS, THREADS, ENCODING = 20_000, 3, 2, "au_gc_gu_a"


def main():
    set_up(THREADS, 0)
    rng = np.random.default_rng(0)
    codes = [rng.integers(0, 4, LENGTH).astype(np.uint8)]
    rows = mirna_rows("UGAGGUAGUAGGUUGUAUAGUU", ENCODING)
    model = BINDING_NETWORKS["cnn"](ENCODING)
    stages = fold_network(model)
    sliding_scanner = ConvolutionalScanner(stages, ENCODINGS[ENCODING].shape[-1])
    windowed_scanner = WindowedScanner(model)
    sliding = best(lambda: scan_transcripts(sliding_scanner, codes, rows))
    windowed = best(lambda: scan_transcripts(windowed_scanner, codes, rows))
    weights = np.zeros(LENGTH, np.float32)
    weights[:: LENGTH // 100] = 1
    attributor = Attributor(stages, 8)
    attribution = best(lambda: attributor.attribute(codes, [weights], rows))
    result = {
        "length_nt": LENGTH,
        "threads": THREADS,
        "sliding_nt_per_s": LENGTH / sliding,
        "windowed_nt_per_s": LENGTH / windowed,
        "x_windowed": windowed / sliding,
        "attribution_ms_per_site": 1000 * attribution / 100,
    }
    write_json(Path("results/benchmarks/scan_speed.json"), result)
    for name, value in result.items():
        print(f"{name:26s} {value:,.1f}")


def best(action):
    """Return the shortest wall time (s) of some repeats, after one to warm up."""
    action()
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    main()
