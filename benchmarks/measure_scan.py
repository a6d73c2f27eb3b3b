"""Measure the scan: speed against other ways, memory, and how well it localises.

Ratios are taken in one run on two cores. Reads what `make bench-scan` has run of a study
(the trained network, thresholds and inputs), and with real data also the artificial genes
made of CLASH chimeras. Writes results/benchmarks/scan.json.

Run from the project's root: .venv/bin/python -m benchmarks.measure_scan STUDY [DATA]
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.arithmetic import best, flops_per_position
from benchmarks.measure_jobs import measure_jobs
from benchmarks.measure_localisation import artificial_genes, planted_truth
from mirsignal.files.atomic import read_json, write_json
from mirsignal.interpretation.explanation import (
    PairExplainer,
    pairs_to_matrices,
    sample_background,
)
from mirsignal.networks.backend import keras, set_up, tf
from mirsignal.scan.attribution import Attributor, attribute_window
from mirsignal.scan.convolution import list_bodies
from mirsignal.scan.scanning import (
    ConvolutionalScanner,
    WindowedScanner,
    mirna_reference,
    mirna_rows,
    run_each,
    scan_transcripts,
    sigmoid,
)
from mirsignal.scan.scores import AttributionScorer
from mirsignal.sequences.codes import decode, encode
from mirsignal.sequences.composition import fit_transitions, random_transcripts
from mirsignal.sequences.fasta import Transcripts

CORES, ENCODING, CHAIN = 2, "au_gc_gu_a", "balanced.cnn"
LENGTH, N_BACKGROUND = 20_000, 50
CALLED = 0.5
"""P above which the published protocol explains a window."""


def main(study, data=None):
    if study == "--cost":  # in a process of its own: data is a length here
        print(json.dumps(measure_length(int(data))))
        return
    folder = Path("results") / study
    set_up(CORES, 0, calls=CORES)
    bench = Bench(folder)
    result = bench.speeds() | bench.against_shap() | bench.against_published()
    result |= bench.agreement()
    result |= length_costs()
    if data:
        result |= measure_jobs(folder, data)
        scan = (bench.scanner, bench.attributor, ENCODING)
        result |= artificial_genes(*scan, data, bench.pairs)
    result |= planted_truth()
    write_json(Path("results/benchmarks/scan.json"), {"study": study, **result})
    for name, value in result.items():
        print(
            f"{name:32s} {value:,.3f}"
            if isinstance(value, float)
            else f"{name:32s} {value}"
        )


class Bench:
    """A study's network and transcripts, ready to be scanned in several ways."""

    def __init__(self, folder):
        self.folder = folder
        self.model = keras.models.load_model(folder / f"binding/{CHAIN}/model.keras")
        self.bodies = list_bodies(self.model)
        n_channels = self.bodies[0][0].kernel.shape[2]
        self.scanner = ConvolutionalScanner(self.bodies, n_channels, workers=CORES)
        self.attributor = Attributor(self.bodies, 4, CORES)
        self.mirnas = pd.read_parquet(folder / "inputs/mirnas.parquet")["sequence"]
        fasta = Transcripts(folder / "inputs/transcripts.fa")
        table = pd.read_parquet(folder / "inputs/transcripts.parquet")
        self.pairs = pd.read_parquet(folder / "samples/balanced/pairs.parquet")
        chosen = table["transcript"].sample(100, random_state=1)
        self.real = [encode(fasta[name]) for name in chosen]
        rng = np.random.default_rng(1)
        transitions = fit_transitions(decode(codes) for codes in self.real)
        (self.random,) = random_transcripts(transitions, [LENGTH], rng)

    def speeds(self):
        """Return the prediction scan against windows, the usual way, matrix products."""
        codes, mirnas = [self.random], iter(list(self.mirnas) * 9)

        def slide():  # a new miRNA each time, as its table is part of the cost
            return scan_transcripts(
                self.scanner, codes, mirna_rows(next(mirnas), ENCODING)
            )

        windowed = WindowedScanner(self.model)
        rows = mirna_rows(self.mirnas[0], ENCODING)
        sliding = best(slide, 6)
        one_call_per_core = best(lambda: halves(windowed, self.random, rows), 3)
        usual_way(self.model, self.random[:500], self.mirnas[0])  # warm up
        usual = best(lambda: usual_way(self.model, self.random, self.mirnas[0]), 1)
        long = np.tile(self.random, 20)
        steady = best(lambda: scan_transcripts(self.scanner, [long], rows), 3)
        rate = matrix_product_rate()
        counted = flops_per_position(self.bodies[0])
        return {
            "x_windowed": one_call_per_core / sliding,
            "x_usual": usual / sliding,
            "scan_nt_per_s": len(long) / steady,
            "matmul_gflops": rate / 1e9,
            "matmul_share": counted["carried_out"] * len(long) / steady / rate,
            "matmul_share_of_network": counted["network"] * len(long) / steady / rate,
            "flops_per_position": counted["carried_out"],
        }

    def against_shap(self):
        """Return attribution against DeepSHAP of the same windows, dense and sparse."""
        background = sample_background(self.pairs, N_BACKGROUND, ENCODING, 1)
        self.explainer = PairExplainer(self.model, background)
        dense = self.against_shap_of(self.random[:1000], 0.3)
        sparse = self.against_shap_of(self.random, 0.005)
        return {f"{key}_dense": value for key, value in dense.items()} | {
            f"{key}_sparse": value for key, value in sparse.items()
        }

    def against_shap_of(self, codes, share):
        """Return the ratio for one transcript, `share` of whose windows are called."""
        mirna = self.mirnas[0]
        rows = mirna_rows(mirna, ENCODING)
        (logits,) = scan_transcripts(self.scanner, [codes], rows)
        p = sigmoid(logits)
        threshold = float(np.quantile(p, 1 - share))
        scorer = AttributionScorer(self.scanner, self.attributor, ENCODING)
        ours = best(lambda: scorer.score([codes], mirna, threshold), 3)
        around = np.pad(codes, 25, constant_values=4)
        windows = np.lib.stride_tricks.sliding_window_view(around, 50)
        called = rows[windows[np.flatnonzero(p > threshold)]]
        predicting = best(lambda: scan_transcripts(self.scanner, [codes], rows), 3)
        self.explainer.explain(called[:2])  # warm up
        shap = best(lambda: self.explainer.explain(called), 1)
        return {
            "x_deepshap": (shap + predicting) / ours,
            "deepshap_windows": len(called),
            "deepshap_ms_per_window": 1000 * shap / len(called),
        }

    def against_published(self):
        """Return the published protocol against the default scan, 2 miRNAs x 100 UTRs."""
        thresholds = read_json(self.folder / f"scan/{CHAIN}.attribution/thresholds.json")
        scorer = AttributionScorer(self.scanner, self.attributor, ENCODING)
        mirnas = pd.read_parquet(self.folder / "inputs/mirnas.parquet")[:2]
        pairs = list(zip(mirnas["mirna"], mirnas["sequence"], strict=True))

        def ours():
            for name, sequence in pairs:
                scorer.score(self.real, sequence, thresholds[name]["threshold"])

        self.published_protocol(self.real[0], pairs[0][1])  # warm up
        started = time.perf_counter()
        n_called = 0
        for _, sequence in pairs:
            for codes in self.real:
                n_called += self.published_protocol(codes, sequence)
        published = time.perf_counter() - started
        return {
            "x_legacy": published / best(ours, 2),
            "legacy_s": published,
            "legacy_windows_explained": n_called,
            "legacy_nt": int(sum(map(len, self.real))),
        }

    def agreement(self, n=100):
        """Return the median r with SHAP of integrated gradients, on validation positives.

        Per nucleotide, at the best position of the miRNA, by reference and steps.
        """
        positives = self.pairs.query("split == 'validation' and label == 1")
        positives = positives.sample(n, random_state=1)
        values, _ = self.explainer.explain(pairs_to_matrices(positives, ENCODING))
        shap = values[:, :, 1:].max(axis=2)
        result = {}
        for steps in (2, 4, 8, 16):
            attributor = Attributor(self.bodies, steps)
            for name, share in (("mean", 1), ("empty", 0)):
                ours = [
                    window_attribution(attributor, *pair, share)
                    for pair in zip(
                        positives["target"], positives["mirna_sequence"], strict=True
                    )
                ]
                r = [np.corrcoef(a, b)[0, 1] for a, b in zip(ours, shap, strict=True)]
                result[f"shap_r_{name}_{steps}_steps"] = float(np.median(r))
        return result

    def published_protocol(self, codes, mirna):
        """Score one transcript window by window, every 10 nt, with SHAP above 0.5."""
        windows = [codes[at : at + 50] for at in range(0, len(codes) - 50, 10)]
        if not windows:
            return 0
        matrices = np.stack([encode_by_hand(decode(w), mirna) for w in windows])
        p = self.model.predict(matrices, verbose=0)[:, 0]
        called = matrices[p > CALLED]
        values, _ = self.explainer.explain(called)
        track = np.zeros((len(codes), 20))
        for at, weight, value in zip(
            10 * np.flatnonzero(p > CALLED), p[p > CALLED], values, strict=True
        ):
            track[at : at + 50] += weight * value
        return len(called)


