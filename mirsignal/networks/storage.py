"""Write Keras networks whole, and the same network with the same bytes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from mirsignal.files.atomic import atomic_path


def save_network(path: str | Path, network: Any) -> None:
    """Write a network to a `.keras` file; equal networks give equal bytes.

    Keras adds the date, and numbers of objects that layers share, which are addresses in
    memory, and which a network that was loaded before no longer has.
    """
    with atomic_path(path) as temporary:
        network.save(temporary)
        with zipfile.ZipFile(temporary) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        version = json.loads(members["metadata.json"])["keras_version"]
        members["metadata.json"] = json.dumps({"keras_version": version}).encode()
        config = json.loads(members["config.json"], object_hook=_without_number)
        members["config.json"] = json.dumps(config).encode()
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name), content)  # its date is a constant


def _without_number(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of a configuration without the number of a shared object, which is
    read anew for each of its owners, as initialisers and policies may be."""
    if part.get("module") != "keras.layers":
        part.pop("shared_object_id", None)
    return part
