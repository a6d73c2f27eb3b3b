"""Integrity: a flipped bit or a cut anywhere in a file is noticed, in any format."""

import zipfile

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.files import integrity
from mirsignal.files.atomic import atomic_path, write_json, write_parquet, write_tsv
from mirsignal.files.integrity import forget, record, record_path, verify
from mirsignal.sequences.fasta import write_fasta

RNG = np.random.default_rng(0)
TABLE = pd.DataFrame({"gene": list("abc"), "value": RNG.random(3)})


def write_arrays(path):
    with atomic_path(path) as temporary:
        np.savez(temporary, values=RNG.random(99))


def write_network(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.weights.h5", RNG.bytes(999))


WRITERS = {
    "a.json": lambda path: write_json(path, {"threshold": 0.123456789}),
    "a.parquet": lambda path: write_parquet(path, TABLE),
    "a.tsv": lambda path: write_tsv(path, TABLE, {"gene": "name", "value": "number"}),
    "a.fa": lambda path: write_fasta(path, [("t", "ACGU" * 30)]),
    "a.npz": write_arrays,
    "a.keras": write_network,
}


@pytest.mark.parametrize("name", WRITERS)
def test_damage_anywhere_is_noticed_and_named(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path)
    record([path])
    verify([path])
    whole = path.read_bytes()
    for at in RNG.integers(0, len(whole), 50):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << RNG.integers(8)
        for damaged in (flipped, whole[:at]):
            path.write_bytes(damaged)
            with pytest.raises(InputError, match=f"{name}: damaged .* delete it and run"):
                verify([path])
    path.write_bytes(whole)
    verify([path])


def test_array_of_a_large_file_is_checked_when_it_is_read(tmp_path, monkeypatch):
    path, values = tmp_path / "scan.npz", RNG.random(99)
    np.savez(path, one=values, other=values)
    record([path])
    damaged = bytearray(path.read_bytes())
    damaged[damaged.rindex(values.tobytes()) + 50] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(InputError, match="damaged"):
        verify([path])
    monkeypatch.setattr(integrity, "LARGEST_ARRAYS", 100)
    verify([path])
    with np.load(path) as arrays:
        assert (arrays["one"] == values).all()
        with pytest.raises(zipfile.BadZipFile, match="CRC"):
            arrays["other"]


def test_file_of_a_user_and_one_made_anew_pass(tmp_path):
    path = tmp_path / "thresholds.json"
    path.write_text("{}")
    verify([path, tmp_path])
    record([path, tmp_path])
    assert [file.name for file in tmp_path.iterdir() if file != path] == [
        ".thresholds.json.crc32"
    ]
    path.write_text('{"a": 1}')
    forget([path])
    assert not record_path(path).exists()
    verify([path])


@pytest.mark.parametrize("name", ["a.npz", "a.keras"])
def test_file_of_the_shared_cache_is_held_against_its_own_checksum(tmp_path, name):
    stored, link = tmp_path / f"stored_{name}", tmp_path / name
    link.write_text("of earlier settings")
    record([link])
    link.unlink()
    WRITERS[name](stored)
    link.symlink_to(stored)
    verify([link])
    damaged = bytearray(stored.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    for content in (damaged, damaged[:-30]):
        stored.write_bytes(content)
        with pytest.raises(InputError, match=name):
            verify([link])