def window_attribution(attributor, target, mirna, share):
    """Return the attribution (50,) of one window, `share` of the reference given."""
    rows, reference = mirna_rows(mirna, ENCODING), mirna_reference(mirna, ENCODING)
    detail = attribute_window(attributor, encode(target), rows, share * reference)
    return detail[:, 1:].max(axis=1)


def encode_by_hand(target, mirna):
    """Return a pairing matrix (50, 20, 4) made pair by pair, as published code does."""
    au, gc, gu = ({"AU", "UA"}, {"GC", "CG"}, {"GU", "UG"})
    matrix = np.zeros((50, 20, 4), np.float32)
    for row, t in enumerate(target):
        for column, m in enumerate(mirna[:20]):
            pair = t + m
            matrix[row, column] = (pair in au, pair in gc, pair in gu, t == "A")
    return matrix


def usual_way(model, codes, mirna):
    """Score a transcript at stride 1: rows encoded in Python, then model.predict."""
    windows = np.lib.stride_tricks.sliding_window_view(codes, 50)
    return model.predict(
        np.stack([encode_by_hand(decode(window), mirna) for window in windows]), verbose=0
    )


def halves(scanner, codes, rows):
    """Run windows on each core at once, as the sliding scan does with its chunks."""
    size = -(-len(codes) // CORES)
    parts = [codes[at : at + size] for at in range(0, len(codes), size)]
    return run_each(lambda part: scanner.scan(part, rows), parts, CORES)


def matrix_product_rate(n=2048):
    """Return the FLOP/s of large matrix products, one on each core at a time."""
    a = tf.random.normal((n, n))
    product = tf.function(lambda: tf.matmul(a, a))
    seconds = best(
        lambda: run_each(lambda _: product().numpy(), range(2 * CORES), CORES), 6
    )
    return 2 * CORES * 2 * n**3 / seconds


def length_costs():
    """Return time and peak memory of 100,000 nt over those of 10,000 nt."""
    costs = {}
    for length in (10_000, 100_000):
        command = [sys.executable, "-m", "benchmarks.measure_scan", "--cost", str(length)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
        costs[length] = json.loads(answer.stdout.splitlines()[-1])
    short, long = costs[10_000], costs[100_000]
    return {
        "length_cost": long["seconds"] / short["seconds"],
        "length_memory": long["memory_mb"] / short["memory_mb"],
        "memory_100000_nt_mb": long["memory_mb"],
    }


def measure_length(length):
    """Return seconds and peak memory of the attribution scan of one transcript."""
    from mirsignal.binding.models import BINDING_NETWORKS

    set_up(CORES, 0, calls=CORES)
    bodies = list_bodies(BINDING_NETWORKS["cnn"](ENCODING))
    scanner = ConvolutionalScanner(bodies, bodies[0][0].kernel.shape[2], workers=CORES)
    scorer = AttributionScorer(scanner, Attributor(bodies, 4, CORES), ENCODING)
    codes = np.random.default_rng(1).integers(0, 4, length).astype(np.uint8)
    mirna = "UGAGGUAGUAGGUUGUAUAGUU"
    p = scorer.score([codes], mirna, 1)[0][0][:, 0]
    threshold = float(np.quantile(p, 0.995))
    seconds = best(lambda: scorer.score([codes], mirna, threshold), 5)
    return {"seconds": seconds, "memory_mb": peak_memory_mb()}


def peak_memory_mb():
    """Return this program's peak memory; getrusage would count its parent's too."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
