"""Run a script's `main`: its log, its progress on the terminal, its one-line errors."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mirsignal.errors import InputError
from mirsignal.files.atomic import disk_is_full, write_json
from mirsignal.files.integrity import forget, record, verify
from mirsignal.files.schemas import refuse_faults
from mirsignal.workflow.provenance import describe_run

FULL = (errno.ENOSPC, errno.EDQUOT)
"""Errors of a disk, or of a share of it, that is full."""


def run(main: Callable[[Any], None], snakemake: Any) -> None:
    """Call `main(snakemake)` with everything it prints in the rule's log file.

    What the library logs goes to the terminal too, led by the rule and its wildcards,
    without the study. An InputError, or a disk that cannot be written, becomes one line
    in both places and exit status 1; any other exception leaves its traceback in the log.
    Inputs that were damaged since a job wrote them are refused, and tables, read or
    written, that break their schema. An output named `provenance` is written here.
    """
    log_path = Path(snakemake.log[0])
    terminal = os.fdopen(os.dup(2), "w", buffering=1)
    wildcards = dict(snakemake.wildcards.items())
    values = " ".join(str(v) for name, v in wildcards.items() if name != "study")
    title = f"[{snakemake.rule}{' ' + values if values else ''}]"
    log_file = None
    try:
        log_file = _open_log(log_path)
        _send_logs_to(terminal, log_file, title)
        verify(snakemake.input)
        refuse_faults(snakemake.input, "delete it and run again")
        forget(snakemake.output)
        main(snakemake)
        refuse_faults(snakemake.output, "look for extreme values in the job's inputs")
        if "provenance" in dict(snakemake.output.items()):
            write_json(snakemake.output.provenance, _describe(snakemake))
        record(snakemake.output)
    except InputError as error:
        _fail(f"{title} {error}", terminal, log_file)
    except Exception as error:
        if getattr(error, "filename", None) is None:
            _write(log_file, traceback.format_exc())
        line = _disk_fault(error, log_path) or f"unexpected: {_last_line(log_path)}"
        _fail(f"{title} {line}", terminal, log_file)


def _open_log(path: Path) -> Any:
    """Open the log, line by line, and send to it what the process prints from now on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    log_file = path.open("w", buffering=1)
    os.dup2(log_file.fileno(), 1)
    os.dup2(log_file.fileno(), 2)
    return log_file


def _disk_fault(error: Exception, log_path: Path) -> str | None:
    """Return what the disk refused and which file it was, or None for other faults."""
    number = getattr(error, "errno", None)
    where = getattr(error, "filename", None) or f"{log_path} or another file of this job"
    full = disk_is_full(log_path.parent) if number is None else number in FULL
    if full:
        return f"{where}: the disk is full; make room and run again"
    if isinstance(error, OSError):
        return f"{where}: {error.strerror or error}"
    return None


def _send_logs_to(terminal: Any, log_file: Any, title: str) -> None:
    logger = logging.getLogger("mirsignal")
    logger.setLevel(logging.INFO)
    logger.handlers.clear()
    for stream, form in ((terminal, f"{title} %(message)s"), (log_file, "%(message)s")):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter(form))
        logger.addHandler(handler)


def _last_line(log_path: Path) -> str:
    line = traceback.format_exc().strip().splitlines()[-1]
    return f"{line} (traceback in {log_path})"


def _fail(line: str, terminal: Any, log_file: Any) -> None:
    print(f"error: {line}", file=terminal)
    _write(log_file, f"error: {line}\n")
    sys.exit(1)


def _write(log_file: Any, text: str) -> None:
    """Write to the log, unless that is what fails."""
    if log_file is not None:
        with contextlib.suppress(OSError):
            log_file.write(text)


def _describe(snakemake: Any) -> dict[str, Any]:
    return describe_run(
        snakemake.rule,
        dict(snakemake.params.items()),
        dict(snakemake.wildcards.items()),
        _read_inputs(snakemake.input),
    )


def _read_inputs(inputs: Any) -> list[str]:
    """Return the inputs without those under the name `checks`, which a rule only waits
    for: which they are depends on whether it has run before (rules/common, `once`)."""
    waited_for = inputs.get("checks", [])
    paths = list(map(str, inputs))
    for path in [waited_for] if isinstance(waited_for, str) else waited_for:
        paths.remove(path)
    return paths
