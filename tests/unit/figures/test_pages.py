"""Tables as pages of the report, made from the file that is for people; error bars."""

import numpy as np
import pandas as pd
import pytest

from mirsignal.figures.comparison import draw_experiments, draw_per_mirna
from mirsignal.figures.pages import write_page
from mirsignal.figures.style import error_bars
from mirsignal.files.atomic import read_json, read_tsv, write_json, write_tsv


def test_page_shows_numbers_caption_and_meanings(tmp_path):
    table = pd.DataFrame({"name": ["a#1", "b"], "r": [0.12345, np.nan]})
    write_tsv(tmp_path / "t.tsv", table, {"name": "who: <one>", "r": "Pearson r"})
    pd.testing.assert_frame_equal(read_tsv(tmp_path / "t.tsv"), table)
    write_page(tmp_path / "t.html", tmp_path / "t.tsv", "Higher & better.")
    page = (tmp_path / "t.html").read_text()
    for piece in ("a#1", "0.123", "<td>-</td>", "Higher &amp; better."):
        assert piece in page
    assert "<dt><b>name</b></dt><dd>who: &lt;one&gt;</dd>" in page


def test_what_is_no_number_in_json_comes_back_as_one_where_wanted(tmp_path):
    write_json(tmp_path / "m.json", {"r": np.nan, "all": [{"low": None}, 1.5]})
    assert read_json(tmp_path / "m.json")["r"] is None
    found = read_json(tmp_path / "m.json", null=np.nan)
    assert np.isnan(found["r"])
    assert np.isnan(found["all"][0]["low"])
    assert found["all"][1] == 1.5


def test_bars_end_at_a_value_that_its_interval_leaves_out(tmp_path):
    """As the percentiles of a skewed sample may; matplotlib refuses negative lengths."""
    bars = error_bars([0.5, 0.5, None], [0.4, 0.6, None], [0.7, 0.8, None])
    assert bars[:, :2] == pytest.approx(np.array([[0.1, 0], [0.2, 0.3]]))
    assert np.isnan(bars[:, 2]).all()
    counts = {"n": 9, "n_genes": 3, "n_mirnas": 3}
    row = {"experiment": "main", "pearson": 0.5, "low": 0.6, "high": 0.8}
    row |= {"difference": 0.0, "difference_low": 0.1, "difference_high": 0.2}
    row |= {"seeds_difference_low": np.nan, "seeds_difference_high": np.nan}
    row |= {"cpu_minutes": 3.2}
    draw_experiments(pd.DataFrame([row | counts]), "log2FC", tmp_path / "e.svg")
    per_mirna = {"m": {"n": 9, "pearson": 0.5, "low": 0.6, "high": 0.8}}
    metrics = {"predictors": {"a": {"per_mirna": per_mirna}}, "target": "log2FC"}
    draw_per_mirna(None, {"a": "a"}, metrics, tmp_path / "m.svg")
    assert {path.name for path in tmp_path.iterdir()} == {"e.svg", "m.svg"}
