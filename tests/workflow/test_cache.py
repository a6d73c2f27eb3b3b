"""`--cache`: what is made in one working folder is used in another, in its own place."""

import numpy as np
import pytest

pytestmark = pytest.mark.workflow

FOLDER = "results/small/scan/balanced.cnn.attribution/hsa-let-7a-5p"
FIRST, SECOND = f"{FOLDER}/0000.npz", f"{FOLDER}/0001.npz"


def test_scan_is_shared_between_working_folders(finished, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    cache.mkdir()
    monkeypatch.setenv("SNAKEMAKE_OUTPUT_CACHE", str(cache))
    here, there = (finished.copy(tmp_path / name) for name in ("here", "there"))
    (here.root / FIRST).unlink()
    status, output = here.run(FIRST, "--cache")
    assert status == 0, output
    (stored,) = cache.glob("*.npz")
    for path in (FIRST, SECOND):
        (there.root / path).unlink()
    status, output = there.run(FIRST, SECOND, "--cache")
    assert status == 0, output
    assert (there.root / FIRST).resolve() == stored
    assert len(list(cache.glob("*.npz"))) == 2, "the second shard has a key of its own"
    for path in (FIRST, SECOND):
        with np.load(finished.root / path) as whole, np.load(there.root / path) as found:
            for name in whole:
                np.testing.assert_array_equal(found[name], whole[name])
    monkeypatch.delenv("SNAKEMAKE_OUTPUT_CACHE")
    assert there.planned(FIRST, SECOND) == {}


def test_shared_network_does_not_wait_for_checks(fresh, tmp_path, monkeypatch):
    """Whose settings, such as a gene to draw, would be in the key of the cache."""
    model = "results/small/binding/balanced.cnn/seed_1/model.keras"
    assert {"audit_samples", "check_inputs"} <= set(fresh.planned(model))
    monkeypatch.setenv("SNAKEMAKE_OUTPUT_CACHE", str(tmp_path))
    assert not {"audit_samples", "check_inputs"} & set(fresh.planned(model))
