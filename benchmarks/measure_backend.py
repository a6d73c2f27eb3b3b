"""Measure scan, matrix products, training and fine-tuning on one Keras backend and its
device; fine-tuning is TensorFlow's alone.

`make bench-gpu` runs it on the device that the backend takes, and again on two cores of
the processor where that is another; results/benchmarks/backend.json has both, with the
device's name. Needs keras, numpy, pandas, scipy and the backend; no trained network. By
itself, from the project's root, with JAX for instance:
    KERAS_BACKEND=jax python -m benchmarks.measure_backend
"""

import functools
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd

from benchmarks.arithmetic import best, flops_per_position
from mirsignal.axes import WINDOW
from mirsignal.binding.models import BINDING_NETWORKS
from mirsignal.files.atomic import write_json
from mirsignal.networks.backend import keras, set_up
from mirsignal.scan.attribution import Attributor
from mirsignal.scan.convolution import list_bodies
from mirsignal.scan.scanning import ConvolutionalScanner, mirna_rows
from mirsignal.scan.scores import AttributionScorer
from mirsignal.signals.windows import CONTEXT, PairWindows

ENCODING, MIRNA = "au_gc_gu_a", "UGAGGUAGUAGGUUGUAUAGUU"
LENGTH, SHARE = 2_000_000, 0.005
N_PAIRS, BATCH, SIZE = 8192, 128, 4096
N_TUNED, N_WINDOWS = 1024, 12  # pairs, and windows of each, of fine-tuning
CHUNKS = (2048, 8192, 32768, 131072)
ON_PROCESSOR = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
N_CORES = 2  # of the processor that a device is compared with


def main():
    if "--one" in sys.argv:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[-1])])
        print(json.dumps(measure()))
        return
    found = {"device": in_process(os.cpu_count()), "n_nt": LENGTH}
    if found["device"]["kind"] != "cpu":
        found["processor"] = in_process(N_CORES, **ON_PROCESSOR)
        found["x_scan"] = found["device"]["scan_nt_s"] / found["processor"]["scan_nt_s"]
    write_json("results/benchmarks/backend.json", found)
    print(json.dumps(found, indent=2))


def in_process(n_cores, **environment):
    """Return what `measure` finds in a process of its own, with these variables."""
    command = [sys.executable, "-m", "benchmarks.measure_backend", "--one", str(n_cores)]
    done = subprocess.run(
        command, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        sys.exit(done.returncode)
    return json.loads(done.stdout.splitlines()[-1])


def measure():
    set_up(len(os.sched_getaffinity(0)), 0, any_backend=True)
    network = BINDING_NETWORKS["cnn"](ENCODING)
    bodies = list_bodies(network)
    codes = np.random.default_rng(1).integers(0, 4, LENGTH).astype(np.uint8)
    rows = mirna_rows(MIRNA, ENCODING)
    by_chunk = {}
    for chunk in CHUNKS:
        scanner = ConvolutionalScanner(bodies, bodies[0][0].kernel.shape[2], chunk)
        logits = scanner.scan(codes, rows)  # the first compiles
        by_chunk[chunk] = len(logits) / best(
            functools.partial(scanner.scan, codes, rows), 1
        )
    scorer = AttributionScorer(scanner, Attributor(bodies, 4), ENCODING)
    threshold = float(np.quantile(1 / (1 + np.exp(-logits)), 1 - SHARE))
    attributed = best(functools.partial(scorer.score, [codes], MIRNA, threshold), 2)
    fastest, rate = max(by_chunk.values()), matrix_rate()
    counted = flops_per_position(bodies[0])
    return {
        **device(),
        "backend": keras.backend.backend(),
        "scan_nt_s": fastest,
        "scan_nt_s_by_chunk": by_chunk,
        "attribution_nt_s": LENGTH / attributed,
        "matmul_gflops": rate / 1e9,
        "matmul_share": counted["carried_out"] * fastest / rate,
        "training_pairs_s": training_rate(network),
        "fine_tuning_pairs_s": fine_tuning_rate(network),
    }


def matrix_rate():
    """Return the FLOP/s of large products of float32 matrices."""
    a = keras.ops.convert_to_tensor(np.ones((SIZE, SIZE), np.float32))
    return 2 * SIZE**3 / best(lambda: np.asarray(keras.ops.matmul(a, a)[0, 0]), 4)


def training_rate(network):
    """Return the pairs that the binding network trains on in a second."""
    rng = np.random.default_rng(2)
    x = rng.random((N_PAIRS, *network.input_shape[1:]), np.float32)
    y = rng.integers(0, 2, N_PAIRS).astype(np.float32)
    network.compile("adam", "binary_crossentropy")
    train = functools.partial(network.fit, x, y, batch_size=BATCH, verbose=0)
    return N_PAIRS / best(train, 2)


def fine_tuning_rate(network):
    """Return the pairs, of N_WINDOWS windows each, that a network is fine-tuned on in a
    second: what two more epochs take, so that compiling does not count. None without
    TensorFlow, since recipes of `fine_tuned` run on no other backend."""
    if keras.backend.backend() != "tensorflow":
        return None
    from mirsignal.repression.fine_tuning import FineTuning, RepressionModel, fine_tune

    rng, n = np.random.default_rng(3), N_TUNED * N_WINDOWS
    windows = PairWindows(
        offsets=np.arange(0, n + 1, N_WINDOWS),
        codes=rng.integers(0, 4, (n, WINDOW)).astype(np.uint8),
        strands=np.zeros(n, np.int32),
        context=rng.random((n, len(CONTEXT)), np.float32),
        log_loading=np.zeros(n, np.float32),
        mirnas=np.ones((N_TUNED, 1), np.float32),
        genes=rng.random((N_TUNED, 3), np.float32),
    )
    parts = np.where(np.arange(N_TUNED) % 8 > 0, "train", "validation")
    pairs = pd.DataFrame({"part": parts, "target_log2fc": -rng.random(N_TUNED)})
    seconds = []
    for epochs in (1, 3):
        copy = keras.models.clone_model(network)
        rows = mirna_rows(MIRNA, ENCODING)[None]
        model = RepressionModel(copy, rows, ["one"], 3, "occupancy")
        tuning = FineTuning("occupancy", 1e-4, 1e-3, BATCH, epochs, 1)
        tune = functools.partial(fine_tune, model, windows, pairs, tuning, 1)
        seconds.append(best(tune, 1))
    return 2 * int((parts == "train").sum()) / (seconds[1] - seconds[0])


def device():
    """Return name and kind (cpu, gpu) of the device that the backend takes."""
    if keras.backend.backend() == "jax":
        import jax

        first = jax.devices()[0]
        return {"name": first.device_kind, "kind": first.platform}
    if keras.backend.backend() == "tensorflow":
        from mirsignal.networks.backend import tf

        if gpus := tf.config.list_physical_devices("GPU"):
            about = tf.config.experimental.get_device_details(gpus[0])
            return {"name": about.get("device_name", "unknown"), "kind": "gpu"}
    return {"name": f"{len(os.sched_getaffinity(0))} cores", "kind": "cpu"}


if __name__ == "__main__":
    main()
