"""Measure Snakemake's own time and memory for very many scan jobs.

Dry runs of the real workflow in a temporary copy of the project; and, on a workflow of
one rule that does nothing, the time from job to job while many jobs are ready. Run from
the project's root, with a free core: .venv/bin/python -m benchmarks.measure_dag
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import yaml

from mirsignal.files.atomic import write_json

ROOT = Path(__file__).parents[1]
PARTS = ["Snakefile", "config.yaml", "mirsignal", "profiles", "report", "resources"]
PARTS += ["rules", "schemas", "scripts", "envs"]

CASES = [  # target, miRNAs, shards, miRNAs per job
    ("scan", 2500, 4, 1),
    ("scan", 2500, 4, 10),
    ("scan", 2500, 4, 25),
    ("scan", 2500, 40, 10),
    ("scan", 2500, 40, 25),
    ("all", 2500, 40, 25),
    ("scan", 2500, 40, 1),
    ("all", 2500, 40, 1),
]
LONGEST_S = 1200
"""A dry run that takes longer is ended, and reported as such."""

READY = [(1000, None), (10_000, None), (10_000, 200)]  # jobs, --scheduler-subsample
ROUNDS_S = 60
NOTHING = """\
rule all:
    input: [f"done/{{n}}" for n in range({n_jobs})]
rule nothing:
    input: "start"
    output: "done/{{n}}"
    shell: "touch {{output}}"
"""


def main():
    cases, rounds = [], []
    for ready in READY:
        rounds.append(in_folder(measure_rounds, *ready))
        report(cases, rounds, rounds[-1])
    for case in CASES:
        cases.append(in_folder(measure_dry_run, *case))
        report(cases, rounds, cases[-1])


def in_folder(function, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        return function(Path(folder), *arguments)


def report(cases, rounds, last):
    """Print the last row, and write all, since the next one may take long."""
    print("  ".join(f"{key} {value}" for key, value in last.items()), flush=True)
    result = {"cases": cases, "rounds": rounds}
    write_json(Path("results/benchmarks/dag.json"), result)


def measure_dry_run(folder, target, n_mirnas, n_shards, mirnas_per_job):
    """Return the figures of a dry run in a fresh project: seconds, MB, jobs."""
    make_project(folder, n_mirnas, n_shards, mirnas_per_job)
    arguments = ["-n", "--quiet", "rules", "host", "--configfile", "many.yaml"]
    seconds, usage, output = run_snakemake(folder, LONGEST_S, *arguments, "--", target)
    counts = dict(re.findall(r"^(\w+) +(\d+)$", output, re.M))
    return {
        "target": target,
        "n_mirnas": n_mirnas,
        "n_shards": n_shards,
        "mirnas_per_job": mirnas_per_job,
        "scan_jobs": -(-n_mirnas // mirnas_per_job) * n_shards,
        "jobs": int(counts["total"]) if "total" in counts else None,
        "finished": "total" in counts,
        "wall_s": round(seconds, 1),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 1),
        "memory_mb": round(usage.ru_maxrss / 1024),
    }


def measure_rounds(folder, n_jobs, subsample):
    """Return the seconds from job to job on one core while `n_jobs` are ready."""
    (folder / "Snakefile").write_text(NOTHING.format(n_jobs=n_jobs))
    (folder / "start").touch()
    arguments = ["--cores", "1", "--quiet", "all"]
    if subsample:
        arguments += ["--scheduler-subsample", str(subsample)]
    run_snakemake(folder, ROUNDS_S, *arguments)
    ends = sorted(path.stat().st_mtime for path in folder.glob("done/*"))
    spacing = (ends[-1] - ends[0]) / (len(ends) - 1)
    return {
        "ready_jobs": n_jobs,
        "subsample": subsample,
        "done": len(ends),
        "s_per_job": round(spacing, 4),
    }


def make_project(folder, n_mirnas, n_shards, mirnas_per_job):
    """Copy the project and give its demo study random miRNAs of 22 nt."""
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    sequences = np.random.default_rng(1).choice(list("ACGU"), (n_mirnas, 22))
    rows = [f"miR-{n}-5p\t{''.join(row)}" for n, row in enumerate(sequences, start=1)]
    table = "\n".join(["mirna\tsequence", *rows])
    (folder / "resources/mirnas_many.tsv").write_text(table + "\n")
    inputs = {"inputs": {"mirnas": {"file": "resources/mirnas_many.tsv"}}}
    settings = {"studies": {"demo": inputs}, "shards": n_shards}
    settings["mirnas_per_job"] = mirnas_per_job
    (folder / "many.yaml").write_text(yaml.safe_dump(settings))


def run_snakemake(folder, longest, *arguments):
    """Return wall time (s), resource usage and output; end it after `longest` seconds."""
    command = [sys.executable, "-m", "snakemake", *arguments]
    with (folder / "printed").open("w") as printed:
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        pid = 0
        while not pid:
            time.sleep(0.1)
            pid, _, usage = os.wait4(process.pid, os.WNOHANG)
            if not pid and time.monotonic() - started > longest:
                os.killpg(process.pid, signal.SIGKILL)
                pid, _, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
    return seconds, usage, (folder / "printed").read_text()


if __name__ == "__main__":
    main()
