"""Cluster profiles on a real Slurm: two nodes of two stand-in GPUs on this machine.

Skipped, with the reason, where no Slurm can be started; where MIRSIGNAL_NEED_SLURM is set
(.ci/run sets it) that is a failure.
"""

import json
import os
import re
import signal
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from mirsignal.ready.command import main
from tests.workflow import slurm_box
from tests.workflow.slurm_box import (
    DAEMONS,
    SETTINGS,
    obstacle,
    running,
    start_slurm,
    wait_for,
)

pytestmark = pytest.mark.workflow

CHAIN = "balanced.cnn.attribution"
SCAN = Path("results/small/scan") / CHAIN
SHARDS = [
    f"{SCAN}/{mirna}/{shard}.npz"
    for mirna in ("hsa-let-7a-5p", "hsa-miR-1-3p")
    for shard in ("0000", "0001")
]
BOX = ["--slurm-status-command", "squeue", "--slurm-no-account", "--latency-wait", "10"]
BOX += ["--slurm-init-seconds-before-status-checks", "2"]
SECONDS = 240


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    """A running Slurm; afterwards no process and no setting of it is left."""
    if reason := obstacle():
        assert "MIRSIGNAL_NEED_SLURM" not in os.environ, reason
        pytest.skip(reason)
    settings, authenticators = sorted(SETTINGS.glob("*")), running("munged")
    with start_slurm(tmp_path_factory.mktemp("slurm")) as slurm:
        yield slurm
    assert running(*DAEMONS) == {}
    assert running("munged") == authenticators
    assert slurm.processes() == {}
    assert sorted(SETTINGS.glob("*")) == settings


@pytest.fixture(scope="module")
def project(box, finished, tmp_path_factory):
    """A copy of the small study, which was run without a cluster."""
    return finished.copy(tmp_path_factory.mktemp("cluster"))


@pytest.mark.parametrize("mark", [True, False])
def test_settings_of_another_slurm_are_refused(tmp_path, monkeypatch, mark):
    text = f"{slurm_box.MARK if mark else ''}\nClusterName=x\n"
    (tmp_path / "slurm.conf").write_text(text)
    monkeypatch.setattr(slurm_box, "SETTINGS", tmp_path)
    monkeypatch.setattr(slurm_box.shutil, "which", str)
    monkeypatch.setattr(slurm_box.os, "getuid", lambda: 0)
    monkeypatch.setattr(slurm_box, "running", lambda *names: {})
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    refusal = f"{tmp_path}/slurm.conf is there already"
    assert slurm_box.obstacle() == (None if mark else refusal)


def scans(box):
    """Return the (node, visible GPU) and the job of every scan that runs now."""
    found = []
    for process, variables in box.processes().items():
        try:
            command = Path(f"/proc/{process}/cmdline").read_text().split("\0")
        except OSError:
            continue
        if len(command) > 1 and command[1].endswith("scan_transcripts.py"):
            place = variables["SLURMD_NODENAME"], variables["CUDA_VISIBLE_DEVICES"]
            found.append((place, variables["SLURM_JOB_ID"]))
    return found


def all_four(found):
    """Return the jobs by place once there are four, else None."""
    return dict(found) if len(found) == 4 else None


def finish(process):
    """Return the exit status of a started Snakemake and what it printed."""
    try:
        output, _ = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    return process.returncode, output


def assert_same(project, finished):
    for path in SHARDS:
        with np.load(finished.root / path) as local, np.load(project.root / path) as new:
            assert set(new) == set(local)
            for name in local:
                np.testing.assert_array_equal(new[name], local[name])


