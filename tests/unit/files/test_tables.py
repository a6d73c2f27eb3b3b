"""Files: whole or not at all; one clear line per fault."""

import contextlib
import gzip
import subprocess

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.files.atomic import (
    atomic_path,
    read_json,
    write_json,
    write_parquet,
    write_tsv,
)
from mirsignal.files.bigwig import write_bigwig
from mirsignal.files.tables import read_table, refuse_duplicates, to_number
from mirsignal.files.text import read_text
from mirsignal.sequences.fasta import write_indexed_fasta


def test_unfinished_file_leaves_nothing_behind(tmp_path):
    path = tmp_path / "deep" / "out.tsv.gz"

    def write(text, fault=None):
        with atomic_path(path) as temporary:
            assert temporary.name.endswith(".tsv.gz")
            temporary.write_text(text)
            if fault:
                raise fault

    with pytest.raises(KeyboardInterrupt):
        write("half", KeyboardInterrupt())
    assert list(path.parent.iterdir()) == []
    write("whole")
    with pytest.raises(ZeroDivisionError):
        write("half", ZeroDivisionError())
    assert list(path.parent.iterdir()) == [path]
    assert path.read_text() == "whole"


def test_what_a_killed_job_left_is_removed_by_the_next(tmp_path):
    """A killed job cannot tidy up; of other files' unfinished work nothing goes."""
    path = tmp_path / "0000.npz"
    with atomic_path(path) as killed, atomic_path(tmp_path / "0001.npz") as other:
        with atomic_path(path) as temporary:
            temporary.write_text("whole")
        assert not killed.exists()
        assert other.exists()
        killed.touch()


FILL = {
    "json": lambda path: write_json(path, [0.5] * 200_000),
    "parquet": lambda path: write_parquet(
        path, pd.DataFrame({"x": np.random.default_rng(1).random(50_000)})
    ),
    "tsv": lambda path: write_tsv(path, pd.DataFrame({"x": [0.5] * 99_999}), {"x": "x"}),
    "fa": lambda path: write_indexed_fasta(path, f"{path}.fai", [("t", "ACGU" * 99_999)]),
    "bw": lambda path: fill_bigwig(path),
}


