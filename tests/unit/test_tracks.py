"""Ragged tracks: whole round trips, and no silent reading of broken files."""

import numpy as np
import pytest

from mirsignal.errors import InputError
from mirsignal.tracks import join_tracks, load_tracks, save_tracks


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
        *(("a", 3), ("b", 0), ("cé", 500)),
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
