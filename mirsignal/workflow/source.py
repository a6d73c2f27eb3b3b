"""Which code decides a result: the definitions that a script reaches, and their digest.

A digest is of the script and, of the library, of those functions, classes and constants
that the script names, that these name, and so on; and of what a module does when it is
imported, where one of its definitions is reached. Comments, docstrings, layout, type
hints, what is logged, the words of an InputError, and PLUMBING do not count.
"""

from __future__ import annotations

import ast
import functools
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from mirsignal.files.atomic import write_json
from mirsignal.workflow.provenance import text_digest

PLUMBING = frozenset(
    [
        "mirsignal.errors",
        "mirsignal.files.atomic.atomic_path",
        "mirsignal.files.atomic.write_json",
        "mirsignal.files.atomic.write_parquet",
        "mirsignal.files.foreign",
        "mirsignal.files.integrity",
        "mirsignal.files.schemas",
        "mirsignal.networks.storage",
        "mirsignal.workflow",
    ]
)
"""Rooms, modules and functions that carry results and do not make them."""
_PACKAGE = "mirsignal"
_WHOLE, _ON_IMPORT = "*", ""
"""In place of a name: all of a module; what it does when it is imported."""


class Digests:
    """Digests of scripts, kept below `root` from one start of Snakemake to the next.

    Those that are kept are of the same text of library and scripts, to the letter, and of
    the same Python. Where they cannot be kept or read, they are made anew.
    """

    def __init__(self, root: Path):
        self._root, self._folder = root, root / ".snakemake" / "digests"
        files = [*root.glob("scripts/*.py"), *root.glob(f"{_PACKAGE}/**/*.py")]
        texts = [f"{file.relative_to(root)}\n{file.read_text()}" for file in files]
        state = text_digest("\n".join([sys.version, *sorted(texts)]))
        self._file = self._folder / f"{state}.json"
        self._known: dict[str, str] = {}
        with suppress(OSError, ValueError, TypeError):
            self._known = dict(json.loads(self._file.read_text()))
        self._n_kept = len(self._known)

    def of(self, script: str, **chosen: str) -> str:
        """Return the `source_digest` of a script, which is named without its suffix."""
        name = " ".join([script, *(f"{key}={chosen[key]}" for key in sorted(chosen))])
        if name not in self._known:
            file = self._root / "scripts" / f"{script}.py"
            self._known[name] = source_digest(file, self._root, **chosen)
        return self._known[name]

    def keep(self) -> None:
        """Keep what was made, in place of what was kept of other texts."""
        if len(self._known) == self._n_kept:
            return
        with suppress(OSError):
            for file in self._folder.glob("*.json"):
                file.unlink(missing_ok=True)
            write_json(self._file, self._known)


def source_digest(script: Path, root: Path, **chosen: str) -> str:
    """Return a digest of the code below `root` that decides what a script makes.

    `chosen` names the entry of a registry, a constant that is a dictionary, which the
    script uses: BINDING_NETWORKS="cnn" leaves the other networks out.
    """
    return text_digest("\n".join(reached_code(script, root, chosen)))


def reached_code(
    script: Path, root: Path, chosen: Mapping[str, str] | None = None
) -> list[str]:
    """Return the pieces of code that a script reaches, each led by file and name."""
    modules = {script: _read(script.read_text())}
    pieces, seen = {}, set()
    pending = [(script, _WHOLE)]
    while pending:
        path, name = pending.pop()
        if (path, name) in seen:
            continue
        seen.add((path, name))
        if path not in modules:
            modules[path] = _read(path.read_text())
        where = script.name if path == script else path.relative_to(root)
        for at, piece in enumerate(modules[path].find(name)):
            used = piece.only((chosen or {}).get(name))
            pieces[f"{where} {name} {at}"] = used.text
            pending += _follow(modules[path], used.names, root, path)
        pending.append((path, _ON_IMPORT))
    return [f"{lead}\n{pieces[lead]}" for lead in sorted(pieces)]


