"""Ragged tracks: whole round trips, and no silent reading of broken files."""

import weakref

import numpy as np
import pytest

from mirsignal.errors import InputError
from mirsignal.files.tracks import (
    join_tracks,
    load_scans,
    load_tracks,
    save_scans,
    save_tracks,
)


@pytest.fixture
def ragged(rng):
    tracks = [rng.random((length, 2)).astype(np.float32) for length in (3, 0, 500)]
    return join_tracks(["a", "b", "cé"], tracks, ["score", "P"], spans=np.arange(4))


def same(first, second):
    return (
        first.channels == second.channels
        and first.ids.tolist() == second.ids.tolist()
        and all(np.array_equal(first[i], second[i]) for i in range(len(first)))
    )


def test_round_trip(tmp_path, ragged):
    path = tmp_path / "t.npz"
    save_tracks(path, ragged)
    loaded = load_tracks(path)
    assert same(loaded, ragged)
    assert [(name, len(track)) for name, track in loaded.items()] == [
        ("a", 3),
        ("b", 0),
        ("cé", 500),
    ]
    assert loaded.values.dtype == np.float32
    np.testing.assert_array_equal(loaded.extra["spans"], np.arange(4))
    one = loaded.channel("P")
    np.testing.assert_array_equal(one[2], ragged[2][:, 1:])
    assert one.channels == ("P",)


def test_no_tracks_at_all(tmp_path):
    save_tracks(tmp_path / "t.npz", join_tracks([], [], ["score"]))
    assert len(load_tracks(tmp_path / "t.npz")) == 0


def test_broken_file_is_refused(tmp_path, ragged):
    path = tmp_path / "t.npz"
    save_tracks(path, ragged)
    whole = path.read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"t\.npz"):
            load_tracks(path)


def test_damaged_file_is_refused_or_unchanged(tmp_path, ragged):
    path = tmp_path / "t.npz"
    save_tracks(path, ragged)
    whole = path.read_bytes()
    for at in range(0, len(whole), len(whole) // 60):
        path.write_bytes(whole[:at] + b"\xff\x00\xaa" + whole[at + 3 :])
        try:
            loaded = load_tracks(path)
        except InputError:
            continue
        assert same(loaded, ragged), at


def test_other_arrays_are_refused(tmp_path):
    np.savez(tmp_path / "t.npz", x=np.zeros(3))
    np.save(tmp_path / "u.npz.npy", np.zeros(3))
    for name in ("t.npz", "u.npz.npy"):
        with pytest.raises(InputError, match=name):
            load_tracks(tmp_path / name)


def scans(rng, *mirnas):
    """Yield (miRNA, tracks) of the same three transcripts."""
    for mirna in mirnas:
        tracks = [rng.random((length, 2)).astype(np.float32) for length in (30, 0, 500)]
        yield (
            mirna,
            join_tracks(list("abc"), tracks, ["P", "score"], kept=np.arange(len(mirna))),
        )


def test_each_mirna_of_a_scan_comes_back(tmp_path, rng):
    path = tmp_path / "0000.npz"
    expected = dict(scans(rng, "miR-1", "miR-1-3p", "ids"))
    save_scans(path, expected.items())
    for mirna, ragged in expected.items():
        loaded = load_tracks(path, mirna)
        assert same(loaded, ragged)
        assert list(loaded.extra) == ["kept"]
        np.testing.assert_array_equal(loaded.extra["kept"], ragged.extra["kept"])


def test_one_mirna_is_in_memory_at_a_time(tmp_path, rng):
    alive = []

    def watched():
        for mirna in "abcd":
            assert not any(reference() is not None for reference in alive)
            (pair,) = scans(rng, mirna)
            alive.append(weakref.ref(pair[1].values))
            yield pair
            del pair

    save_scans(tmp_path / "t.npz", watched())
    assert len(alive) == 4


def test_one_mirna_is_read_without_the_others(tmp_path, rng):
    path = tmp_path / "0000.npz"
    expected = dict(scans(rng, "first", "second"))
    save_scans(path, expected.items())
    content = bytearray(path.read_bytes())
    at = content.index(b"second/values.npy")
    content[at + 40 : at + 200] = bytes(160)
    path.write_bytes(content)
    assert same(load_tracks(path, "first"), expected["first"])
    with pytest.raises(InputError, match=r"0000\.npz.* second"):
        load_tracks(path, "second")


def test_scan_that_lacks_the_mirna_is_refused(tmp_path, rng, ragged):
    save_scans(tmp_path / "t.npz", scans(rng, "a"))
    save_tracks(tmp_path / "u.npz", ragged)
    for name, mirna in (("t", "b"), ("t", None), ("u", "a")):
        with pytest.raises(InputError, match=rf"{name}\.npz"):
            load_tracks(tmp_path / f"{name}.npz", mirna)


def test_cut_scan_is_refused(tmp_path, rng):
    path = tmp_path / "t.npz"
    save_scans(path, scans(rng, "a", "b"))
    whole = path.read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"t\.npz"):
            load_tracks(path, "a")


def test_failed_or_unlike_scans_leave_no_file(tmp_path, rng):
    path = tmp_path / "t.npz"
    other = join_tracks(["z"], [np.zeros((3, 2), np.float32)], ["P", "score"])
    for pairs in ([], [*scans(rng, "a"), ("b", other)]):
        with pytest.raises(ValueError, match=r"no miRNA|first"):
            save_scans(path, pairs)
    assert not list(tmp_path.iterdir())


def test_scans_come_by_mirna_then_shard(tmp_path, rng):
    batches = {"batch_0000": ["b", "a"], "batch_0001": ["c"]}
    paths = []
    for batch, mirnas in batches.items():
        for shard in ("0000", "0001"):
            paths.append(str(tmp_path / batch / f"{shard}.npz"))
            save_scans(paths[-1], scans(rng, *mirnas))
    found = list(load_scans(paths, batches))
    assert [mirna for mirna, _ in found] == list("bbaacc")
    assert same(found[3][1], load_tracks(paths[1], "a"))
    assert [mirna for mirna, _ in load_scans(paths, {"batch_0000": ["a"]})] == list("aa")
