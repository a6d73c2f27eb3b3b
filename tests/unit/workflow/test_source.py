"""Reruns follow the code that decides what a script makes, and nothing else."""

import importlib

import pytest

from mirsignal.workflow import source
from mirsignal.workflow.source import PLUMBING, Digests, reached_code, source_digest

FILES = {
    "scripts/run.py": "from mirsignal.near import f\n\nf(1)\n",
    "mirsignal/__init__.py": "",
    "mirsignal/near.py": (
        '"""Near."""\nimport numpy\nfrom mirsignal.errors import InputError\n'
        "from mirsignal.files.atomic import read_json, write_json\n\n"
        'def f(x: int):\n    """Add."""\n'
        "    from mirsignal.models import NETWORKS\n"
        '    log.info("%s", x)\n'
        "    if x:\n        raise InputError(f'{x} is wrong')\n"
        "    write_json(read_json(x))\n"
        "    return NETWORKS[x]() + 1  # one\n\n"
        "def g():\n    return 3\n"
    ),
    "mirsignal/errors.py": "class InputError(Exception):\n    pass\n",
    "mirsignal/files/atomic.py": (
        "def read_json(path):\n    return path\n\n"
        "def write_json(value):\n    print(value)\n\n"
        "def write_html(value):\n    print(value, 'red')\n"
    ),
    "mirsignal/models/__init__.py": (
        "from mirsignal.models.deep import build\nfrom mirsignal.models import flat\n"
        'NETWORKS = {"deep": build, "flat": flat.build}\n'
    ),
    "mirsignal/models/deep.py": (
        "import os\nfrom math import floor as cut\nos.environ['A'] = 'B'\nN = 2\n\n"
        "def build():\n    return cut(Deep(N))\n\n"
        "class Deep:\n    size: int = 4\n"
    ),
    "mirsignal/models/flat.py": "def build():\n    return 8\n",
    "mirsignal/unreached.py": "z = 1\n",
}


@pytest.fixture
def digest(tmp_path):
    """Return a function: edits {file: (old, new)} -> digest of the script."""

    def compute(edits, **chosen):
        for name, text in FILES.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            old, new = edits.get(name, ("", ""))
            assert old in text
            path.write_text(text.replace(old, new) if old else text + new)
        return source_digest(tmp_path / "scripts" / "run.py", tmp_path, **chosen)

    return compute


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("scripts/run.py", "f(1)", "f(2)"),
        ("mirsignal/near.py", "+ 1", "+ 2"),
        ("mirsignal/near.py", "if x", "if not x"),
        ("mirsignal/files/atomic.py", "return path", "return path + path"),
        ("mirsignal/models/__init__.py", "flat.build", "build"),
        ("mirsignal/models/deep.py", "N = 2", "N = 3"),
        ("mirsignal/models/deep.py", "int = 4", "int = 5"),
        ("mirsignal/models/deep.py", "'B'", "'C'"),  # done when it is imported
        ("mirsignal/models/deep.py", "floor as", "ceil as"),
        ("mirsignal/models/flat.py", "8", "9"),
        ("mirsignal/__init__.py", "", "print()\n"),
    ],
)
def test_reached_code_changes_the_digest(digest, name, old, new):
    assert digest({name: (old, new)}) != digest({})


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("mirsignal/near.py", "# one", "# another comment"),
        ("mirsignal/near.py", '"""Add."""', '"""Add.\n\n    At length.\n    """'),
        ("mirsignal/near.py", '"""Near."""', ""),
        ("mirsignal/near.py", "return 3", "return 4"),
        ("mirsignal/near.py", "x: int", "x: float"),
        ("mirsignal/models/deep.py", "size: int", "size: float"),
        ("mirsignal/near.py", '"%s", x', '"%s now", x'),
        ("mirsignal/near.py", "is wrong", "is not right; correct it"),
        ("mirsignal/files/atomic.py", "print(value)", "print(value, 1)"),  # plumbing
        ("mirsignal/files/atomic.py", "'red'", "'blue'"),
        ("mirsignal/models/deep.py", "N = 2", "\n\nN  =  2"),
        ("mirsignal/unreached.py", "z = 1", "z = 2"),
    ],
)
def test_what_decides_no_result_does_not(digest, name, old, new):
    assert digest({name: (old, new)}) == digest({})


