"""Files that come with mirsignal: of the installed package, or of the clone."""

from __future__ import annotations

from pathlib import Path

COEFFICIENTS = "contextpp_coefficients.tsv"
HUMAN_MIRNAS = "mirnas_human.tsv.gz"


def resource(name: str) -> Path:
    """Return the path of a file of resources/, wherever mirsignal runs from."""
    package = Path(__file__).parents[1]
    installed = package / "resources" / name
    return installed if installed.exists() else package.parent / "resources" / name
