"""One GPU per process, chosen before TensorFlow is imported, by a lock per device.

Snakemake counts the resource `gpu`, but hands out no device numbers: without this module
all jobs of a machine would use its first GPU. A lock belongs to the kernel (flock), so a
process that ends in any way, killed too, gives its GPU back.

Processes meet when they run as one user, name a device alike and use one lock folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import MutableMapping
from importlib import metadata
from pathlib import Path

from mirsignal.errors import InputError

VISIBLE = "CUDA_VISIBLE_DEVICES"
STATED = "MIRSIGNAL_GPUS"
"""Environment variable that names the GPUs of the machine, such as `0,1`."""
FOLDER = "MIRSIGNAL_GPU_LOCKS"
"""Environment variable that names the folder of the lock files."""
POLL_SECONDS = 0.2


def take_gpu(environment: MutableMapping[str, str] = os.environ) -> int | None:
    """Take a free GPU, wait for one if need be, and make it the only visible one.

    Returns the descriptor that holds the lock for the life of the process, or None where
    nothing is to be shared out: no GPU, or a device that Slurm has given already.
    Raises InputError when the lock files cannot be written.
    """
    if environment.get("SLURM_JOB_ID") and VISIBLE in environment:
        return None
    devices = candidates(environment)
    if not devices:
        return None
    folder = lock_folder(environment)
    waiting = False
    while True:
        for device in devices:
            if (held := _try_lock(folder, device)) is not None:
                environment[VISIBLE] = device
                _close_in_children(held)
                return held
        if not waiting:
            waiting = True
            line = f"all GPUs ({', '.join(devices)}) are taken; waiting for a free one"
            print(line, file=sys.stderr, flush=True)
        time.sleep(POLL_SECONDS)


def _close_in_children(held: int) -> None:
    """Close the lock in forked children, once: theirs may use its number anew."""
    still_open = [held]

    def close() -> None:
        while still_open:
            os.close(still_open.pop())

    os.register_at_fork(after_in_child=close)


def candidates(environment: MutableMapping[str, str]) -> list[str]:
    """Return the GPUs that may be used, as CUDA_VISIBLE_DEVICES names them.

    That variable decides when set; else MIRSIGNAL_GPUS; else the devices found.
    """
    for name in (VISIBLE, STATED):
        if name in environment:
            return _split(environment[name])
    return _devices_found()


def _split(text: str) -> list[str]:
    """Return the devices of a list; as in CUDA, none counts after an invalid one."""
    devices: list[str] = []
    for word in (word.strip() for word in text.split(",")):
        if not re.fullmatch(r"\d+|(GPU|MIG)-[\w/-]+", word) or word in devices:
            break
        devices.append(word)
    return devices


def _devices_found() -> list[str]:
    """Return the numbers of the GPUs of this machine that the backend could use."""
    if os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow":
        with contextlib.suppress(metadata.PackageNotFoundError):
            metadata.version("tensorflow-cpu")
            return []
    if tool := shutil.which("nvidia-smi"):
        listed = subprocess.run(
            [tool, "-L"], capture_output=True, text=True, timeout=60, check=False
        )
        return re.findall(r"^GPU (\d+):", listed.stdout, re.M)
    files = [path for path in Path("/dev").glob("nvidia[0-9]*") if path.is_char_device()]
    # A container may show the file of its one device as nvidia3; CUDA counts from 0.
    return [str(number) for number in range(len(files))]


def lock_folder(environment: MutableMapping[str, str]) -> Path:
    """Return the folder of the lock files, made if need be: this user's alone."""
    usual = Path(tempfile.gettempdir()) / f"mirsignal-gpus-{os.getuid()}"
    folder = Path(environment.get(FOLDER) or usual)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = folder.stat().st_uid == os.getuid()
    except OSError as error:
        raise InputError(
            f"{folder}: {error.strerror}; name another as {FOLDER}"
        ) from None
    if folder == usual and not mine:
        raise InputError(f"{folder}: belongs to another user; name another as {FOLDER}")
    return folder


def _try_lock(folder: Path, device: str) -> int | None:
    """Return a descriptor that holds the lock of a device, or None if it is taken."""
    path = folder / f"gpu-{device.replace('/', '_')}.lock"
    try:
        # O_CLOEXEC: a program that this process starts must not keep the lock alive.
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; name a folder: {FOLDER}") from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return None
    os.ftruncate(held, 0)
    os.write(held, f"{os.getpid()}\n".encode())
    return held
