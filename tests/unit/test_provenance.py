"""Provenance: reruns follow the code that a script reaches, and nothing else."""

import hashlib

import pytest

from mirsignal.provenance import describe_run, file_digest, source_digest

FILES = {
    "scripts/run.py": "from mirsignal.near import f\n",
    "mirsignal/__init__.py": "",
    "mirsignal/near.py": (
        '"""Near."""\nimport numpy\n\ndef f():\n    """Add."""\n'
        "    import mirsignal.models.deep\n    return 1  # one\n"
    ),
    "mirsignal/models/__init__.py": "from mirsignal import far\n",
    "mirsignal/models/deep.py": "x = 1\n",
    "mirsignal/far.py": "y = 1\n",
    "mirsignal/unreached.py": "z = 1\n",
}


@pytest.fixture
def digest(tmp_path):
    """Return a function: edits {file: (old, new)} -> digest of the script."""

    def compute(edits):
        for name, text in FILES.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            old, new = edits.get(name, ("", ""))
            assert old in text
            path.write_text(text.replace(old, new) if old else text + new)
        return source_digest(tmp_path / "scripts" / "run.py", tmp_path)

    return compute


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("scripts/run.py", "", "f()\n"),
        ("mirsignal/near.py", "return 1", "return 2"),
        ("mirsignal/models/deep.py", "x = 1", "x = 2"),  # imported inside a function
        ("mirsignal/models/__init__.py", "", "w = 1\n"),
        ("mirsignal/far.py", "y = 1", "y = 2"),
        ("mirsignal/__init__.py", "", "v = 1\n"),
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
        ("mirsignal/far.py", "y = 1", "\n\ny  =  1"),
        ("mirsignal/unreached.py", "z = 1", "z = 2"),
    ],
)
def test_comments_docstrings_and_unreached_code_do_not(digest, name, old, new):
    assert digest({name: (old, new)}) == digest({})


def test_digest_does_not_depend_on_the_folder(digest, tmp_path):
    first = digest({})
    moved = tmp_path.with_name(tmp_path.name + "-moved")
    tmp_path.rename(moved)
    assert source_digest(moved / "scripts" / "run.py", moved) == first


def test_run_is_described_with_its_inputs(tmp_path):
    path = tmp_path / "in.txt"
    path.write_bytes(b"abc" * 10**6)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert file_digest(path) == sha256
    run = describe_run("scan", {"steps": 8}, {"shard": "0"}, [str(path)])
    assert run["inputs"] == {str(path): sha256}
    assert (run["rule"], run["settings"]) == ("scan", {"steps": 8})
    assert {"python", "numpy", "keras"} <= set(run["versions"])
