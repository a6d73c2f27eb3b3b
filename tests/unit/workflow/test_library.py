"""A workflow runs with the library of its own folder."""

import os

import pytest

from mirsignal.errors import InputError
from mirsignal.workflow.library import use_library_of


def test_scripts_find_the_library_of_the_workflow_first(root):
    environment = {"PYTHONPATH": f"/mine{os.pathsep}{root}"}
    use_library_of(root, environment=environment)
    assert environment["PYTHONPATH"] == f"{root}{os.pathsep}/mine"
    empty = {}
    use_library_of(root, environment=empty)
    assert empty == {"PYTHONPATH": str(root)}


def test_library_of_another_folder_is_refused(root, tmp_path):
    environment = {}
    with pytest.raises(InputError, match="was imported instead of") as error:
        use_library_of(root, package=tmp_path / "mirsignal", environment=environment)
    assert "\n" not in str(error.value)
    assert not environment
