"""What a result was made from: source, inputs, versions, settings."""

from __future__ import annotations

import ast
import functools
import hashlib
import platform
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from mirsignal.environment import record_environment

_PACKAGES = (
    *("tensorflow-cpu", "tensorflow", "keras", "shap", "numpy", "pandas", "scipy"),
    *("scikit-learn", "pyfaidx", "rapidfuzz", "ViennaRNA"),
)
_PACKAGE = "mirsignal"


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


def source_digest(script: Path, root: Path) -> str:
    """Return a digest of the code that a script reaches inside the library.

    Comments, docstrings and layout do not count, so that editing them reruns nothing.
    """
    reached = reached_code(script, root)
    parts = [f"{path.relative_to(root)}\n{reached[path]}\n" for path in sorted(reached)]
    return text_digest("".join(parts))


def reached_code(script: Path, root: Path) -> dict[Path, str]:
    """Return the code of a script and of the library's files that it reaches, by path.

    Follows `import` statements of the package under `root`, at any depth.
    """
    pending, seen = [script], {}
    while pending:
        path = pending.pop()
        if path in seen:
            continue
        seen[path], names = _code_and_imports(path.read_text())
        pending += sorted(_imported_files(names, root))
    return seen


@functools.cache
def _code_and_imports(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a module's bare code and the names it imports.

    Kept, since every script reaches many of the same modules, and Snakemake asks for all
    of them whenever it starts, on a cluster in every job.
    """
    tree = ast.parse(text)
    names = tuple(_imported_names(tree))
    return _code_only(tree), names


def _code_only(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        kept = [
            statement
            for statement in body
            if not (
                isinstance(statement, ast.Expr)
                and isinstance(statement.value, ast.Constant)
            )
        ]
        node.body = kept or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.unparse(tree)


def _imported_names(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{a.name}" for a in node.names}
    return {name for name in names if name.split(".")[0] == _PACKAGE}


def _imported_files(names: Iterable[str], root: Path) -> set[Path]:
    files = set()
    for name in names:
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):
            base = root.joinpath(*parts[:depth])
            files |= {
                f for f in (base.with_suffix(".py"), base / "__init__.py") if f.is_file()
            }
    return files


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
        "environment": record_environment(),
    }