def test_four_shards_run_at_once_and_survive_a_lost_job_and_a_lost_node(
    box, project, finished
):
    for path in SHARDS:
        (project.root / path).unlink()
    box.ask("scontrol", "update", "partition=main", "state=down")
    run = project.start("--profile", "profiles/slurm", *BOX, *SHARDS)
    try:
        wait_for(lambda: len(box.jobs()) == 4, 90, "four scans submitted")
        box.ask("scontrol", "update", "partition=main", "state=up")
        at_once = wait_for(lambda: all_four(scans(box)), 90, "four scans at once")
        box.ask("scancel", at_once["n1", "0"])
        box.kill_node("n2")
        box.ask("scontrol", "update", "nodename=n2", "state=down", "reason=test")
        box.start_node("n2")
        box.ask("scontrol", "update", "nodename=n2", "state=resume")
    finally:
        status, output = finish(run)
    assert status == 0, output
    assert set(at_once) == {("n1", "0"), ("n1", "1"), ("n2", "0"), ("n2", "1")}
    ends = Counter(job["JobState"] for job in box.jobs())
    assert ends == {"COMPLETED": 4, "CANCELLED": 1, "NODE_FAIL": 2}
    asked = Counter((job["MinMemoryNode"], job["TimeLimit"]) for job in box.jobs())
    # What was lost is tried again with twice the memory and time.
    assert asked == {("3000M", "04:00:00"): 4, ("6000M", "08:00:00"): 3}
    assert_same(project, finished)


def test_plain_commands_ask_for_a_gpu_where_one_is_stated_and_end_jobs(
    box, project, finished
):
    earlier = len(box.jobs())
    peaks = f"{SCAN}/hsa-let-7a-5p/peaks.bed"
    for path in (SHARDS[0], peaks):
        (project.root / path).unlink()
    profile = ("--profile", "profiles/cluster-generic", "--latency-wait", "10")
    run = project.start(*profile, peaks)
    try:
        wait_for(lambda: scans(box), 60, "a scan")
        run.send_signal(signal.SIGINT)
    finally:
        status, output = finish(run)
    assert status != 0
    wait_for(lambda: box.jobs()[-1]["JobState"] == "CANCELLED", 20, "job cancelled")
    status, output = finish(project.start(*profile, peaks))
    assert status == 0, output
    _, scan, find = box.jobs()[earlier:]
    assert (scan["JobName"], scan["JOB_GRES"]) == ("mirsignal.scan_transcripts", "gpu:1")
    assert (find["JobName"], find["JOB_GRES"]) == ("mirsignal.find_peaks", "(null)")
    assert_same(project, finished)


def test_cluster_without_gpus(box, project, finished):
    earlier = len(box.jobs())
    (project.root / SHARDS[0]).unlink()
    profiles = ("--profile", "profiles/slurm", "--profile", "profiles/no-gpu")
    run = project.start(*profiles, *BOX, "--verbose", SHARDS[0])
    status, output = finish(run)
    assert status == 0, output
    (job,) = box.jobs()[earlier:]
    assert (job["JOB_GRES"], "TresPerJob" in job) == ("(null)", False)
    (submitted,) = re.findall(r"sbatch .*--ntasks=1 --cpus-per-task=1.*", output)
    assert "gpu" not in submitted.split(" --wrap=")[0]
    assert_same(project, finished)


def test_a_ready_model_predicts_on_a_cluster_and_asks_for_no_gpu(box, project):
    earlier = len(box.jobs())
    utrs = "resources/utrs_human_excerpt.fa.gz"
    settings = {"model": "ready", "names": ["let-7a"], "transcripts": utrs, "shards": 2}
    settings["accessibility"] = False
    extra = f"predict: {json.dumps(settings)}"
    run = project.start("--profile", "profiles/slurm", *BOX, "predict", extra=extra)
    status, output = finish(run)
    assert status == 0, output
    jobs = box.jobs()[earlier:]
    assert Counter(job["JobState"] for job in jobs) == {"COMPLETED": 5}
    assert {job["JOB_GRES"] for job in jobs} == {"(null)"}
    given = ["predict", "--mirna", "let-7a", "--utrs", project.root / utrs]
    given += ["--no-folding", "--out", project.root / "at_once"]
    assert main(list(map(str, given))) == 0
    table = "genes.tsv"
    found = project.root / "results/small/predict/new" / table
    assert found.read_bytes() == (project.root / "at_once" / table).read_bytes()
