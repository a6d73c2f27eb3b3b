"""Faults on purpose in runs of the small study, and what became of its results.

`project` is a working copy as tests/workflow/conftest.py makes it: a folder `root` and
`start`, which runs Snakemake there as a user would. All runs are of one machine.
"""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil

from mirsignal.files.integrity import record_path, verify

VARYING = ("logs", "benchmarks")
"""Folders of results that hold times."""
FULL = "the disk is full"


def results(root):
    """Return the bytes of each result by its path, but logs and measured times."""
    folder = Path(root) / "results"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not set(VARYING) & set(path.relative_to(folder).parts)
    }


def reproducible(one, other):
    """Return the results that are the same in two uninterrupted runs, to the byte."""
    return {path: content for path, content in one.items() if other[path] == content}


def differences(expected, found, names):
    """Return the results that differ: in content (of `expected`), or in being there.

    `names` are those of all results of an uninterrupted run.
    """
    changed = {path for path in expected if found.get(path) != expected[path]}
    return sorted(changed | (set(found) ^ set(names)))


def half_written(expected, found, root):
    """Return results that are there and not whole: no final name may be among them."""
    known = {p for p in found if p in expected and found[p] != expected[p]}
    return sorted(known | {p for p in found if ".unfinished-" in p} | _damaged(root))


def _damaged(root):
    damaged = set()
    for path in Path(root, "results").rglob("*"):
        if path.is_file() and record_path(path).exists():
            try:
                verify([path])
            except ValueError:
                damaged.add(str(path))
    return damaged


def kill(process):
    """End Snakemake and all that it started, at once, as a crash of the machine does."""
    with_jobs = [process, *psutil.Process(process.pid).children(recursive=True)]
    for each in with_jobs:
        try:
            os.kill(each.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.communicate()
    psutil.wait_procs(with_jobs[1:], timeout=60)


def run_with_kills(project, moments, *target, extra=""):
    """Run to the end, killed after each of `moments` (seconds) of a try of its own.

    After a kill comes what README says: `--unlock`, then the same command. Returns the
    number of kills (fewer than moments where a try ended before), the exit status and
    what was printed of the last try.
    """
    n_kills = 0
    for moment in [*moments, None]:
        process = project.start(*target, extra=extra)
        try:
            output, _ = process.communicate(timeout=moment)
            break
        except subprocess.TimeoutExpired:
            kill(process)
            n_kills += 1
            project.run("--unlock")
    return n_kills, process.returncode, output


class SmallDisk:
    """A disk in memory of a size (KiB) that can grow; needs the rights of root."""

    def __init__(self, folder, size):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._mount(f"size={round(size)}k")

    def _mount(self, options):
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.folder]
        subprocess.run(command, check=True, capture_output=True)

    def grow(self, size):
        self._mount(f"remount,size={round(size)}k")

    def used(self):
        """Return what is taken (KiB)."""
        found = os.statvfs(self.folder)
        return (found.f_blocks - found.f_bfree) * found.f_frsize // 1024

    def left(self):
        """Return what can be written (KiB)."""
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize // 1024

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.folder], check=True)


def taken(folder):
    """Return what a folder takes (KiB) on a disk of 4-KiB pages."""
    sizes = (path.lstat().st_size for path in Path(folder).rglob("*") if path.is_file())
    return sum(-(-size // 4096) * 4 for size in sizes)


def fault_lines(output):
    """Return the lines in which jobs and the workflow report a fault."""
    return [line for line in output.splitlines() if line.startswith("error: ")]


def start_both(one, other, *target, **environment):
    """Run two projects at once; return (status, output) of each."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        started = [each.start(*target) for each in (one, other)]
    finally:
        os.environ.clear()
        os.environ.update(before)
    outputs = [process.communicate()[0] for process in started]
    return list(zip((each.returncode for each in started), outputs, strict=True))


def run_second(project, *target):
    """Run a project again while it runs; return (status, output) of both.

    The first is held while it has the lock of its folder, since a run of few jobs may
    else be over before the second has looked for one.
    """
    first = project.start(*target)
    locks = project.root / ".snakemake" / "locks"
    while first.poll() is None and not any(
        path.stat().st_size for path in locks.glob("*.output.lock")
    ):
        time.sleep(0.01)
    first.send_signal(signal.SIGSTOP)
    try:
        second = project.run(*target)
    finally:
        first.send_signal(signal.SIGCONT)
    output, _ = first.communicate()
    return (first.returncode, output), second
