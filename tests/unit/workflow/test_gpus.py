"""GPU slots: one process per device, on machines with stand-in GPUs or none."""

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from mirsignal.errors import InputError
from mirsignal.networks import backend
from mirsignal.workflow import gpus

JOB = """
import os, sys, time
from mirsignal.workflow.gpus import take_gpu

held = take_gpu()
print(os.environ.get("CUDA_VISIBLE_DEVICES"), time.monotonic(), end=" ", flush=True)
{action}
print(time.monotonic(), flush=True)
"""


@pytest.fixture
def start(tmp_path, root):
    """Return a function that starts a process that takes a GPU and ends with the test."""
    started = []

    def run(action="time.sleep(0.1)", **variables):
        plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root)}
        process = subprocess.Popen(
            [sys.executable, "-c", JOB.format(action=action)],
            env=plain | {gpus.FOLDER: str(tmp_path / "locks")} | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def results(processes):
    """Return (device, start, end) of each process, in seconds of one clock."""
    found = []
    for process in processes:
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        device, began, ended = output.split()
        found.append((device, float(began), float(ended)))
    return found


def test_no_two_jobs_are_on_one_gpu_at_once(start):
    found = results([start(MIRSIGNAL_GPUS="0,1") for _ in range(12)])
    assert {device for device, _, _ in found} == {"0", "1"}
    for wanted in ("0", "1"):
        spans = sorted(span for device, *span in found if device == wanted)
        for (_, ended), (began, _) in pairwise(spans):
            assert ended <= began


@pytest.mark.parametrize(
    "child",
    [
        "subprocess.Popen(['sleep', '60'], close_fds=False, stdout=2).pid",
        "os.fork() or time.sleep(60)",
    ],
)
def test_killed_holder_gives_its_gpu_back_though_its_child_lives_on(start, child):
    action = f"import subprocess; print({child}, flush=True); time.sleep(60)"
    holder = start(action, MIRSIGNAL_GPUS="0")
    device, _, child = holder.stdout.readline().split()
    try:
        waiting = start(MIRSIGNAL_GPUS="0")
        line = waiting.stderr.readline()
        assert line == "all GPUs (0) are taken; waiting for a free one\n"
        holder.kill()
        killed = time.monotonic()
        ((taken, began, _),) = results([waiting])
        assert taken == device
        assert began - killed < 5
        os.kill(int(child), 0)
    finally:
        os.kill(int(child), signal.SIGKILL)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"SLURM_JOB_ID": "7", "CUDA_VISIBLE_DEVICES": "2,3"}, "2,3"),
        ({"SLURM_JOB_ID": "7", "CUDA_VISIBLE_DEVICES": "NoDevFiles"}, "NoDevFiles"),
        ({"CUDA_VISIBLE_DEVICES": "", "MIRSIGNAL_GPUS": "0"}, ""),
        ({"CUDA_VISIBLE_DEVICES": "-1", "MIRSIGNAL_GPUS": "0"}, "-1"),
        ({"MIRSIGNAL_GPUS": ""}, None),
    ],
)
def test_nothing_is_locked(tmp_path, variables, expected):
    environment = variables | {gpus.FOLDER: str(tmp_path / "locks")}
    assert gpus.take_gpu(environment) is None
    assert environment.get("CUDA_VISIBLE_DEVICES") == expected
    assert not (tmp_path / "locks").exists()


@pytest.mark.parametrize(
    ("visible", "expected"),
    [
        ("3", ["3"]),
        ("1, 0", ["1", "0"]),
        ("0,-1,2", ["0"]),
        ("GPU-5a1b-0c,MIG-77/1/0", ["GPU-5a1b-0c", "MIG-77/1/0"]),
    ],
)
def test_visible_devices_are_the_candidates(visible, expected):
    environment = {"CUDA_VISIBLE_DEVICES": visible, "MIRSIGNAL_GPUS": "7"}
    assert gpus.candidates(environment) == expected


def test_devices_are_found_with_a_stand_in_for_nvidia_smi(tmp_path, monkeypatch):
    tool = tmp_path / "nvidia-smi"
    tool.write_text(
        "#!/bin/sh\nprintf 'GPU 0: A (UUID: GPU-1)\\nGPU 1: A (UUID: GPU-2)\\n'"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def absent(name):
        raise gpus.metadata.PackageNotFoundError(name)

    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setattr(gpus.metadata, "version", absent)
    assert gpus.candidates({}) == ["0", "1"]
    # TensorFlow without CUDA uses no GPU: its jobs must not queue for one.
    monkeypatch.setattr(gpus.metadata, "version", lambda name: "2.21.0")
    assert gpus.candidates({}) == []
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert gpus.candidates({}) == ["0", "1"]


def test_lock_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    environment = {"MIRSIGNAL_GPUS": "0", gpus.FOLDER: str(tmp_path / "file")}
    with pytest.raises(InputError, match=f"file: .*{gpus.FOLDER}"):
        gpus.take_gpu(environment)


def test_import_takes_no_lock_and_set_up_takes_one_before_devices_are_looked_for(
    tmp_path, root
):
    program = """
import os
import mirsignal.binding.models
from mirsignal.networks import backend
from mirsignal.errors import InputError

print(os.path.exists(os.environ["MIRSIGNAL_GPU_LOCKS"]))
seen = []
look = backend.tf.config.list_physical_devices
backend.tf.config.list_physical_devices = lambda kind: (
    seen.append(os.environ["CUDA_VISIBLE_DEVICES"]) or look(kind)
)
for _ in range(2):
    backend.set_up(1, 0)
print(*seen)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(root), "MIRSIGNAL_GPUS": "3"}
        | {gpus.FOLDER: str(tmp_path / "locks")},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.split() == ["False", "3", "3"]


def test_lock_that_cannot_be_taken_is_an_input_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MIRSIGNAL_GPUS", "0")
    monkeypatch.setenv(gpus.FOLDER, str(tmp_path / "file"))
    monkeypatch.delenv(gpus.VISIBLE, raising=False)
    backend._hold_gpu.cache_clear()
    with pytest.raises(InputError, match="file: File exists; name another"):
        backend.set_up(1, 0)
