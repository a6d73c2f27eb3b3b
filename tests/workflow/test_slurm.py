"""Cluster profiles on a real Slurm: two nodes of two stand-in GPUs on this machine.

Skipped, with the reason, where no Slurm can be started; where MIRSIGNAL_NEED_SLURM is set
(.ci/run sets it) that is a failure.
"""

import os
import re
import shutil
import signal
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from slurm_box import DAEMONS, SETTINGS, obstacle, running, slurm_box, wait_for

pytestmark = pytest.mark.workflow

CHAIN = "balanced.cnn.attribution"
SCAN = Path("results/small/scan") / CHAIN
SHARDS = [f"{SCAN}/hsa-let-7a-5p/{number:04d}.npz" for number in range(4)]
FOUR_SHARDS = "shards: 4"
BOX = (
    "--slurm-status-command",
    "squeue",
    "--slurm-init-seconds-before-status-checks",
    "2",
)
BOX += ("--slurm-no-account", "--latency-wait", "10")
SECONDS = 240


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    """A running Slurm; afterwards no process and no setting of it is left."""
    if reason := obstacle():
        assert "MIRSIGNAL_NEED_SLURM" not in os.environ, reason
        pytest.skip(reason)
    settings = sorted(SETTINGS.glob("*"))
    with slurm_box(tmp_path_factory.mktemp("slurm")) as slurm:
        yield slurm
    assert running(*DAEMONS) == {}
    assert slurm.processes() == {}
    assert sorted(SETTINGS.glob("*")) == settings


@pytest.fixture(scope="module")
def project(box, finished, tmp_path_factory):
    """A copy of the finished study, scanned locally in four shards."""
    copy = finished.copy(tmp_path_factory.mktemp("cluster"))
    shutil.rmtree(copy.root / SCAN)
    status, output = copy.run(*SHARDS, extra=FOUR_SHARDS)
    assert status == 0, output
    shutil.copytree(copy.root / SCAN, copy.root / "local")
    return copy


def scans(box):
    """Return the number, node and visible GPU of every scan that runs now, by job."""
    found = {}
    for process, variables in box.processes().items():
        try:
            command = Path(f"/proc/{process}/cmdline").read_text().split("\0")
        except OSError:
            continue
        if len(command) > 1 and command[1].endswith("scan_transcripts.py"):
            place = variables["SLURMD_NODENAME"], variables["CUDA_VISIBLE_DEVICES"]
            found[variables["SLURM_JOB_ID"]] = place
    return found


def finish(process):
    """Return the exit status of a started Snakemake and what it printed."""
    try:
        output, _ = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    return process.returncode, output


def assert_same_as_local(project):
    for path in SHARDS:
        local = project.root / "local" / Path(path).relative_to(SCAN)
        with np.load(local) as expected, np.load(project.root / path) as found:
            assert set(found) == set(expected)
            for name in expected:
                np.testing.assert_array_equal(found[name], expected[name])


def test_four_shards_run_at_once_and_survive_a_lost_job_and_a_lost_node(box, project):
    shutil.rmtree(project.root / SCAN)
    run = project.start("--profile", "profiles/slurm", *BOX, *SHARDS, extra=FOUR_SHARDS)
    try:
        wait_for(lambda: len(scans(box)) == 4, 120, "four scans at once")
        at_once = scans(box)
        box.ask(
            "scancel", *(job for job, place in at_once.items() if place == ("n1", "0"))
        )
        box.kill_node("n2")
        box.ask("scontrol", "update", "nodename=n2", "state=down", "reason=test")
        box.start_node("n2")
        box.ask("scontrol", "update", "nodename=n2", "state=resume")
    finally:
        status, output = finish(run)
    assert status == 0, output
    places = {("n1", "0"), ("n1", "1"), ("n2", "0"), ("n2", "1")}
    assert set(at_once.values()) == places
    ends = Counter(job["JobState"] for job in box.jobs())
    assert ends == {"COMPLETED": 5, "CANCELLED": 1, "NODE_FAIL": 2}
    asked = Counter((job["MinMemoryNode"], job["TimeLimit"]) for job in box.jobs())
    # A threshold and four shards, then what was lost, with twice the memory and time.
    first = {("3000M", "01:00:00"): 1, ("3000M", "04:00:00"): 4}
    assert asked == first | {("6000M", "08:00:00"): 3}
    assert_same_as_local(project)


def test_plain_commands_ask_for_a_gpu_where_one_is_stated_and_end_jobs(box, project):
    earlier = len(box.jobs())
    (project.root / SHARDS[0]).unlink()
    profile = ("--profile", "profiles/cluster-generic", "--latency-wait", "10")
    peaks = f"{SCAN}/hsa-let-7a-5p/peaks.bed"
    run = project.start(*profile, peaks, extra=FOUR_SHARDS)
    try:
        wait_for(lambda: scans(box), 60, "a scan")
        run.send_signal(signal.SIGINT)
    finally:
        status, output = finish(run)
    assert status != 0
    wait_for(lambda: box.jobs()[-1]["JobState"] == "CANCELLED", 20, "job cancelled")
    status, output = finish(project.start(*profile, peaks, extra=FOUR_SHARDS))
    assert status == 0, output
    _, scan, find = box.jobs()[earlier:]
    assert (scan["JobName"], scan["JOB_GRES"]) == ("mirsignal.scan_transcripts", "gpu:1")
    assert (find["JobName"], find["JOB_GRES"]) == ("mirsignal.find_peaks", "(null)")
    assert_same_as_local(project)


def test_cluster_without_gpus(box, project):
    earlier = len(box.jobs())
    (project.root / SHARDS[0]).unlink()
    profiles = ("--profile", "profiles/slurm", "--profile", "profiles/no-gpu")
    run = project.start(*profiles, *BOX, "--verbose", SHARDS[0], extra=FOUR_SHARDS)
    status, output = finish(run)
    assert status == 0, output
    (job,) = box.jobs()[earlier:]
    assert (job["JOB_GRES"], "TresPerJob" in job) == ("(null)", False)
    (submitted,) = re.findall(r"sbatch .*--ntasks=1 --cpus-per-task=1.*", output)
    assert "gpu" not in submitted.split(" --wrap=")[0]
    assert_same_as_local(project)
