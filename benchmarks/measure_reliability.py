"""Faults on purpose: what kills, a full disk, damage and a second run do to results.

Every run is of the small study of the tests, a little smaller still, in folders of its
own; all rules of the main job take part. With TARGETS only what they need is run.

Run from the project's root:
.venv/bin/python -m benchmarks.measure_reliability [N_KILLS [TARGET ...]]
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.faults import (
    FULL,
    SmallDisk,
    differences,
    fault_lines,
    half_written,
    reproducible,
    results,
    run_second,
    run_with_kills,
    start_both,
    taken,
)
from benchmarks.fuzzing import fuzz
from mirsignal.errors import InputError
from mirsignal.files.atomic import write_json
from mirsignal.files.integrity import record_path, verify
from tests.workflow.conftest import Project

SMALLER = "shards: 1\nbinding: {cnn: {n_seeds: 1}}\n"
KILLS_PER_RUN, N_POINTS, N_FLIPS, SEED = 8, 10, 50, 1
N_FUZZED, FUZZ_SECONDS = 200_000, 7200
KINDS = (".npz", ".parquet", ".keras", ".json", ".fa", ".tsv")
CHEAP = "results/small/contextpp/pairs.parquet"
SCAN = "results/small/scan/balanced.cnn.attribution/hsa-let-7a-5p/0000.npz"
LOCKED = "Directory cannot be locked"


@dataclass
class Reference:
    """Uninterrupted runs: the project of one, its time (s), equal files of both."""

    project: Project
    seconds: float
    expected: dict[str, bytes]
    names: set[str]


def main(n_kills=40, *targets):
    rng, started = np.random.default_rng(SEED), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mirsignal-") as name:
        folder = Path(name)
        reference = run_twice(folder, targets)
        found = show(described(reference, targets))
        found |= show(kills(folder, reference, int(n_kills), targets, rng))
        found |= show(full_disk(folder, reference, targets))
        found |= show(damage(reference, targets, rng))
        found |= show(two_at_once(folder))
    found |= show(fuzz(N_FUZZED, FUZZ_SECONDS))
    found |= show({"minutes": (time.monotonic() - started) / 60})
    write_json("results/benchmarks/reliability.json", found)


def show(measured):
    """Print and return figures, so that a broken-off measurement leaves something."""
    for name, value in measured.items():
        print(f"{name:24s} {value}", flush=True)
    return measured


def described(reference, targets):
    return {
        "targets": list(targets) or ["all"],
        "files": len(reference.names),
        "files_reproducible": len(reference.expected),
        "files_varying": sorted(reference.names - set(reference.expected)),
        "run_seconds": reference.seconds,
    }


def fresh(folder):
    """Return a project in which nothing has run."""
    folder.mkdir()
    return Project(folder)


def run_twice(folder, targets):
    """Run without a fault, twice: what differs then cannot be compared to the byte."""
    found = []
    for name in ("first", "second"):
        project, started = fresh(folder / name), time.monotonic()
        status, output = project.run(*targets, extra=SMALLER)
        if status:
            sys.exit(f"the run without a fault failed:\n{output}")
        found.append((project, time.monotonic() - started, results(project.root)))
    (project, seconds, one), (_, _, other) = found
    return Reference(project, seconds, reproducible(one, other), set(one) | set(other))


def kills(folder, reference, n_kills, targets, rng):
    """Kill runs at random moments, go on each time, compare what the last try leaves."""
    done = identical = 0
    while done < n_kills:
        project = fresh(folder / f"killed_{done}")
        latest = 3 * reference.seconds / KILLS_PER_RUN
        moments = rng.uniform(1, latest, min(KILLS_PER_RUN, n_kills - done))
        killed, status, output = run_with_kills(project, moments, *targets, extra=SMALLER)
        wrong = compare(reference, project)
        if status or wrong:
            print(f"after {killed} kills: {wrong[:5]}\n{output[-2000:]}", flush=True)
        done, identical = done + killed, identical + killed * (not (status or wrong))
        shutil.rmtree(project.root)
    return {"kills": done, "kills_identical": identical}


def compare(reference, project):
    return differences(reference.expected, results(project.root), reference.names)


def full_disk(folder, reference, targets):
    """Let the disk fill at points spread over a run; make room; go on to the end."""
    root = reference.project.root
    needed = taken(root / "results") + taken(root / ".snakemake")
    try:
        disk = SmallDisk(folder / "disk", 1e6)
    except subprocess.CalledProcessError:
        return {"full_disk": None, "full_disk_why": "only root may mount a small disk"}
    with disk:
        project, reported = Project(disk.folder), 0
        before = disk.used()
        for point in range(N_POINTS):
            disk.grow(before + needed * (point + 0.5) / N_POINTS)
            reported += one_line_and_nothing_half(project, reference, targets)
        disk.grow(1e6)
        status, _ = project.run(*targets, extra=SMALLER)
        goes_on = not (status or compare(reference, project))
    return {
        "full_disk": reported,
        "full_disk_points": N_POINTS,
        "full_disk_goes_on": goes_on,
    }


def one_line_and_nothing_half(project, reference, targets):
    status, output = project.run(*targets, extra=SMALLER)
    reported = [line for line in fault_lines(output) if FULL in line]
    half = half_written(reference.expected, results(project.root), project.root)
    fine = bool(status and reported and not half and "Traceback" not in output)
    if not fine:
        print(f"full disk: {half}\n{output[-2000:]}", flush=True)
    return fine


def damage(reference, targets, rng):
    """Flip bits and cut files of every kind; run into one damaged file of each kind."""
    tried = noticed = runs = named = 0
    for kind in KINDS:
        files = sorted((reference.project.root / "results").rglob(f"*{kind}"))
        files = [file for file in files if record_path(file).exists()]
        for path in rng.choice(files, N_FLIPS) if files else ():
            tried, noticed = tried + 2, noticed + notices(path, rng)
    for name in BETWEEN_RULES:
        if name in reference.names:
            runs, named = runs + 1, named + is_named(reference, name, targets)
    return {
        "damaged": tried,
        "damaged_noticed": noticed,
        "damaged_runs": runs,
        "damaged_runs_named": named,
    }


BETWEEN_RULES = (
    "small/inputs/shards.parquet",
    "small/contextpp/regions.parquet",
    "small/binding/balanced.cnn/model.keras",
    "small/scan/balanced.cnn.attribution/thresholds.json",
    "small/scan/balanced.cnn.attribution/hsa-let-7a-5p/0000.npz",
)
"""Results that other rules read."""


def notices(path, rng):
    """Return how many of two kinds of damage, a bit and a cut, at one place are seen."""
    whole, at = path.read_bytes(), rng.integers(path.stat().st_size)
    flipped = bytearray(whole)
    flipped[at] ^= 1 << rng.integers(8)
    noticed = 0
    for content in (flipped, whole[:at]):
        path.write_bytes(content)
        try:
            verify([path])
        except InputError as error:
            noticed += str(path) in str(error)
    path.write_bytes(whole)
    return noticed


def is_named(reference, name, targets):
    """Tell whether a run names a file that was cut between two rules, and the next one,
    with the file as it was, goes on to the end."""
    path = reference.project.root / "results" / name
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    status, output = reference.project.run(*targets, extra=SMALLER)
    path.write_bytes(whole)
    reported = [line for line in fault_lines(output) if f"{name}: damaged" in line]
    left, _ = reference.project.run(*targets, extra=SMALLER)
    if left or not (status and reported):
        print(f"{name}:\n{output[-2000:]}", flush=True)
    return bool(status and reported and not left)


def two_at_once(folder):
    """Start a run in a folder in which one runs, and two that share a cache, at once."""
    alone = fresh(folder / "alone")
    alone.run(SCAN, CHEAP)
    shared, cache = fresh(folder / "shared"), folder / "cache"
    (status, _), (status_of_second, refused) = run_second(shared, CHEAP)
    is_refused = status_of_second == 1 and LOCKED in refused
    in_one = status == 0 and is_refused and same(alone, shared, CHEAP)
    cache.mkdir()
    both = [fresh(folder / name) for name in ("here", "there")]
    ran = start_both(*both, SCAN, "--cache", SNAKEMAKE_OUTPUT_CACHE=str(cache))
    alike = not any(status for status, _ in ran) and all(
        same(alone, project, SCAN) for project in both
    )
    for status, output in ran:
        if status:
            print(output[-2000:], flush=True)
    return {"two_at_once": in_one + alike, "two_at_once_tried": 2}


def same(one, other, path):
    """Tell whether two projects have the same file, to the byte."""
    return (one.root / path).read_bytes() == (other.root / path).read_bytes()


if __name__ == "__main__":
    main(*sys.argv[1:])
