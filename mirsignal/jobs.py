"""Run a script's `main`: its log, its progress on the terminal, its one-line errors."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mirsignal.errors import InputError
from mirsignal.files import write_json
from mirsignal.provenance import describe_run


def run(main: Callable[[Any], None], snakemake: Any) -> None:
    """Call `main(snakemake)` with everything it prints in the rule's log file.

    What the library logs goes to the terminal too, led by the rule and its wildcards,
    without the study. An InputError, or a disk that cannot be written, becomes one line
    in both places and exit status 1; any other exception leaves its traceback in the log.
    An output named `provenance` is written here.
    """
    log_path = Path(snakemake.log[0])
    log_path.parent.mkdir(parents=True, exist_ok=True)
    terminal = os.fdopen(os.dup(2), "w", buffering=1)
    with log_path.open("w", buffering=1) as log_file:
        os.dup2(log_file.fileno(), 1)
        os.dup2(log_file.fileno(), 2)
        wildcards = dict(snakemake.wildcards.items())
        values = " ".join(str(v) for name, v in wildcards.items() if name != "study")
        title = f"[{snakemake.rule}{' ' + values if values else ''}]"
        _send_logs_to(terminal, log_file, title)
        try:
            main(snakemake)
            if "provenance" in dict(snakemake.output.items()):
                write_json(snakemake.output.provenance, _describe(snakemake))
        except InputError as error:
            _fail(f"{title} {error}", terminal, log_file)
        except OSError as error:
            if error.filename is None:
                log_file.write(traceback.format_exc())
            reason = error.strerror or str(error)
            where = error.filename or "reading or writing"
            _fail(f"{title} {where}: {reason}", terminal, log_file)
        except Exception:
            log_file.write(traceback.format_exc())
            line = traceback.format_exc().strip().splitlines()[-1]
            _fail(f"{title} unexpected: {line} (traceback in {log_path})", terminal, None)


def _send_logs_to(terminal: Any, log_file: Any, title: str) -> None:
    logger = logging.getLogger("mirsignal")
    logger.setLevel(logging.INFO)
    logger.handlers.clear()
    for stream, form in ((terminal, f"{title} %(message)s"), (log_file, "%(message)s")):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter(form))
        logger.addHandler(handler)


def _fail(line: str, terminal: Any, log_file: Any) -> None:
    print(f"error: {line}", file=terminal)
    if log_file is not None:
        print(f"error: {line}", file=log_file)
    sys.exit(1)


def _describe(snakemake: Any) -> dict[str, Any]:
    return describe_run(
        snakemake.rule,
        dict(snakemake.params.items()),
        dict(snakemake.wildcards.items()),
        [str(path) for path in snakemake.input],
    )
