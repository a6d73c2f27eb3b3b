"""Measure the scan of a whole study as jobs of the workflow: time, memory, disk.

Run by measure_scan.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from mirsignal.files.tracks import join_tracks, load_tracks, save_tracks
from mirsignal.signals.compression import compress

CORES, CHAIN = 2, "balanced.cnn"


def measure_jobs(folder, data):
    """Return the time of the whole study's scans, as jobs of the workflow on 2 cores."""
    result = {}
    shards = sorted(pd.read_parquet(folder / "inputs/shards.parquet")["shard"].unique())
    for recipe in ("prediction", "attribution"):
        chain = folder / f"scan/{CHAIN}.{recipe}"
        shutil.rmtree(chain / "batch_0000", ignore_errors=True)
        files = [str(chain / f"batch_0000/{shard:04d}.npz") for shard in shards]
        run_workflow(folder.name, data, [str(chain / "thresholds.json")])
        started = time.perf_counter()
        run_workflow(folder.name, data, files)
        result[f"subset_{recipe}_s"] = time.perf_counter() - started
        result |= job_costs(folder, recipe, files)
    return result


def run_workflow(study, data, files):
    """Make some files of a study, all miRNAs in one batch."""
    command = [sys.executable, "-m", "snakemake", "--cores", str(CORES), "--quiet", "all"]
    command += ["--configfile", f"studies/{study}.yaml", "--config", f"data={data}"]
    subprocess.run([*command, "mirnas_per_job=1000", "--", *files], check=True)


def job_costs(folder, recipe, files):
    """Return speed, start-up, memory and file size of the jobs that made `files`."""
    stem = f"scan_transcripts/{CHAIN}.{recipe}/batch_0000"
    jobs = pd.concat(
        pd.read_csv(path, sep="\t")
        for path in sorted((folder / "benchmarks").glob(f"{stem}.*.tsv"))
    )
    logs = sorted((folder / "logs").glob(f"{stem}.*.log"))
    ends = [path.read_text().splitlines()[-1].replace(",", "").split() for path in logs]
    n_nt = sum(int(words[0]) for words in ends)
    working = sum(float(words[3]) for words in ends)
    size = sum(Path(path).stat().st_size for path in files)
    result = {
        f"nt_per_s_{recipe}": CORES * n_nt / working,
        "start_up_s": float(jobs["s"].sum() - working) / len(jobs),
        "memory_mb": float(jobs["max_rss"].max()),
        "bytes_per_nt": size / n_nt,
    }
    if recipe == "attribution":
        result["signal_bytes_per_nt"] = signal_size(Path(files[0])) / (n_nt / len(files))
    return result


def signal_size(path):
    """Return the bytes of the compressed signals of all miRNAs of a scan file."""
    with np.load(path) as arrays:
        mirnas = sorted({name.split("/")[0] for name in arrays.files if "/" in name})
    total, kept = 0, path.with_suffix(".signals")
    for mirna in mirnas:
        tracks = load_tracks(path, mirna).channel("score")
        signals = [compress(values, 100)[0] for _, values in tracks.items()]
        save_tracks(kept, join_tracks(list(tracks.ids), signals, ["score"]))
        total += kept.stat().st_size
    kept.unlink()
    return total
