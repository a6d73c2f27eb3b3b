"""Measure what clusters and negatives cost on the 18,513 positives of CLASH 2013.

Run from the project's root: .venv/bin/python -m benchmarks.measure_samples DATA
"""

import resource
import shutil
import sys
import time
from pathlib import Path

import numpy as np

from mirsignal.files.atomic import write_json
from mirsignal.samples.assembly import SampleRecipe, make_samples
from mirsignal.samples.chimeras import read_pairs
from mirsignal.samples.clusters import cluster_targets

RATIO, THREADS = 100, 2
FRACTIONS = {
    "validation": 0.1,
    "random": 0.05,
    "unseen_target": 0.1,
    "unseen_family": 0.05,
}


def main(data):
    positives, _ = read_pairs(data / "clash/helwak2013_positive_set_extended.csv")
    result = {"n_positives": len(positives), "threads": THREADS}
    links = {"genes_and_16mers": {}, "rapidfuzz": {"identity": 0.8}}
    if shutil.which("mmseqs"):
        links["mmseqs"] = {"identity": 0.8, "tool": "mmseqs"}
    for name, options in links.items():
        started = time.perf_counter()
        clusters = cluster_targets(
            positives["target"], positives["gene"], threads=THREADS, **options
        )
        sizes = np.bincount(clusters)
        result[f"clusters_{name}"] = {
            "seconds": time.perf_counter() - started,
            "n": len(sizes),
            "largest": int(sizes.max()),
        }
    for protocol in ("balanced", "legacy"):
        recipe = SampleRecipe(FRACTIONS, 16, 0.8, "rapidfuzz", protocol, RATIO)
        started = time.perf_counter()
        pairs = make_samples(positives, recipe, 1, threads=THREADS)
        result[f"{protocol}_1_{RATIO}"] = {
            "seconds": time.perf_counter() - started,
            "negatives": int((pairs["label"] == 0).sum()),
        }
        del pairs
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result["peak_memory_gib"] = peak / 2**20
    write_json("results/benchmarks/samples.json", result)
    for name, value in result.items():
        print(f"{name:28s} {value}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
