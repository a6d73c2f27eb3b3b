"""A job: its log, its one-line errors. Run apart, since it takes over stdout."""

import subprocess
import sys

import pytest

JOB = """
import logging
from snakemake_stand_in import stand_in
from mirsignal.errors import InputError
from mirsignal.jobs import run

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

stand_in = SimpleNamespace(
    rule="scan", log=["logs/deep/scan.log"], input=[], params=Named(steps=8),
    wildcards=Named(study="demo", mirna="let-7a"), output=Named(provenance="run.json"),
)
"""


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
    (tmp_path / "snakemake_stand_in.py").write_text(STAND_IN)
    (tmp_path / "job.py").write_text(JOB.format(action=action))
    done = subprocess.run(
        [sys.executable, "job.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{root}:{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )
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
    (tmp_path / "snakemake_stand_in.py").write_text(stand_in)
    (tmp_path / "job.py").write_text(JOB.format(action="pass"))
    done = subprocess.run(
        [sys.executable, "job.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{root}:{tmp_path}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "[scan utrs.fa 1] halfway" in done.stderr
