"""Names that become files and folders: the one place where they are checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mirsignal.errors import InputError

_WORD = re.compile(r"[a-z0-9_]+")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TAKEN = re.compile(r"genes|.*\.json|batch_\d+")
"""What lies beside the folders of miRNAs in a scan's folder."""
LONGEST = 100


def check_file_name(name: str, what: str) -> None:
    """Raise InputError for a name that is no file name, such as `../x` and `a/b`."""
    if not _FILE.fullmatch(name) or len(name) > LONGEST:
        raise InputError(
            f"{what} {name!r} cannot stand in a file name; use letters, digits, '.', "
            f"'_' and '-', a letter or digit first, at most {LONGEST} characters"
        )


def check_mirna_name(name: str) -> None:
    """Raise InputError for a miRNA that cannot be the name of its folder."""
    check_file_name(name, "the name")
    if _TAKEN.fullmatch(name):
        raise InputError(f"the name {name!r} is that of another result; choose another")


def check_config_names(config: Mapping[str, Any]) -> None:
    """Raise InputError, with the key, for a name or path of a complete configuration.

    Names of studies, recipes and the like are words; downloads are file names. Input
    files may lie anywhere, but Snakemake takes braces in a path for its own, and nothing
    expands `~`.
    """
    for key, name in _words(config):
        if not _WORD.fullmatch(name) or len(name) > LONGEST:
            raise InputError(
                f"config: {key}: {name!r} cannot be a name; use a-z, 0-9 and '_', "
                f"at most {LONGEST} characters"
            )
    for study, settings in config["studies"].items():
        for name in settings.get("downloads", {}):
            check_file_name(str(name), f"config: studies: {study}: downloads:")
        for path in _paths(settings["inputs"]):
            _check_path(path, f"studies: {study}: inputs")
    folders = (config["data"] or "", config["mirror"] or "")
    for path in (*folders, *_paths(config["predict"])):
        _check_path(path, "data, mirror or predict")


def _words(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield key and name of all that is named by a word."""
    stages = ("samples", "binding", "scan", "signals", "regression")
    for key in ("studies", "experiments", *stages, "occupancy", "language"):
        yield from ((key, name) for name in config[key])
    yield "predict: name", config["predict"]["name"]
    for study in config["studies"].values():
        for key in ("test_sets", "tracks", "datasets"):
            yield from ((f"inputs: {key}", name) for name in study["inputs"].get(key, {}))


def _paths(value: Any) -> Iterator[str]:
    """Yield every text in nested mappings but names of columns and what they hold."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not str(key).endswith(("column", "columns", "where")):
                yield from _paths(item)
    elif isinstance(value, str):
        yield value


def _check_path(path: str, key: str) -> None:
    if path.startswith("~"):
        raise InputError(f"config: {key}: {path!r}: write the whole path in place of '~'")
    if set("{}\n") & set(path):
        raise InputError(
            f"config: {key}: {path!r} holds a brace or a line break, which cannot stand "
            "in the path of an input; rename the file or folder"
        )
