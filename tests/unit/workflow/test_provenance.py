"""Provenance: what a result was made from."""

import hashlib
import shutil
import subprocess
import zlib

import pytest

from mirsignal import __version__
from mirsignal.files.integrity import record
from mirsignal.workflow import provenance
from mirsignal.workflow.library import PACKAGE
from mirsignal.workflow.provenance import describe_run, file_digest, source_commit


def test_run_is_described_with_its_inputs(tmp_path):
    path = tmp_path / "in.txt"
    path.write_bytes(b"abc" * 10**6)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert file_digest(path) == sha256
    run = describe_run("scan", {"steps": 8}, {"shard": "0"}, [str(path)])
    assert run["inputs"] == {str(path): sha256}
    assert (run["rule"], run["settings"]) == ("scan", {"steps": 8})
    assert {"python", "numpy", "keras"} <= set(run["versions"])
    assert run["mirsignal"]["version"] == __version__


def test_content_of_results_and_of_very_large_files_is_not_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(provenance, "LARGEST", 5)
    (tmp_path / "results").mkdir()
    names = ["results/tracks.npz", "results/shared.npz", "small.txt", "large.bw"]
    for name in names:
        (tmp_path / name).write_text("12345" if name == "small.txt" else "123456")
    record([names[0]])
    monkeypatch.setattr(provenance, "file_digest", lambda path: f"sha256 of {path}")
    inputs = describe_run("scan", {}, {}, names)["inputs"]
    assert inputs["small.txt"] == "sha256 of small.txt"
    assert inputs[names[0]] == {"bytes": 6, "crc32": f"{zlib.crc32(b'123456'):08x}"}
    assert inputs[names[1]] == {"bytes": 6}
    assert inputs["large.bw"]["bytes"] == 6
    assert inputs["large.bw"]["modified"].endswith("+00:00")


@pytest.fixture
def package(tmp_path):
    """Return a package in a git checkout of its own."""
    (tmp_path / "mirsignal").mkdir()
    (tmp_path / "mirsignal/__init__.py").write_text("x = 1\n")
    who = ["-c", "user.name=A", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "First"]):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    return tmp_path / "mirsignal"


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_commit_is_named_with_a_mark_where_it_was_edited(package):
    clean = source_commit(package)
    assert len(clean) == 40
    (package.parent / "notes.txt").write_text("not tracked\n")
    assert source_commit(package) == clean
    (package / "__init__.py").write_text("x = 2\n")
    assert source_commit(package) == f"{clean}-dirty"


@pytest.mark.skipif(not (PACKAGE.parent / ".git").exists(), reason="not a checkout")
def test_the_commit_of_this_checkout_is_named():
    words = ["git", "-C", str(PACKAGE), "rev-parse", "HEAD"]
    head = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert describe_run("r", {}, {}, [])["mirsignal"]["commit"].startswith(head.strip())


def test_installed_inside_the_checkout_of_another_project_has_no_commit(package):
    inside = package / "site-packages" / "mirsignal"
    inside.mkdir(parents=True)
    assert source_commit(inside) is None


def test_no_git_no_commit(package, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert source_commit(package) is None
