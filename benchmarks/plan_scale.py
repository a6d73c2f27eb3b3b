"""Plan the scan of all human miRNAs from measured figures; print it as Markdown.

Run from the project's root, after `make bench-scan` and benchmarks.measure_dag:

    .venv/bin/python -m benchmarks.plan_scale > docs/scale.md
"""

import string
from pathlib import Path

from benchmarks.scale import (
    BASE_CORES,
    CALIBRATION_NT,
    MAIN_SCOPE,
    N_MIRNAS,
    SCOPES,
    fit_graph,
    make_plan,
    scheduling_h,
)
from mirsignal.files.atomic import read_json

TEMPLATE = Path(__file__).with_name("scale.md.in")


def table(header, rows):
    """Return a Markdown table; numbers are rounded for reading."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(show, line))} |" for line in lines)


def show(value):
    """Return a cell: two significant digits below 10, none after the point above."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and abs(value) < 10:
        return f"{value:.2g}"
    return f"{value:,.0f}"


def fill(scan, dag):
    """Return the document for the figures of scan.json and dag.json."""
    modes = ("attribution", "prediction")
    speeds = {mode: scan[f"nt_per_s_{mode}"] / BASE_CORES for mode in modes}
    plans = {
        (scope, mode): make_plan(nt, speed, scan["start_up_s"])
        for scope, nt in SCOPES.items()
        for mode, speed in speeds.items()
    }
    main = plans[MAIN_SCOPE, "attribution"]
    single = make_plan(main.nt, speeds["attribution"], scan["start_up_s"], 1)
    pairs = main.nt * N_MIRNAS
    words = {
        "n_mirnas": N_MIRNAS,
        "shards": main.shards,
        "mirnas_per_job": main.mirnas_per_job,
        "minutes": main.job_s / 60,
        "calibration_min": N_MIRNAS * CALIBRATION_NT / speeds["prediction"] / 60,
        "single_jobs": single.jobs,
        "single_files": single.files,
        "files": main.files,
        "start_up_s": scan["start_up_s"],
        "start_percent": 100 * scan["start_up_s"] / single.job_s,
        "tracks_tb": scan["bytes_per_nt"] * pairs / 1e12,
        "signals_gb": scan["signal_bytes_per_nt"] * pairs / 1e9,
        "export_gb": 4 * main.nt / 1e9,
    }
    tables = {
        "time_table": time_table(plans),
        "gpu_table": gpu_table(main),
        "job_table": job_table(plans, scan["memory_mb"]),
        "graph_table": graph_table([single, main], dag),
        "disk_table": disk_table(scan),
    }
    words = {key: show(value) for key, value in words.items()}
    return string.Template(TEMPLATE.read_text()).substitute(words | tables)


def time_table(plans):
    cores = (2, 8, 256)
    header = ["what is scanned", "Mnt", "mode", *(f"{n} cores (h)" for n in cores)]
    rows = [
        [scope, plan.nt / 1e6, mode, *(plan.core_h / n for n in cores)]
        for (scope, mode), plan in plans.items()
    ]
    return table(header, rows)


def gpu_table(plan):
    gpus = (1, 4, 16)
    header = ["a GPU as fast as ... pairs of cores", *(f"GPUs: {n} (h)" for n in gpus)]
    rows = [
        [factor, *(plan.core_h / BASE_CORES / factor / n for n in gpus)]
        for factor in (1, 4, 16, 64)
    ]
    return table(header, rows)


def job_table(plans, memory_mb):
    header = ["what is scanned", "mode", "`shards`", "`mirnas_per_job`", "scan jobs"]
    header += ["minutes per job", "MB per job"]
    rows = [
        [
            scope,
            mode,
            plan.shards,
            plan.mirnas_per_job,
            plan.scan_jobs,
            plan.job_s / 60,
            memory_mb,
        ]
        for (scope, mode), plan in plans.items()
    ]
    return table(header, rows)


def graph_table(plans, dag):
    header = ["`mirnas_per_job`", "jobs", "files between them", "planning (s)", "MB"]
    header += ["waiting, all ready jobs weighed (h)", "200 weighed (h)"]
    seconds, memory = (fit_graph(dag["cases"], key) for key in ("cpu_s", "memory_mb"))
    rows = [
        [
            plan.mirnas_per_job,
            plan.jobs,
            plan.links,
            seconds(plan),
            memory(plan),
            *(scheduling_h(dag["rounds"], plan.scan_jobs, n) for n in (None, 200)),
        ]
        for plan in plans
    ]
    return table(header, rows)


def disk_table(scan):
    header = ["what is scanned", "track files (TB)", "`signals.npz` (GB)"]
    rows = [
        [
            scope,
            scan["bytes_per_nt"] * nt * N_MIRNAS / 1e12,
            scan["signal_bytes_per_nt"] * nt * N_MIRNAS / 1e9,
        ]
        for scope, nt in SCOPES.items()
    ]
    return table(header, rows)


def main():
    folder = Path("results/benchmarks")
    print(fill(read_json(folder / "scan.json"), read_json(folder / "dag.json")), end="")


if __name__ == "__main__":
    main()
