"""What a result was made from: inputs, versions, settings."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from mirsignal import __version__
from mirsignal.errors import InputError
from mirsignal.files.integrity import record_path
from mirsignal.networks.environment import record_environment
from mirsignal.workflow.library import PACKAGE

_PACKAGES = (
    "tensorflow-cpu",
    "tensorflow",
    "keras",
    "shap",
    "numpy",
    "pandas",
    "scipy",
    "scikit-learn",
    "pyfaidx",
    "rapidfuzz",
    "ViennaRNA",
)

LARGEST = 1 << 30
"""Bytes above which a file's content is not read to describe it."""


def file_digest(path: str | Path) -> str:
    """Return the sha256 of a file, read in pieces; InputError for a folder."""
    if Path(path).is_dir():
        raise InputError(f"{path}: is a folder; give a file")
    digest = hashlib.sha256()
    with Path(path).open("rb") as handle:
        while piece := handle.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def text_digest(text: str) -> str:
    """Return the first 16 hexadecimal digits of a text's sha256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def describe_file(path: str | Path) -> str | dict[str, Any]:
    """Return the sha256 of an input, or what a result (results/...) was written as.

    Results are many and large: the checksum that their job kept stands for them
    (`integrity.record`), or their size where none is kept, as of what several folders
    share. A file of a user above LARGEST bytes is described by size and date.
    """
    path = Path(path)
    size = path.stat().st_size
    if path.parts[0] == "results":
        kept = record_path(path)
        return {"bytes": size} | (
            {"crc32": kept.read_text().split()[0]} if kept.exists() else {}
        )
    if size <= LARGEST:
        return file_digest(path)
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return {"bytes": size, "modified": modified.isoformat(timespec="seconds")}


def source_commit(package: Path = PACKAGE) -> str | None:
    """Return the git commit that the library runs from, `-dirty` where it was edited.

    None where it does not run from a checkout of its own.
    """

    def git(*words: str) -> str:
        command = ["git", "--no-optional-locks", "-C", str(package), *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    try:
        if Path(git("rev-parse", "--show-toplevel")) != package.parent.resolve():
            return None
        return git("describe", "--always", "--dirty", "--exclude=*", "--abbrev=40")
    except (OSError, subprocess.CalledProcessError):
        return None


def describe_run(
    rule: str,
    settings: Mapping[str, Any],
    wildcards: Mapping[str, str],
    inputs: Iterable[str],
) -> dict[str, Any]:
    """Return what a result folder needs to be traced: a JSON object."""
    versions = {}
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return {
        "rule": rule,
        "wildcards": dict(wildcards),
        "settings": dict(settings),
        "inputs": {path: describe_file(path) for path in inputs},
        "mirsignal": {"version": __version__, "commit": source_commit()},
        "versions": {"python": platform.python_version()} | versions,
        "environment": record_environment(),
    }
