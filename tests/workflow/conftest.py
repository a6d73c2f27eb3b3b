"""A copy of the project in a temporary folder, with the small study run once."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
PARTS = ["Snakefile", "config.yaml", "mirsignal", "profiles", "report", "resources"]
PARTS += ["rules", "schemas", "scripts", "envs", "studies"]

NAMED_PAIRS = f"""\
# pairs to explain
id\tmirna\ttarget
by name\thsa-let-7a-5p\taactatacaacctactacctca
short\tTGAGGTAGTAGGTTG\tCTACCTCA
unknown target\thsa-miR-1-3p\t{"N" * 50}
"""


def labelled_pairs() -> str:
    """Return a test set in the layout of miRBench; positives hold a seed match."""
    rng = np.random.default_rng(1)
    rows = ["gene\tnoncodingRNA\tnoncodingRNA_name\tlabel"]
    for number in range(60):
        target = "".join(rng.choice(list("ACGT"), 50))
        if label := number % 2:
            target = target[:20] + "ACTACCTCA" + target[29:]
        rows.append(f"{target}\tTGAGGTAGTAGGTTGTATAGTT\tlet-7a\t{label}")
    return "\n".join(rows) + "\n"


def copy_project(root: Path, to: Path) -> Project:
    """Return a working copy in the folder `to` with the results of that in `root`."""
    to.mkdir(exist_ok=True)
    other = Project(to)
    for part in ("results", ".snakemake"):
        shutil.copytree(root / part, to / part, dirs_exist_ok=True)
    return other


@functools.cache
def snakemake_server() -> subprocess.Popen:
    """Return the process that runs Snakemake for all tests, and ends with them."""
    server = Path(__file__).with_name("snakemake_server.py")
    command = [sys.executable, str(server)]
    pipe, heed = subprocess.PIPE, _heed_interrupts
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, preexec_fn=heed)


def _heed_interrupts() -> None:
    """Undo what a shell does to programs in its background, which ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Project:
    """A working copy in which Snakemake is run as a user would run it."""

    def __init__(self, root: Path):
        self.root = root
        self.config = [root / "small.yaml"]
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            ignored = (
                {"ignore": shutil.ignore_patterns("__pycache__")}
                if (ROOT / part).is_dir()
                else {}
            )
            copy(ROOT / part, root / part, **ignored)
        shutil.copy(Path(__file__).with_name("small.yaml"), root)
        lines = (root / "resources/mirnas_demo.tsv").read_text().splitlines()[:4]
        lines[1:] = [f"{lines[1]}\tpassenger", f"{lines[2]}\tnone", f"{lines[3]}\tNA"]
        (root / "resources/mirnas_small.tsv").write_text("\n".join(lines) + "\n")
        (root / "resources/pairs_small.tsv").write_text(labelled_pairs())
        (root / "resources/named_small.tsv").write_text(NAMED_PAIRS)

    def copy(self, root: Path) -> Project:
        """Return another working copy, in the folder `root`, with the same results."""
        return copy_project(self.root, root)

    def _arguments(self, arguments: tuple[str, ...], extra: str) -> list[str]:
        files = list(self.config)
        if extra:
            files.append(self.root / "extra.yaml")
            files[-1].write_text(extra)
        return ["--cores", "2", *arguments, "--configfile", *map(str, files)]

    def start(self, *arguments: str, extra: str = "") -> subprocess.Popen:
        """Start Snakemake; `extra` is YAML that overrides the small study."""
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", *self._arguments(arguments, extra)],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=_heed_interrupts,
        )

    def run(self, *arguments: str, extra: str = "") -> tuple[int, str]:
        """Do the same and return exit status and everything that was printed."""
        given, server = self._arguments(arguments, extra), snakemake_server()
        with tempfile.NamedTemporaryFile() as printed:
            asked = [str(self.root), given, dict(os.environ), printed.name]
            print(json.dumps(asked), file=server.stdin, flush=True)
            return int(server.stdout.readline()), Path(printed.name).read_text()

    def planned(self, *arguments: str, extra: str = "") -> dict[str, int]:
        """Return how many jobs of each rule a dry run plans."""
        status, output = self.run("-n", *arguments, extra=extra)
        assert status == 0, output
        table = re.search(r"^job +count\n-+ +-+\n(.*?)\ntotal", output, re.M | re.S)
        if table is None:
            return {}
        rows = [line.split() for line in table.group(1).splitlines()]
        return {
            name: int(count) for name, count in rows if name not in ("all", "ablations")
        }


@pytest.fixture(scope="session")
def untouched(tmp_path_factory, worker_id) -> Path:
    """The folder of the small study after its main job, which no test may change.

    Where several processes test, the first to come runs it for all.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    with (shared / "untouched.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "untouched").exists():
            run_once(shared / "running").root.rename(shared / "untouched")
    return shared / "untouched"


@pytest.fixture(scope="session")
def finished(untouched, tmp_path_factory) -> Project:
    """A copy of the small study after `snakemake` has run its main job."""
    return copy_project(untouched, tmp_path_factory.mktemp("project"))


def run_once(root: Path) -> Project:
    """Return a working copy in the folder `root` that has run its main job."""
    root.mkdir(exist_ok=True)
    project = Project(root)
    status, output = project.run()
    assert status == 0, output
    return project


@pytest.fixture
def fresh(tmp_path, tmp_path_factory) -> Iterator[Project]:
    """A project in which nothing has run, with digests of code that another has made."""
    project, kept = Project(tmp_path), tmp_path_factory.getbasetemp() / "digests"
    own = tmp_path / ".snakemake/digests"
    if kept.exists():
        shutil.copytree(kept, own)
    yield project
    if own.exists():
        shutil.copytree(own, kept, dirs_exist_ok=True)
