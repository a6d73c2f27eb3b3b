"""Provenance: what a result was made from."""

import hashlib

from mirsignal.provenance import describe_run, file_digest


def test_run_is_described_with_its_inputs(tmp_path):
    path = tmp_path / "in.txt"
    path.write_bytes(b"abc" * 10**6)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert file_digest(path) == sha256
    run = describe_run("scan", {"steps": 8}, {"shard": "0"}, [str(path)])
    assert run["inputs"] == {str(path): sha256}
    assert (run["rule"], run["settings"]) == ("scan", {"steps": 8})
    assert {"python", "numpy", "keras"} <= set(run["versions"])
