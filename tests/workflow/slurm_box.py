"""A real Slurm on this machine: two nodes of two stand-in GPUs, for tests.

Its daemons end with the process that started them. The configuration lies where Slurm
looks for it, since jobs of the Slurm plugin drop SLURM_CONF; one that this module did not
write is never touched.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

SETTINGS = Path("/etc/slurm")
MARK = "# Written by the tests of mirsignal; they may replace and delete it."
NODES = ("n1", "n2")
PROGRAMS = ("slurmctld", "slurmd", "sbatch", "srun", "scontrol", "setpriv")
DAEMONS = ("slurmctld", "slurmd", "slurmstepd")

SLURM_CONF = """\
{mark}
ClusterName=box
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort=16817
AuthType=auth/none
CredType=cred/none
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,batch_sched_delay=1
MpiDefault=none
GresTypes=gpu
ReturnToService=2
MinJobAge=3600
KillWait=2
JobRequeue=0
NodeName=DEFAULT CPUs=2 RealMemory=64000 Gres=gpu:2
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port=16821
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port=16822
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
"""


def obstacle() -> str | None:
    """Return why Slurm cannot be started here, or None."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    settings = SETTINGS / "slurm.conf"
    ours = settings.exists() and MARK in settings.read_text()
    if os.name != "posix" or os.getuid() != 0:
        return "a Slurm of its own needs root"
    if "SLURM_JOB_ID" in os.environ:
        return "this is a job of Slurm"
    if absent:
        return f"no {', '.join(absent)} (Debian: slurmctld slurmd slurm-client munge)"
    if settings.exists() and not ours:
        return f"{settings} is there already"
    if running(*DAEMONS) and not ours:
        return f"a Slurm is running already: {running(*DAEMONS)}"
    return None


def running(*names: str) -> dict[int, str]:
    """Return the processes of these names, by number; zombies do not count."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            name = (entry / "comm").read_text().strip()
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            if name in names and state != "Z":
                found[int(entry.name)] = name
    return found


def wait_for(condition: Callable, seconds: float, what: str):
    """Return the first true value of `condition`; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.2)
    return value


class SlurmBox:
    """A controller and two nodes, in a folder that holds their state and logs."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.daemons: dict[str, subprocess.Popen] = {}
        self.written: list[Path] = []

    def start(self) -> None:
        self._kill_everything()  # what a killed test run may have left
        (self.folder / "state").mkdir(parents=True)
        host = socket.gethostname()
        text = SLURM_CONF.format(mark=MARK, host=host, folder=self.folder)
        gpus = [MARK]
        for node in NODES:
            (self.folder / node).mkdir()
            for number in range(2):
                # Slurm takes character devices only: these are twins of /dev/null.
                device = self.folder / f"{node}-gpu{number}"
                os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
                gpus.append(f"NodeName={node} Name=gpu File={device}")
        SETTINGS.mkdir(exist_ok=True)
        for name, content in (
            ("slurm.conf", text),
            ("gres.conf", "\n".join(gpus) + "\n"),
        ):
            self.written.append(SETTINGS / name)
            (SETTINGS / name).write_text(content)
        self._launch("slurmctld", "slurmctld", "-D", "-i")
        for node in NODES:
            self.start_node(node)
        wait_for(lambda: self.idle() == set(NODES), 30, f"nodes idle ({self.folder})")

    def start_node(self, node: str) -> None:
        self._launch(node, "slurmd", "-D", "-N", node)

    def _launch(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.out").open("ab") as output:
            self.daemons[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command], stdout=output, stderr=output
            )

    def ask(self, *command: str) -> str:
        """Return what a Slurm command prints."""
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=30, check=False
        )
        return done.stdout

    def idle(self) -> set[str]:
        return set(self.ask("sinfo", "-h", "-N", "-t", "idle", "-o", "%N").split())

    def jobs(self) -> list[dict[str, str]]:
        """Return every job since the start, as `scontrol show job -d` describes it."""
        blocks = self.ask("scontrol", "show", "job", "-d").split("\n\n")
        found = [dict(re.findall(r"(\S+?)=(\S*)", block)) for block in blocks]
        return [job for job in found if "JobId" in job]

    def processes(self, node: str | None = None) -> dict[int, dict[str, str]]:
        """Return the environment of processes in jobs (of a node), by number."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                pairs = (entry / "environ").read_text(errors="replace").split("\0")
                variables = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
                where = variables.get("SLURMD_NODENAME")
                if where in ([node] if node else NODES):
                    found[int(entry.name)] = variables
        return found

    def kill_node(self, node: str) -> None:
        """End a node and all that runs on it at once, as when its power fails."""
        self.daemons[node].kill()
        self.daemons[node].wait()
        inside = self.processes(node)
        jobs = {variables["SLURM_JOB_ID"] for variables in inside.values()}
        for number in running("slurmstepd"):
            with contextlib.suppress(OSError):
                title = Path(f"/proc/{number}/cmdline").read_text()
                if (named := re.search(r"\[(\d+)\.", title)) and named[1] in jobs:
                    os.kill(number, signal.SIGKILL)
        for number in inside:
            with contextlib.suppress(OSError):
                os.kill(number, signal.SIGKILL)

    def stop(self) -> None:
        """End everything and remove what was written; fail if something is left."""
        self.ask("scancel", "--user=root", "--full")
        with contextlib.suppress(AssertionError):
            wait_for(lambda: not running("slurmstepd"), 15, "job steps ended")
        for daemon in reversed(self.daemons.values()):
            daemon.terminate()
        for daemon in self.daemons.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.wait(timeout=15)
        self._kill_everything()
        for path in self.written:
            path.unlink(missing_ok=True)
        wait_for(lambda: not running(*DAEMONS), 10, "daemons ended")

    def _kill_everything(self) -> None:
        for number in [*self.processes(), *running(*DAEMONS)]:
            with contextlib.suppress(OSError):
                os.kill(number, signal.SIGKILL)


@contextlib.contextmanager
def start_slurm(folder: Path) -> Iterator[SlurmBox]:
    """Give a running Slurm, and leave no process and no file behind."""
    box = SlurmBox(folder)
    try:
        box.start()
        yield box
    finally:
        box.stop()
