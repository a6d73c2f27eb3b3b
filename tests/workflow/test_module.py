"""mirsignal as a module of another workflow, which lies in another folder."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.workflow

OUTER = """\
configfile: "outer.yaml"

rule all:
    input: "summary.txt"

module mirsignal:
    snakefile: "{root}/Snakefile"
    config: config["mirsignal"]

use rule * from mirsignal as mirsignal_*

rule summarise:
    input: "results/small/inputs/shards.parquet"
    output: "summary.txt"
    shell: "echo done > {{output}}"
"""


@pytest.fixture
def outer(fresh, tmp_path_factory):
    """Return a function that runs Snakemake in the folder of another workflow."""
    folder = tmp_path_factory.mktemp("outer")
    (folder / "Snakefile").write_text(OUTER.format(root=fresh.root))
    lines = (fresh.root / "small.yaml").read_text().splitlines()
    (folder / "outer.yaml").write_text("\n  ".join(["mirsignal:", *lines]) + "\n")

    def run(*words):
        command = [sys.executable, "-m", "snakemake", "--cores", "1", *words]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    run.folder = folder
    return run


def test_rules_run_from_another_workflow_under_another_name(outer):
    status, output = outer()
    assert status == 0, output
    assert "[mirsignal_plan_shards]" in output or "mirsignal_plan_shards" in output
    assert (outer.folder / "summary.txt").exists()
    assert (outer.folder / "results/small/inputs/transcripts.parquet").exists()
    status, output = outer("-n")
    assert status == 0, output
    assert "Nothing to be done" in output


def test_whole_workflow_is_planned(outer):
    status, output = outer("-n", "mirsignal_all")
    assert status == 0, output
    for name in ("check_inputs", "train_binding", "draw_comparison", "measure_recovery"):
        assert f"mirsignal_{name} " in output, name