def test_only_the_chosen_network_counts(digest):
    deep = {"mirsignal/models/deep.py": ("N = 2", "N = 3")}
    flat = {"mirsignal/models/flat.py": ("8", "9")}
    assert digest(flat, NETWORKS="deep") == digest({}, NETWORKS="deep")
    assert digest(deep, NETWORKS="deep") != digest({}, NETWORKS="deep")
    assert digest({}, NETWORKS="deep") != digest({}, NETWORKS="flat")


def test_digest_does_not_depend_on_the_folder(digest, tmp_path):
    first = digest({})
    moved = tmp_path.with_name(tmp_path.name + "-moved")
    tmp_path.rename(moved)
    assert source_digest(moved / "scripts" / "run.py", moved) == first


def test_kept_digests_are_of_the_same_text(digest, tmp_path, monkeypatch):
    expected = {"": digest({}), "deep": digest({}, NETWORKS="deep")}

    def made(entry):
        digests = Digests(tmp_path)
        found = digests.of("run", **({"NETWORKS": entry} if entry else {}))
        digests.keep()
        return found

    assert {entry: made(entry) for entry in expected} == expected
    with monkeypatch.context() as patch:
        patch.setattr(source, "source_digest", None)  # they are read
        assert {entry: made(entry) for entry in expected} == expected
    (kept,) = (tmp_path / ".snakemake/digests").iterdir()
    for damaged in ("", '{"run": "0', "1"):
        kept.write_text(damaged)
        assert made("") == expected[""]
    edited = digest({"mirsignal/models/deep.py": ("N = 2", "N = 3")})
    assert made("") == edited != expected[""]
    assert len(list((tmp_path / ".snakemake/digests").iterdir())) == 1


def test_digests_of_a_folder_that_is_not_ours_are_made_each_time(digest, tmp_path):
    expected = digest({})
    (tmp_path / ".snakemake").write_text("a file")
    digests = Digests(tmp_path)
    assert digests.of("run") == expected
    digests.keep()


def test_every_piece_of_plumbing_exists():
    for name in PLUMBING:
        owner, _, last = name.rpartition(".")
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            assert callable(getattr(importlib.import_module(owner), last)), name


def test_meanings_of_columns_decide_no_result(root):
    """Texts, units and ranges of tables: editing them reruns nothing."""
    for script in (root / "scripts").glob("*.py"):
        assert not any(
            "schemas" in piece.split()[0] for piece in reached_code(script, root)
        )
    reached = "".join(reached_code(root / "scripts/align_pairs.py", root))
    assert "def write_table" in reached


def test_what_computes_does_not_reach_what_draws(root):
    """So that a colour redraws, and computes nothing."""
    for script in (root / "scripts").glob("*.py"):
        drawn = any(
            p.startswith("mirsignal/figures/") for p in reached_code(script, root)
        )
        assert drawn == script.name.startswith("draw_"), script.name


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("make_samples", "mirsignal/samples/splits.py"),
        ("train_binding", "mirsignal/binding/pairing.py"),
        ("train_binding", "mirsignal/binding/models/resnet.py"),
        ("scan_transcripts", "mirsignal/scan/convolution.py"),
        ("find_peaks", "mirsignal/scan/peaks.py"),
        ("extract_positives", "mirsignal/files/tables.py"),
        ("train_regression", "mirsignal/repression/models/pooling.py"),
        ("fit_occupancy", "mirsignal/repression/occupancy.py"),
        ("compare_predictions", "mirsignal/statistics/metrics.py"),
    ],
)
def test_science_is_reached(root, script, name):
    leads = [p.split()[0] for p in reached_code(root / f"scripts/{script}.py", root)]
    assert name in leads
