"""The workflow where another version of the library is installed."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.workflow


@pytest.fixture
def python(tmp_path_factory):
    """Return a Python with the packages of this one and a mirsignal that fails."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, symlinks=True)
    (packages,) = Path(folder).glob("lib/python*/site-packages")
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (packages / "mirsignal").mkdir()
    (packages / "mirsignal/__init__.py").write_text('raise ImportError("installed")\n')
    python = folder / "bin/python"
    done = subprocess.run(
        [python, "-c", "import mirsignal"], cwd=folder, capture_output=True, check=False
    )
    assert b"ImportError: installed" in done.stderr
    return str(python)


def test_scripts_import_the_library_of_the_workflow(fresh, python):
    command = [python, "-m", "snakemake", "--cores", "1", "--configfile", "small.yaml"]
    assert sys.executable != python
    done = subprocess.run(
        [*command, "--", "results/small/inputs/shards.parquet"],
        cwd=fresh.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
