"""What belongs to the package, and where the excerpts of public data come from."""

import tomllib
from importlib.util import find_spec

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def settings(root):
    return tomllib.loads((root / "pyproject.toml").read_text())


def test_files_that_the_package_takes_along_are_there(root, settings):
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    for source, goal in wheel["force-include"].items():
        assert (root / source).exists()
        assert goal == f"mirsignal/{source}"
    assert (root / "mirsignal/py.typed").exists()


def test_dependencies_have_lower_bounds_and_stand_in_the_requirements(root, settings):
    project = settings["project"]
    extras = project["optional-dependencies"]
    required = (root / "requirements.in").read_text()
    for dependency in [*project["dependencies"], *extras["cpu"], *extras["workflow"]]:
        name, _, bound = dependency.partition(">=")
        assert name in required
        assert bound or name in ("pygments", "jsonschema", "pyyaml")
    assert find_spec("mirsignal")


def test_excerpts_of_public_data_are_small_and_name_their_source(root):
    folder = root / "tests/fixtures"
    sources = pd.read_csv(folder / "SOURCES.tsv", sep="\t")
    assert sources[["origin", "commit", "path", "rows", "terms"]].notna().all(axis=None)
    files = [path for path in folder.rglob("*") if path.is_file()]
    told = {str(path.relative_to(folder)) for path in files} - {"SOURCES.tsv"}
    assert told == set(sources["file"])
    assert sum(path.stat().st_size for path in files) < 300_000
