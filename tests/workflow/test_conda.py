"""`--use-conda` with a stand-in for conda: environments are named and activated.

No channel is asked and nothing is solved; the stand-in's environments hold the
interpreter that runs the tests. What is made in them is what was made without.
"""

import os
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.workflow

CONDA = """\
#!/bin/sh
case "$*" in
    --version) echo "conda 26.1.0" ;;
    *"info --json"*) echo '{{"conda_prefix": "{base}", "platform": "linux-64"}}' ;;
    *"--get channel_priority"*) echo '{{"get": {{"channel_priority": "strict"}}}}' ;;
    "clean "*) ;;
    *"env create"*)
        while [ $# -gt 0 ]; do
            case "$1" in
                --prefix) prefix=$2 ;;
                --file) file=$2 ;;
            esac
            shift
        done
        mkdir -p "$prefix/bin" "$prefix/conda-meta"
        cp "$file" "$prefix/asked.yaml"
        printf '#!/bin/sh\\necho "$0" >> {base}/used\\nexec {python} "$@"\\n' \
            > "$prefix/bin/python"
        chmod +x "$prefix/bin/python" ;;
    *) echo "unexpected: $*" >&2; exit 1 ;;
esac
"""

CHAIN = "balanced.cnn.attribution.compressed.cnn_gru"
PREDICTIONS = f"results/small/regression/{CHAIN}/fold_0/predictions.parquet"
METRICS = "results/small/binding/balanced.cnn/metrics.json"


def test_each_rule_runs_in_its_environment_and_the_same_seed_gives_the_same_numbers(
    finished, fresh, monkeypatch
):
    base = fresh.root / "conda"
    (base / "bin").mkdir(parents=True)
    tool = base / "bin/conda"
    tool.write_text(CONDA.format(base=base, python=sys.executable))
    tool.chmod(0o755)
    (base / "bin/activate").write_text('export PATH="$1/bin:$PATH"\n')
    monkeypatch.setenv("PATH", f"{base / 'bin'}{os.pathsep}{os.environ['PATH']}")
    status, output = fresh.run("--use-conda", PREDICTIONS, METRICS)
    assert status == 0, output
    used = {Path(line).parents[1] for line in (base / "used").read_text().split()}
    asked = {(prefix / "asked.yaml").read_text() for prefix in used}
    assert asked == {path.read_text() for path in (fresh.root / "envs").glob("*.yaml")}
    made, before = (project.root / PREDICTIONS for project in (fresh, finished))
    assert made.read_bytes() == before.read_bytes()
