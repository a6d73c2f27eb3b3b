"""Faults on purpose, in short (`make bench-reliability` has them in full)."""

import subprocess

import numpy as np
import pytest

from benchmarks.faults import (
    FULL,
    SmallDisk,
    fault_lines,
    half_written,
    results,
    run_second,
    run_with_kills,
    start_both,
)

pytestmark = pytest.mark.workflow

WANTED = "results/small/inputs/shards.parquet"
TABLE = "small/inputs/transcripts.parquet"


def test_killed_at_random_the_same_command_ends_the_same(finished, fresh):
    """The seed is new each time: any moment must do."""
    moments = np.random.default_rng().uniform(1, 12, 2)
    n_kills, status, output = run_with_kills(fresh, moments, WANTED)
    assert status == 0, output
    expected, found = results(finished.root), results(fresh.root)
    assert len(found) > 20, "simulated inputs, clean ones, a checksum for each"
    changed = [path for path in found if found[path] != expected.get(path)]
    assert not changed, f"after {n_kills} kills, at {moments} s"


def test_full_disk_is_one_line_and_goes_on_with_room(finished, tmp_path):
    expected = results(finished.root)
    try:
        disk = SmallDisk(tmp_path / "disk", 100_000)
    except subprocess.CalledProcessError:
        pytest.skip("only root may mount a small disk")
    with disk:
        project = type(finished)(disk.folder)
        disk.grow(disk.used() + 140)
        status, output = project.run(WANTED)
        assert status != 0
        assert any(FULL in line for line in fault_lines(output)), output
        assert "Traceback" not in output
        assert half_written(expected, results(disk.folder), disk.folder) == []
        disk.grow(100_000)
        status, output = project.run(WANTED)
        assert status == 0, output
        assert results(disk.folder)[TABLE] == expected[TABLE]


def test_full_disk_is_told_where_snakemake_meets_it_and_room_is_made_since(fresh):
    """The folder of scripts alone is full: there is room wherever else one looks."""
    scripts = fresh.root / ".snakemake/scripts"
    try:
        disk = SmallDisk(scripts, 64)
    except subprocess.CalledProcessError:
        pytest.skip("only root may mount a small disk")
    with disk:
        (scripts / "filled").write_bytes(bytes(disk.left() * 1024))
        status, output = fresh.run(WANTED)
        assert status != 0
        assert any(FULL in line for line in fault_lines(output)), output
        disk.grow(100_000)
        status, output = fresh.run(WANTED)
        assert status == 0, output


def test_damaged_result_is_named_and_made_anew(finished, tmp_path):
    project = finished.copy(tmp_path / "copy")
    path = project.root / "results" / TABLE
    whole = path.read_bytes()
    path.write_bytes(whole[:50] + bytes([whole[50] ^ 4]) + whole[51:])
    status, output = project.run(WANTED)
    assert status != 0
    (line,) = fault_lines(output)
    assert f"results/{TABLE}: damaged or changed" in line
    path.unlink()
    status, output = project.run(WANTED)
    assert status == 0, output
    assert path.read_bytes() == whole


def test_second_run_in_one_folder_is_refused(finished, fresh):
    (status, output), (status_of_second, refused) = run_second(fresh, WANTED)
    assert status == 0, output
    assert status_of_second == 1
    assert "Directory cannot be locked" in refused
    wanted = [(project.root / WANTED).read_bytes() for project in (finished, fresh)]
    assert wanted[0] == wanted[1]


def test_two_users_of_one_cache_get_the_same(finished, tmp_path):
    """Both ask for the same scan at the same moment."""
    scan = "results/small/scan/balanced.cnn.attribution/hsa-let-7a-5p/0000.npz"
    (tmp_path / "cache").mkdir()
    both = [finished.copy(tmp_path / name) for name in ("here", "there")]
    for project in both:
        (project.root / scan).unlink()
    cache = str(tmp_path / "cache")
    ran = start_both(*both, scan, "--cache", SNAKEMAKE_OUTPUT_CACHE=cache)
    for (status, output), project in zip(ran, both, strict=True):
        assert status == 0, output
        assert (project.root / scan).read_bytes() == (finished.root / scan).read_bytes()
