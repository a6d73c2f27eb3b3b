"""Tables between rules hold the columns that their schemas describe, or are refused."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.errors import InputError
from mirsignal.files.atomic import read_tsv, write_parquet, write_table
from mirsignal.files.schemas import find_fault, find_table, read_tables, refuse_faults

PEAKS = pd.DataFrame(
    {
        "mirna": ["miR-1"],
        "transcript": ["t"],
        "start": [3],
        "end": [9],
        "summit": [5],
        "height": [0.5],
        "prediction": [0.9],
        "close": [False],
    }
)
WINDOW = pd.DataFrame({"transcript": ["t"], "position": [7], "prediction": [0.5]})


@pytest.fixture
def peaks(tmp_path):
    return tmp_path / "results/small/scan/a.b.c/miR-1/peaks.parquet"


def test_tables_are_written_in_the_order_of_the_schema_without_other_columns(peaks):
    write_table(peaks, PEAKS.assign(other=1))
    found = pd.read_parquet(peaks)
    assert list(found) == list(find_table(peaks).columns)
    pd.testing.assert_frame_equal(found, PEAKS[list(found)])
    assert find_fault(peaks) is None


def test_columns_described_together_keep_their_order_and_place(tmp_path):
    path = tmp_path / "results/small/regression/a.b/predictions.tsv"
    names = ["member_2", "no_signal", "member_1", "fold", "mirna"]
    write_table(path, pd.DataFrame({name: [1] for name in names}))
    assert list(read_tsv(path)) == ["mirna", "fold", "no_signal", "member_2", "member_1"]


def test_header_of_tsv_explains_columns_with_units(tmp_path):
    path = tmp_path / "results/small/comparison/main/metrics.tsv"
    names = ["ap_-0.2_high", "predictor", "ap_-0.2", "ap_-0.05", "pearson"]
    write_table(path, pd.DataFrame({name: [0.5] for name in names}))
    assert list(read_tsv(path)) == [
        "predictor",
        "pearson",
        "ap_-0.2_high",
        "ap_-0.2",
        "ap_-0.05",
    ]
    assert "# ap_-0.2_high: upper end\n# ap_-0.2: average" in path.read_text()
    history = path.parents[2] / "binding/a.b/seed_1/history.tsv"
    write_table(history, pd.DataFrame({"seconds": [1.5]}))
    assert "# seconds: wall time of the epoch (s)\n" in history.read_text()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"start": None}, "column 'start' lacks 1 of 1 values"),
        ({"start": -1}, "column 'start' has -1, not 0 or more"),
        ({"start": 0.5}, "column 'start' holds double, where the schema has integer"),
        ({"prediction": 1.5}, "column 'prediction' has 1.5, not 0 to 1"),
        ({"prediction": np.inf}, "column 'prediction' has inf, not 0 to 1"),
        ({"height": -np.inf}, "column 'height' has -inf, not a finite number"),
        ({"mirna": 5}, "column 'mirna' holds int64, where the schema has text"),
        ({"score": 5}, "column 'score' is not one of this table"),
    ],
)
def test_first_fault_is_told_in_one_line(peaks, change, fault):
    write_parquet(peaks, PEAKS.assign(**change))
    assert find_fault(peaks) == fault
    with pytest.raises(InputError) as caught:
        refuse_faults([peaks], "delete it")
    assert str(caught.value) == f"{peaks}: {fault}; delete it"


def test_missing_columns_and_broken_files_are_refused(peaks):
    write_parquet(peaks, PEAKS.drop(columns="close"))
    assert find_fault(peaks) == "column 'close' is missing"
    peaks.write_bytes(peaks.read_bytes()[:-4])
    assert find_fault(peaks).startswith("not a complete Parquet file (")
    tsv = peaks.parents[3] / "inputs/strands.tsv"
    tsv.parent.mkdir()
    tsv.write_text("# mirna: name\nmirna\tsequence\tpassenger\n")
    assert find_fault(tsv) == "column 'passenger_source' is missing"


def test_a_table_without_rows_passes(peaks):
    write_parquet(peaks, PEAKS[:0].astype({"mirna": object, "transcript": object}))
    assert find_fault(peaks) is None


def test_a_column_may_lack_values_or_be_absent_only_where_the_schema_says_so(tmp_path):
    path = tmp_path / "results/small/contextpp/accessibility/0000.parquet"
    table = pd.DataFrame({"transcript": ["t"], "p8": [3], "accessibility": [np.nan]})
    write_table(path, table)
    assert find_fault(path) is None
    write_table(path, table.assign(transcript=None))
    assert find_fault(path) == "column 'transcript' lacks 1 of 1 values"


def test_files_of_no_schema_are_a_users_own(tmp_path):
    write_parquet(tmp_path / "peaks.parquet", WINDOW)
    assert find_fault(tmp_path / "peaks.parquet") is None
    with pytest.raises(ValueError, match="no schema"):
        write_table(tmp_path / "peaks.parquet", WINDOW)


def test_no_file_has_two_schemas_with_the_first_hiding_the_second():
    for table in read_tables():
        for file in table.files:
            path = f"results/s/{file.replace('{', '').replace('}', '')}"
            assert find_table(path) is table, file
