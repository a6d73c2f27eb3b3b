"""What a result was made from: inputs, versions, settings."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

_PACKAGES = (
    *("tensorflow-cpu", "tensorflow", "keras", "shap", "numpy", "pandas", "scipy"),
    *("scikit-learn", "pyfaidx", "rapidfuzz", "ViennaRNA"),
)


def file_digest(path: str | Path) -> str:
    """Return the sha256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as handle:
        while piece := handle.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def text_digest(text: str) -> str:
    """Return the first 16 hexadecimal digits of a text's sha256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


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
        "inputs": {path: file_digest(path) for path in inputs},
        "versions": {"python": platform.python_version()} | versions,
    }
