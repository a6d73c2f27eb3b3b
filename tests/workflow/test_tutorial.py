"""The tutorial runs, and prints what it shows."""

import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.workflow

MARK = "=== end of block ==="


def read_blocks(text):
    """Return (code, output that the page shows) of each block of Python."""
    return re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.S)


def test_tutorial_prints_what_it_shows(root, finished, tmp_path):
    text = (root / "docs/tutorial.md").read_text()
    blocks = read_blocks(text)
    assert len(blocks) == text.count("```python") > 5
    code = f"print('{MARK}')\n".join(code for code, _ in blocks)
    study = finished.root / "results/small"
    assert code.count('"results/demo"') == 1
    done = subprocess.run(
        [sys.executable, "-c", code.replace("results/demo", str(study))],
        cwd=tmp_path,
        env={"PYTHONPATH": str(finished.root), "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split(f"{MARK}\n") == [shown for _, shown in blocks]
