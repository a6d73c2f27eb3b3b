"""Write docs/files.md: every file that a run leaves, with its arrays or keys.

    python -m docs.describe_files results/demo > docs/files.md     # make docs

Names and types of arrays and keys come from a finished run, all else from
docs/files.yaml. A table has a link to docs/tables.md, which describes its columns.
A file, an array or a key that nothing explains stops it with one line.
"""

import json
import posixpath
import re
import sys
from pathlib import Path

import numpy as np
import yaml
from markdown.extensions.toc import slugify

from mirsignal.files.schemas import find_table

ROOT = Path(__file__).parents[1]


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
            path = posixpath.normpath(f"{section['folder']}/{name}").lstrip("/")
            matching = [each for each in every if re.fullmatch(pattern(path), each)]
            explained |= set(matching)
            lines += [f"### `{name}`", ""]
            if file is None:
                lines += describe_table(path)
                continue
            lines += [file["holds"], ""]
            lines += describe_keys(name, file, run, matching, about)
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


def describe_table(path):
    """Return a link to the section of docs/tables.md that describes a table."""
    table = find_table(f"results/study/{path}")
    if table is None:
        sys.exit(f"mirsignal/files/tables.yaml: describes no table {path}; add it")
    heading = slugify(", ".join(table.files), "-")
    return [f"A row is {table.row}: [columns](tables.md#{heading}).", ""]


def describe_keys(name, file, run, matching, about):
    """Return the table of a file's arrays or keys.

    Those that only some studies have stand at its end, whether this run has them or not.
    """
    suffix = Path(name).suffix
    sometimes = file.get("sometimes", {})
    found = []
    if matching and suffix in READERS and not file.get("opaque"):
        found = list(READERS[suffix](Path(run) / matching[0]))
    found = [row for row in found if row[0] not in sometimes] + list(sometimes.items())
    if not found:
        return []
    meanings = about["keys"] | file.get("keys", {})
    rows = {}
    for key, kind in found:
        names = about["names"].items()
        shown = next((new for old, new in names if re.fullmatch(old, key)), key)
        if shown not in meanings:
            sys.exit(f"docs/files.yaml: {name}: explains no key {key}; add it")
        text = meanings[shown].replace("|", "&#124;")
        rows[shown] = f"| `{shown}` | {kind} | {text} |"
    noun = "array" if suffix == ".npz" else "key"
    return [f"| {noun} | type | meaning |", "|---|---|---|", *rows.values(), ""]


def read_arrays(path):
    """Yield the arrays of a NumPy archive."""
    with np.load(path) as arrays:
        for name in arrays.files:
            kind = {"i": "integer", "u": "integer", "f": "number", "U": "text"}
            yield name, kind.get(arrays[name].dtype.kind, "true or false")


def read_keys(path):
    """Yield the keys of a JSON file (of the first item, where it holds a list)."""
    value = json.loads(path.read_text())
    for key, item in (value[0] if isinstance(value, list) else value).items():
        kind = {dict: "mapping", list: "list", str: "text", bool: "true or false"}
        yield key, kind.get(type(item), "number")


READERS = {".npz": read_arrays, ".json": read_keys}


if __name__ == "__main__":
    print(describe(sys.argv[1]), end="")