class _Piece:
    """A statement of a module: its bare code and the names that it uses."""

    def __init__(self, statement: ast.stmt):
        self._statement = statement
        self.text = ast.unparse(statement)
        self.names = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name)}

    def only(self, entry: str | None) -> _Piece:
        """Return what is left of a dictionary's assignment with this entry alone."""
        value = getattr(self._statement, "value", None)
        if entry is None or not isinstance(value, ast.Dict):
            return self
        pairs = zip(value.keys, value.values, strict=True)
        kept = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == entry]
        return _Piece(ast.Expr(ast.List(kept)))


class _Module:
    """The pieces of a module by the name that they bind.

    `imports` are the full names of what it imports from the library.
    """

    def __init__(self, text: str):
        tree = _Barer().visit(ast.parse(text))
        self.imports = dict(_imports(tree))
        self.pieces: dict[str, list[_Piece]] = {}
        for statement in tree.body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                self._add_external(statement)
                continue
            piece = _Piece(statement)
            for name in _bound_names(statement) or {_ON_IMPORT}:
                self.pieces.setdefault(name, []).append(piece)

    def _add_external(self, statement: ast.Import | ast.ImportFrom) -> None:
        """Add what is imported from elsewhere as a piece, by the name that it binds."""
        module = getattr(statement, "module", None) or ""
        for alias in statement.names:
            origin = f"{module}.{alias.name}" if module else alias.name
            if origin.split(".")[0] in (_PACKAGE, "__future__", "typing"):
                continue
            bound = alias.asname or (alias.name if module else alias.name.split(".")[0])
            piece = _Piece(ast.Expr(ast.Constant(f"import {origin}")))
            self.pieces.setdefault(bound, []).append(piece)

    def find(self, name: str) -> list[_Piece]:
        if name != _WHOLE:
            return self.pieces.get(name, [])
        return list(
            dict.fromkeys(piece for group in self.pieces.values() for piece in group)
        )


@functools.cache
def _read(text: str) -> _Module:
    """Return a module; kept, since every script reaches many of the same modules."""
    return _Module(text)


class _Barer(ast.NodeTransformer):
    """Takes away what decides no result."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        call = node.value
        if isinstance(call, ast.Constant):
            return None
        is_logged = (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == "log"
        )
        return None if is_logged else self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        error = node.exc
        if isinstance(error, ast.Call) and getattr(error.func, "id", "") == "InputError":
            error.args, error.keywords = [], []
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if getattr(node, "body", None) == []:
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node


def _bound_names(statement: ast.stmt) -> set[str]:
    """Return the names that a definition or an assignment binds; others give none."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    targets = {
        ast.Assign: lambda s: s.targets,
        ast.AnnAssign: lambda s: [s.target],
    }.get(type(statement), lambda s: [])(statement)
    nodes = [node for target in targets for node in ast.walk(target)]
    if any(isinstance(node, ast.Attribute | ast.Subscript) for node in nodes):
        return set()
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield name and full name of each import of the library, at any depth."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        module = getattr(node, "module", None)
        for alias in node.names:
            origin = f"{module}.{alias.name}" if module else alias.name
            if origin.split(".")[0] == _PACKAGE:
                bound = alias.name if module else _PACKAGE
                yield alias.asname or bound, origin


def _follow(
    module: _Module, names: Iterable[str], root: Path, path: Path
) -> Iterator[tuple[Path, str]]:
    """Yield file and name of what these names of a module stand for in the library."""
    for name in names:
        if name in module.pieces:
            yield path, name
        origin = module.imports.get(name)
        if origin is None or _is_plumbing(origin):
            continue
        owner, _, last = origin.rpartition(".")
        itself = _file_of(origin, root)
        file = itself or _file_of(owner, root)
        if file is not None:
            yield file, _WHOLE if itself else last
        for package in _files_of(owner, root) - {file}:
            yield package, _ON_IMPORT


def _is_plumbing(name: str) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:depth]) in PLUMBING for depth in range(1, len(parts) + 1))


def _file_of(name: str, root: Path) -> Path | None:
    base = root.joinpath(*name.split("."))
    places = (base.with_suffix(".py"), base / "__init__.py")
    return next((place for place in places if place.is_file()), None)


def _files_of(name: str, root: Path) -> set[Path]:
    """Return the files that importing a full name runs: packages, then the module."""
    parts = name.split(".")
    found = (_file_of(".".join(parts[:n]), root) for n in range(1, len(parts) + 1))
    return {path for path in found if path is not None}
