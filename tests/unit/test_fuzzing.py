"""Readers of user files, fed with corrupted ones: a result, or one line; the short form.

The long form counts as part of `make bench-reliability` (benchmarks/fuzzing.py).
"""

import inspect
import re
import time
from pathlib import Path

import pytest

from benchmarks import fuzzing, layouts
from benchmarks.fuzzing import Reader, bounded_memory, check, corrupt, fuzz, make_readers
from benchmarks.mutations import MUTATIONS
from mirsignal.errors import InputError
from mirsignal.files.tables import read_table

LONG_IDS = [("very_long_cell", 358, 358), ("very_long_cell", 355, 358)]
FOUND = [
    ("fold_change", "deseq2", LONG_IDS),  # a pattern that backtracked
    ("fold_change", "matrix", [("fill_column", 3, 0)]),  # no row has a gene
    ("genes", "plain", [("pack", 0, 2), ("delete_span", 28, 12004)]),
    ("coefficients", "project", [("repeat_line", 4337, 14317)]),
    ("mrnas", "table", [("fill_column", 3, 1), ("fill_column", 4, 1)]),  # no frame
    ("tracks", "bigwig", [("cut_off", 64, 0)]),
    ("trees", "table", [("delete_span", 11, 8253)]),  # a tree without a bin
    (
        "annotation",  # a place beyond 64 bits
        "gff3",
        [
            ("swap_separator", 9700, 0),
            ("encode_anew", 1239, 132),
            ("swap_separator", 336, 52400),
            ("change_cell", 58017, 4295),
        ],
    ),
]
"""Inputs that once ended in a traceback, took too long or crashed the process."""


def test_readers_return_or_say_why_not_in_one_line():
    result = fuzz(500, seconds=60)
    assert result["examples"] == []
    assert result["fuzz_failures"] == 0
    assert result["fuzzed"] == 500
    assert sum(result["fuzzed_by_reader"].values()) == 500
    assert len(result["fuzzed_by_reader"]) >= 15


@pytest.mark.parametrize(("name", "layout", "mutations"), FOUND)
def test_faults_that_fuzzing_found(tmp_path, name, layout, mutations):
    reader = make_readers(tmp_path)[name]
    path = tmp_path / "user_file"
    path.write_bytes(corrupt(reader.seeds[layout], mutations))
    assert check(reader, path) == ""


def test_very_many_columns_of_one_name_take_no_time(tmp_path):
    path = tmp_path / "user_file"
    path.write_text("x," * 120_000 + "x\n" + "1," * 120_000 + "1\n")
    assert check(Reader(read_table, {}), path) == ""


def test_very_many_columns_take_no_time(tmp_path):
    path = tmp_path / "user_file"
    names = [f"c{number}" for number in range(15_000)]
    path.write_text("\t".join(names) + "\n" + "\t".join("1" for _ in names) + "\n")
    assert check(Reader(read_table, {}), path) == ""


def test_files_as_they_are_can_be_read(tmp_path):
    readers = make_readers(tmp_path)
    path = tmp_path / "user_file"
    for name, layout in (
        ("fasta", "gencode"),
        ("transcripts", "ensembl"),
        ("mirnas", "table"),
        ("genes", "plain"),
        ("clash_table", "s1"),
        ("pairs", "mirbench"),
        ("test_sets", "mirbench"),
        ("fold_change", "matrix"),
        ("ta_sps", "targetscan"),
        ("targetscan", "plain"),
        ("targetscan_sites", "sites"),
        ("mrnas", "table"),
        ("targetscan_seeds", "summary"),
        ("measured_variants", "table"),
        ("fold_change_of_one", "deseq2"),
        ("mirdb", "mirdb"),
        ("mirnas_species", "mirbase"),
        ("fold_change", "write_table"),
        ("named_pairs", "table"),
        ("coefficients", "project"),
        ("tracks", "bigwig"),
        ("polya_usage", "ends"),
        ("polya_sites", "table"),
        ("polya_sites", "bed"),
        ("stability", "table"),
        ("conserved_sites", "table"),
        ("expression", "salmon"),
        ("expression", "table"),
        ("annotation", "gtf"),
        ("annotation", "gff3"),
        ("alignments", "targetscan"),
        ("alignments", "plain"),
        ("trees", "table"),
        ("pct_parameters", "table"),
    ):
        path.write_bytes(readers[name].seeds[layout])
        readers[name].read(path)


@pytest.mark.parametrize("name", sorted(MUTATIONS))
def test_mutations_change_what_they_are_given_and_depend_on_nothing_else(
    name, monkeypatch
):
    whole = layouts.FOLD_CHANGES["matrix"]
    for content in (whole, b"", b"\n", b"a\tb"):
        for at in (0, 7, 65_536):
            monkeypatch.setattr(time, "time", lambda: 1e9)
            first = corrupt(content, [(name, at, at)])
            monkeypatch.setattr(time, "time", lambda: 1.5e9)  # archives may hold the time
            assert first == corrupt(content, [(name, at, at)])
    assert any(corrupt(whole, [(name, 40, n)]) != whole for n in (1, 2, 3))


def fails(error):
    def read(path):
        raise error(f"{path}: a\nb")

    return Reader(read, {})


def test_faults_are_told(tmp_path):
    path = tmp_path / "user_file"
    assert check(fails(InputError), path) == ""
    assert check(fails(KeyError), path).startswith("KeyError at test_fuzzing.py")

    def nameless(path):
        raise InputError("this cannot be read")

    assert "does not name the file" in check(Reader(nameless, {}), path)

    def endless(path):
        while True:
            pass

    assert "more than" in check(Reader(endless, {}), path, seconds=0.2)

    def greedy(path):
        return bytearray(1 << 40)

    with bounded_memory():
        assert check(Reader(greedy, {}), path).startswith("MemoryError")


def test_every_module_that_reads_files_of_users_is_fuzzed():
    root = Path(fuzzing.__file__).parents[1]
    reading = {
        ".".join(path.relative_to(root).with_suffix("").parts)
        for path in (root / "mirsignal").rglob("*.py")
        if re.search(r"= (.*[ (])?read_(table|text)\((path|choice)\b", path.read_text())
    }
    reading -= {"mirsignal.files.tables", "mirsignal.ready.build"}  # the project's own
    fuzzed = set(re.findall(r"(?m)^from (\S+) import", inspect.getsource(fuzzing)))
    assert len(reading) >= 15
    assert reading <= fuzzed
