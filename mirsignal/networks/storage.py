"""Write Keras networks whole, and the same network with the same bytes."""

from __future__ import annotations

import itertools
import json
import re
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from mirsignal.files.atomic import atomic_path


def save_network(path: str | Path, network: Any) -> None:
    """Write a network to a `.keras` file; equal networks give equal bytes.

    Keras adds the date, and memory addresses by which objects are distinguished.
    """
    with atomic_path(path) as temporary:
        network.save(temporary)
        with zipfile.ZipFile(temporary) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        version = json.loads(members["metadata.json"])["keras_version"]
        members["metadata.json"] = json.dumps({"keras_version": version}).encode()
        members["config.json"] = _count_objects(members["config.json"].decode()).encode()
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name), content)  # its date is a constant


def _count_objects(config: str) -> str:
    """Replace the addresses of shared objects by 1, 2, ... in order of appearance."""
    counter = itertools.count(1)
    numbers: defaultdict[str, int] = defaultdict(lambda: next(counter))
    return re.sub(
        r'("shared_object_id": )(\d+)',
        lambda found: f"{found[1]}{numbers[found[2]]}",
        config,
    )
