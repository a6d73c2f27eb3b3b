"""Cards of ready models: what a model is, and which files it has."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from mirsignal.errors import InputError
from mirsignal.files.atomic import atomic_path

HUMAN = Path(__file__).parent / "human"
"""The model that comes along."""
CARD = "card.yaml"
SITES, INTERVALS, SEEDS = "sites.npz", "intervals.tsv", "seeds.npz"
RESPONSES = "responses.tsv.gz"
SCAN = ("scanned.npz", "scanned_intervals.tsv", "scanned_responses.tsv.gz")
"""Of a model that may scan: models of scanned sites, their intervals, responses."""
NETWORK, USAGE, STABILITY = "binding.keras", "polya_usage.tsv.gz", "stability.tsv.gz"
POLYA_SITES = "polya_sites_hg38.tsv.gz"
TISSUES, GIVEN = "tissues", "given"
"""Where poly(A) sites come from: the model's, over all human tissues, or a table."""


def read_card(folder: str | Path) -> dict[str, Any]:
    """Return the card of a ready model; InputError if it is none."""
    path = Path(folder) / CARD
    try:
        card = yaml.safe_load(path.read_text())
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; a ready model has a card") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a model card ({error})".split("\n")[0]) from None
    if not isinstance(card, dict) or not isinstance(card.get("files"), dict):
        raise InputError(f"{path}: not a model card; it lacks the list of files")
    if NETWORK in card["files"] and "encoding" not in card:
        raise InputError(f"{path}: the card lacks the `encoding` of its network")
    if missing := {SITES, INTERVALS, SEEDS} - set(card["files"]):
        raise InputError(f"{path}: the card does not name {', '.join(sorted(missing))}")
    return card


def scan_settings(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return share, reference and n_sites of a model's mixture; InputError for none."""
    if "scan" not in card or not set(SCAN) <= set(card["files"]):
        raise InputError(
            "the model has no mixture with sites that its network finds; predict without "
            "the scan, or with the model that comes along"
        )
    return card["scan"]


def write_card(folder: Path, about: Mapping[str, Any]) -> None:
    """Write the card of a model: `about` it, and a checksum of each of its files."""
    names = sorted(path.name for path in folder.iterdir() if path.name != CARD)
    files = {name: digest_of(folder / name) for name in names}
    with atomic_path(folder / CARD) as temporary:
        text = yaml.safe_dump({**about, "files": files}, sort_keys=False, width=88)
        temporary.write_text(text)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