def fill_bigwig(path):
    scores = np.random.default_rng(1).random(50_000)
    with atomic_path(path) as temporary:
        temporary.write_bytes(write_bigwig({"t": scores}))


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 100 KiB; only root may mount one."""
    command = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", tmp_path]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


@pytest.mark.parametrize("suffix", FILL)
def test_full_disk_is_told_by_every_writer_and_leaves_nothing(small_disk, suffix):
    path = small_disk / f"large.{suffix}"
    with pytest.raises(OSError, match="No space left") as caught:
        FILL[suffix](path)
    assert caught.value.filename == str(path)
    assert list(small_disk.iterdir()) == []


def test_writer_that_hides_a_full_disk_does_not(small_disk):
    """Libraries in C say that a write failed in words of their own."""

    def write(path):
        with atomic_path(path) as temporary:
            handle = temporary.open("wb", buffering=0)
            with handle, contextlib.suppress(OSError):
                while handle.write(b"x" * 4096):
                    pass
            raise RuntimeError("can't write data")

    with pytest.raises(OSError, match="No space left"):
        write(small_disk / "a.h5")


def test_tables_and_json_survive_the_round_trip(tmp_path):
    table = pd.DataFrame({"gene": ["a", "b"], "value": [0.25, None]})
    write_parquet(tmp_path / "t.parquet", table)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), table)
    write_tsv(tmp_path / "t.tsv", table, {"gene": "its name", "value": "a number"})
    assert (tmp_path / "t.tsv").read_text().startswith("# gene: its name\n# value")
    back = read_table(tmp_path / "t.tsv", {"g": "gene"})
    assert back["g"].tolist() == ["a", "b"]
    assert to_number(back, "value", "t.tsv").tolist() == pytest.approx(
        [0.25, float("nan")], nan_ok=True
    )
    write_json(tmp_path / "t.json", {"x": [1, None]})
    assert read_json(tmp_path / "t.json") == {"x": [1, None]}
    with pytest.raises(ValueError, match="without an explanation"):
        write_tsv(tmp_path / "u.tsv", table, {"gene": "its name"})
    write_json(tmp_path / "t.json", {"undefined": [float("nan"), float("inf")]})
    assert read_json(tmp_path / "t.json") == {"undefined": [None, None]}
    assert not list(tmp_path.glob("u.*"))
    assert not list(tmp_path.glob(".unfinished*"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\x80\xfe\x00\x81", "not a text file"),
        (gzip.compress(b"a\tb\n" * 999, mtime=0)[:-9], "truncated gzip"),
        (gzip.compress(b"a\tb\n" * 999, mtime=0)[:20] + b"\x00" * 30, "truncated gzip"),
    ],
)
def test_unreadable_file_is_one_line(table_of, content, message):
    with pytest.raises(InputError, match=message):
        read_text(table_of(content))


def test_absent_file_and_folder_are_one_line(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_text(tmp_path / "absent")
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path)


@pytest.mark.parametrize("separator", ["\t", ","])
@pytest.mark.parametrize("dress", [bytes, gzip.compress, b"\xef\xbb\xbf".__add__])
def test_table_of_any_dress(table_of, separator, dress):
    text = "# a comment\nid, x \n\na, 1\n#b,2\nc,N/A\n".replace(",", separator)
    table = read_table(table_of(dress(text.encode())), {"name": "id"})
    assert table["name"].tolist() == ["a", "c"]
    assert table.index.tolist() == [4, 6]  # lines of the file
    assert table["x"].isna().tolist() == [False, True]


@pytest.mark.parametrize("spelling", ["", " ", "NA", "N/A", "NaN", "nan", "NULL"])
def test_every_spelling_of_missing(table_of, spelling):
    table = read_table(table_of(f"id\tx\na\t{spelling}\nb\t-1.5e-1\n"))
    numbers = to_number(table, "x", "t")
    assert numbers.isna().tolist() == [True, False]
    assert numbers.iloc[1] == -0.15


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id\ty\na\t1\n", "column 'x' is missing"),
        ("id\tx\na\t1\nb\n", "line 3: 1 cells where the header has 2"),
        ("id\tx\na\t1\t2\nb\t1\n", "line 2: 3 cells"),
        ("id\tx\tx\na\t1\t2\n", "'x' occurs twice"),
        ("id\tx\n", "no rows"),
        ("# id\tx\n", "comments only"),
        ('id\tx\na\t"1\nb\t2\n', "table.tsv"),  # a quote that is never closed
    ],
)
def test_faulty_table_is_refused(table_of, text, message):
    with pytest.raises(InputError, match=message):
        read_table(table_of(text), {"x": "x"})


def test_column_asked_for_wins_over_a_namesake(table_of):
    path = table_of("gene\tsymbol\n7157\tTP53\n1956\tEGFR\n")
    assert read_table(path, {"gene": "symbol"})["gene"].tolist() == ["TP53", "EGFR"]


def test_one_column_may_have_two_names(table_of):
    table = read_table(table_of("id\tsymbol\n1\tTP53\n"), {"a": "symbol", "b": "symbol"})
    assert table.to_dict("records") == [{"a": "TP53", "b": "TP53", "id": "1"}]


def test_text_in_a_column_of_numbers_is_named(table_of):
    table = read_table(table_of("id\tx\na\t1.5\nb\t1,5\n"))
    with pytest.raises(InputError, match=r"line 3: '1,5' in column 'x'"):
        to_number(table, "x", "t")


def test_duplicate_names_both_lines(table_of):
    table = read_table(table_of("id\tx\na\t1\nb\t2\na\t3\n"))
    with pytest.raises(InputError, match=r"line 4: id 'a' stands on line 2"):
        refuse_duplicates(table, "id", "t")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            {"transcript": 1, "gene": "gene"},
            r"'gene' is no column for 'gene'.* 1 to 2 h",
        ),
        (
            {"transcript": 1, "gene": 3},
            r"3 is no column for 'gene'.*\{gene: NUMB",
        ),
    ],
)
def test_columns_are_all_given_by_numbers_that_there_are(table_of, columns, said):
    with pytest.raises(InputError, match=said):
        read_table(table_of("T1\tA\nT2\tB\n"), columns, setting="x")


def test_a_header_is_told_where_columns_have_numbers(table_of):
    path = table_of("gene\tlog2fc\nTP53\t2\n")
    with pytest.raises(InputError, match="line 1: 'log2fc' in column '2' looks like a"):
        to_number(read_table(path, {"gene": 1, "value": 2}), "value", path)


def test_points_may_separate_thousands_where_commas_are_decimal(table_of):
    path = table_of("id;tpm;length\nA;1.234;700,5\nB;56;700,5\n")
    table = read_table(path, {"tpm": "tpm", "length": "length"})
    assert to_number(table, "length", path).tolist() == [700.5, 700.5]
    with pytest.raises(InputError, match=r"line 2: '1\.234' in column 'tpm' may have"):
        to_number(table, "tpm", path)
