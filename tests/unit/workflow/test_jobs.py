"""A job: its log, its one-line errors. Run apart, since it takes over stdout."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from mirsignal.files.atomic import write_parquet
from mirsignal.files.integrity import record

JOB = """
import logging
from snakemake_stand_in import stand_in
from mirsignal.errors import InputError
from mirsignal.workflow.jobs import run

def main(snakemake):
    print("printed")
    logging.getLogger("mirsignal.x").info("halfway")
    {action}

run(main, stand_in)
"""
STAND_IN = """
from types import SimpleNamespace

class Named(SimpleNamespace):
    def items(self):
        return vars(self).items()
    def __iter__(self):
        return iter(vars(self).values())

class Inputs(list):
    def __init__(self, *paths, checks=()):
        super().__init__(paths)
        self.checks = checks
    def get(self, name, default):
        return self.checks or default

stand_in = SimpleNamespace(
    rule="scan", log=["logs/deep/scan.log"], params=Named(steps=8),
    input=Inputs("made.json"),
    wildcards=Named(study="demo", mirna="let-7a"), output=Named(provenance="run.json"),
)
"""


def run_job(folder, root, action, stand_in=STAND_IN):
    (folder / "made.json").touch()
    (folder / "snakemake_stand_in.py").write_text(stand_in)
    (folder / "job.py").write_text(JOB.format(action=action))
    return subprocess.run(
        [sys.executable, "-B", "job.py"],  # a stale cache of the stand-in may look new
        cwd=folder,
        env={"PYTHONPATH": f"{root}:{folder}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("action", "status", "line"),
    [
        ("pass", 0, "[scan let-7a] halfway"),
        ("raise InputError('a.tsv, line 3: bad')", 1, "error: [scan let-7a] a.tsv, line"),
        ("open('/absent/file')", 1, "error: [scan let-7a] /absent/file: No such file"),
        ("1 / 0", 1, "error: [scan let-7a] unexpected: ZeroDivisionError"),
    ],
)
def test_job_tells_in_one_line(tmp_path, root, action, status, line):
    done = run_job(tmp_path, root, action)
    assert done.returncode == status, done.stderr
    assert line in done.stderr
    assert "Traceback" not in done.stderr
    log = (tmp_path / "logs" / "deep" / "scan.log").read_text()
    assert "printed" in log
    assert "halfway" in log
    assert ("Traceback" in log) == ("unexpected" in line)
    assert (tmp_path / "run.json").exists() == (status == 0)


def test_every_wildcard_but_the_study_leads_what_is_logged(tmp_path, root):
    """As of a download, which has no study."""
    stand_in = STAND_IN.replace('study="demo", mirna="let-7a"', 'file="utrs.fa", part=1')
    done = run_job(tmp_path, root, "pass", stand_in)
    assert "[scan utrs.fa 1] halfway" in done.stderr


def test_full_disk_is_told_in_one_line(tmp_path, root):
    done = run_job(tmp_path, root, "open('/dev/full', 'wb', 0).write(b'x')")
    assert done.returncode == 1
    (line,) = [row for row in done.stderr.splitlines() if row.startswith("error: ")]
    assert line.endswith("the disk is full; make room and run again")
    assert "Traceback" not in done.stderr


def test_input_damaged_since_a_job_wrote_it_is_refused(tmp_path, root):
    assert run_job(tmp_path, root, "pass").returncode == 0
    assert (tmp_path / ".run.json.crc32").exists()
    (tmp_path / "made.json").write_text("{}")
    record([tmp_path / "made.json"])
    (tmp_path / "made.json").write_text("[]")
    done = run_job(tmp_path, root, "pass")
    assert done.returncode == 1
    assert "error: [scan let-7a] made.json: damaged or changed" in done.stderr
    assert "halfway" not in done.stderr


def test_provenance_names_no_checks_that_a_rule_waits_for(tmp_path, root):
    """They differ when a job that was killed late runs again."""
    (tmp_path / "audit.json").touch()
    listed = {
        "first.json": '"made.json", "audit.json", checks="audit.json"',
        "again.json": '"made.json", "made.json", checks=["made.json"]',
    }
    for name, inputs in listed.items():
        given = STAND_IN.replace('"made.json"', inputs).replace("run.json", name)
        assert run_job(tmp_path, root, "pass", given).returncode == 0
    made = [(tmp_path / name).read_text() for name in listed]
    assert made[0] == made[1]
    assert list(json.loads(made[0])["inputs"]) == ["made.json"]


def test_log_that_cannot_be_opened_is_told(tmp_path, root):
    (tmp_path / "logs").touch()
    done = run_job(tmp_path, root, "pass")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: [scan let-7a] logs")


@pytest.mark.parametrize("side", ["input", "output"])
def test_job_refuses_tables_that_break_their_schema(tmp_path, root, side):
    folds = tmp_path / "results/demo/inputs/folds.parquet"
    write_parquet(folds, pd.DataFrame({"gene": ["a"], "fold": [-1]}))
    path = '"results/demo/inputs/folds.parquet"'
    old = {"input": '"made.json"', "output": 'Named(provenance="run.json")'}
    new = {"input": path, "output": f"Named(table={path})"}
    done = run_job(tmp_path, root, "pass", STAND_IN.replace(old[side], new[side]))
    assert done.returncode == 1
    line = done.stderr.splitlines()[-1]
    assert "folds.parquet: column 'fold' has -1, not 0 or more" in line
    assert ("delete it" in line) == (side == "input")
