"""Which mirsignal a workflow runs with: that of its own folder, not an installed one."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

from mirsignal import __version__
from mirsignal.errors import InputError

PACKAGE = Path(__file__).resolve().parents[1]


def use_library_of(
    root: Path,
    package: Path = PACKAGE,
    environment: MutableMapping[str, str] = os.environ,
) -> None:
    """Have the scripts of a workflow in `root` import its library first.

    Snakemake puts the workflow's folder behind the installed packages when it runs a
    script; PYTHONPATH stands before them, and jobs on a cluster set it anew. Raises
    InputError where this process imported the library from elsewhere.
    """
    root = root.resolve()
    if package.parent != root:
        raise InputError(
            f"mirsignal {__version__} of {package} was imported instead of that of the "
            f"workflow, {root / 'mirsignal'}; uninstall it, or take it out of PYTHONPATH"
        )
    others = environment.get("PYTHONPATH", "").split(os.pathsep)
    kept = [path for path in others if path and path != str(root)]
    environment["PYTHONPATH"] = os.pathsep.join([str(root), *kept])
