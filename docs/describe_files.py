"""Write docs/files.md: every file that a run leaves, with its columns and units.

    python -m docs.describe_files results/demo > docs/files.md     # make docs

Names and types of columns come from a finished run, what a TSV column means from the
file's own header, all else from docs/files.yaml. A file, a column or a key that nothing
explains stops it with one line.
"""

import ast
import gzip
import importlib
import json
import posixpath
import re
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import yaml

ROOT = Path(__file__).parents[1]
TYPES = {
    "string": "text",
    "large_string": "text",
    "int32": "integer",
    "int64": "integer",
    "float": "number",
    "double": "number",
    "bool": "true or false",
    "list<element: int64>": "list of integers",
}


def describe(run):
    """Return the page about the files of a finished run, the folder results/STUDY."""
    about = yaml.safe_load((ROOT / "docs/files.yaml").read_text())
    every = sorted(
        path.relative_to(run).as_posix()
        for path in Path(run).rglob("*")
        if path.is_file() and not any(part[0] == "." for part in path.parts)
    )
    lines = [about["introduction"]]
    explained = set()
    for section in about["sections"]:
        lines += [f"## {section['title']}", "", section["about"]]
        for name, file in section["files"].items():
            place = pattern(posixpath.normpath(f"{section['folder']}/{name}").lstrip("/"))
            matching = [path for path in every if re.fullmatch(place, path)]
            explained |= set(matching)
            lines += [f"### `{name}`", "", file["holds"], ""]
            lines += describe_columns(name, file, run, matching, about)
    if unknown := [path for path in every if path not in explained]:
        sys.exit(f"docs/files.yaml: explains no file {unknown[0]}; add it")
    return "\n".join(lines).rstrip() + "\n"


def pattern(name):
    """Return the regular expression of a path with {wildcards}."""
    parts = re.split(r"(\{\w+\}|\*)", name)
    return "".join(
        ".+" if part == "*" else r"[^/]+" if part[:1] == "{" else re.escape(part)
        for part in parts
    )


def describe_columns(name, file, run, matching, about):
    """Return the table of a file's columns, arrays or keys.

    Those that only some studies have stand at its end, whether this run has them or not.
    """
    sometimes = file.get("sometimes", {})
    if "columns_of" in file and not matching:
        found = [(key, "", text) for key, text in literal(file["columns_of"]).items()]
    elif matching and Path(name).suffix in READERS and not file.get("opaque"):
        found = list(READERS[Path(name).suffix](Path(run) / matching[0]))
    else:
        found = []
    found = [row for row in found if row[0] not in sometimes]
    found += [(column, kind, "") for column, kind in sometimes.items()]
    if not found:
        return []
    meanings = about["columns"] | file.get("columns", {})
    rows = {}
    for column, kind, text in found:
        shown = next(
            (new for old, new in about["names"].items() if re.fullmatch(old, column)),
            column,
        )
        text = (shown != column and meanings.get(shown)) or text or meanings.get(shown)
        if text is None:
            sys.exit(f"docs/files.yaml: {name}: explains no column {column}; add it")
        rows[shown] = f"| `{shown}` | {kind} | {text.replace('|', chr(92) + '|')} |"
    if not any(kind for _, kind, _ in found):
        rows = {key: row.replace("` |  | ", "` | ") for key, row in rows.items()}
        return ["| column | meaning |", "|---|---|", *rows.values(), ""]
    noun = {".npz": "array", ".json": "key"}.get(Path(name).suffix, "column")
    return [f"| {noun} | type | meaning |", "|---|---|---|", *rows.values(), ""]


def read_header(path):
    """Yield the columns of a TSV file, which its first lines explain."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt") as handle:
        for line in handle:
            if not line.startswith("# "):
                break
            name, _, text = line[2:].rstrip("\n").partition(": ")
            yield name, "", text


def read_schema(path):
    """Yield the columns of a Parquet file."""
    for field in pq.read_schema(path):
        yield field.name, TYPES[str(field.type)], ""


def read_arrays(path):
    """Yield the arrays of a NumPy archive."""
    with np.load(path) as arrays:
        for name in arrays.files:
            kind = {"i": "integer", "u": "integer", "f": "number", "U": "text"}
            yield name, kind.get(arrays[name].dtype.kind, "true or false"), ""


def read_keys(path):
    """Yield the keys of a JSON file (of the first item, where it holds a list)."""
    value = json.loads(path.read_text())
    for key, item in (value[0] if isinstance(value, list) else value).items():
        kind = {dict: "mapping", list: "list", str: "text", bool: "true or false"}
        yield key, kind.get(type(item), "number"), ""


READERS = {
    ".tsv": read_header,
    ".parquet": read_schema,
    ".npz": read_arrays,
    ".json": read_keys,
}


def literal(place):
    """Return a dictionary of texts that the code holds, `FILE:NAME`."""
    path, _, name = place.partition(":")
    known = {}
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.Assign):
            known[ast.unparse(node.targets[0])] = node.value
        if isinstance(node, ast.ImportFrom) and node.module.startswith("mirsignal"):
            module = importlib.import_module(node.module)
            for alias in node.names:
                known[alias.name] = ast.Constant(getattr(module, alias.name))
    if name not in known:
        sys.exit(f"docs/files.yaml: {path} has no dictionary {name}")

    def text(node):
        if isinstance(node, ast.Constant):
            return str(node.value)
        if isinstance(node, ast.JoinedStr):
            return "".join(map(text, node.values))
        if isinstance(node, ast.FormattedValue):
            node = node.value
        return text(known[ast.unparse(node)])

    table = known[name]
    return {
        text(key): text(value)
        for key, value in zip(table.keys, table.values, strict=True)
    }


if __name__ == "__main__":
    print(describe(sys.argv[1]), end="")
