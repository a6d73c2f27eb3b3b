"""Tables as pages of the report, made from the file that is for people."""

import numpy as np
import pandas as pd

from mirsignal.figures.pages import write_page
from mirsignal.files import read_json, read_tsv, write_json, write_tsv


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
